/* SPDX-License-Identifier: MIT */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "health/words.h"

#define GROUP_MAX (INCIDENT_ID_MAX + 64)

/* What is critical is a message of its own; the rest goes together by site and reason. */
static void group_of(const struct alarm *alarm, char out[GROUP_MAX])
{
    if (alarm->severity == VMM_SEVERITY_CRITICAL || alarm->subject[0] == '\0') {
        text_format(out, GROUP_MAX, "%s", alarm->id);
    } else {
        text_format(out, GROUP_MAX, "%s/%s", alarm->site_id, reason_word(alarm->reason));
    }
}

static uint64_t wait_of(const struct gateway *gateway, const struct alarm *alarm)
{
    return alarm->severity == VMM_SEVERITY_CRITICAL ? 0 : (uint64_t)gateway->policy->group_us;
}

static bool set_thread(struct told *told, const char *thread)
{
    char *copy = strdup(thread);
    if (copy == NULL) {
        return false;
    }
    free(told->thread);
    told->thread = copy;
    return true;
}

/* ---- notices ---- */

/* A waiting notice of this kind and group, made when there is none. */
static struct notice *notice_for(struct gateway *gateway, struct lane *lane, enum notice_kind kind,
                                 const char *group, const char *thread, uint64_t due_us,
                                 struct gateway_now now)
{
    struct notice *notice = lane_find_group(lane, kind, group);
    if (notice != NULL) {
        notice->due_us = due_us < notice->due_us ? due_us : notice->due_us;
        return notice;
    }
    notice = notice_create(kind, lane->channel, group, thread);
    if (notice == NULL || !lane_add(lane, notice)) {
        notice_destroy(notice);
        return NULL;
    }
    notice->row = gateway_row(gateway, now.wall);
    notice->made_at = now.wall;
    notice->due_us = due_us;
    return notice;
}

/* Say the alarm in a notice; false, and nothing has changed, without memory. */
static bool say(struct gateway *gateway, struct lane *lane, struct notice *notice,
                const struct alarm *alarm)
{
    bool said = notice != NULL && notice_say(notice, alarm);
    if (said) {
        gateway->effects.put_notice(gateway->effects.arg, notice);
    } else if (notice != NULL && notice->item_count == 0) {
        lane_remove(lane, notice);
        notice_destroy(notice);
    }
    return said;
}

static void queue_alert(struct gateway *gateway, struct lane *lane, struct alarm *alarm,
                        struct told *told, struct gateway_now now)
{
    char group[GROUP_MAX];
    group_of(alarm, group);
    struct notice *notice = notice_for(gateway, lane, NOTICE_ALERT, group, alarm->id,
                                       now.mono + wait_of(gateway, alarm), now);
    if (say(gateway, lane, notice, alarm) && set_thread(told, notice->thread)) {
        told->state = TOLD_QUEUED;
        alarm->dirty = true;
    }
}

/* Take the alarm out of a waiting notice, which goes when it says nothing else. */
static void withdraw(struct gateway *gateway, struct lane *lane, struct notice *notice,
                     const struct alarm *alarm)
{
    struct notice_item *item = notice_find(notice, alarm->id);
    if (notice->item_count == 1) {
        gateway_forget_notice(gateway, lane, notice);
        return;
    }
    struct notice_item last = notice->items[notice->item_count - 1];
    struct notice_item taken = *item;
    *item = last;
    notice->items[notice->item_count - 1] = taken;
    notice_drop_last(notice);
    gateway->effects.put_notice(gateway->effects.arg, notice);
}

/* ---- what one channel has to hear ---- */

static void tell_open(struct gateway *gateway, struct alarm *alarm, const char *channel,
                      bool escalated, struct gateway_now now)
{
    struct lane *lane = gateway_lane_of(gateway, channel, now);
    struct told *told = lane != NULL ? alarm_told_at(alarm, channel) : NULL;
    if (told == NULL || (told->state != TOLD_NOTHING && told->state != TOLD_OVER)) {
        return;
    }
    told->escalated = told->escalated || escalated;
    if (lane->catch_up) {
        return;
    }
    char taken[QUIET_RULE_MAX];
    const char *rule = route_hold(gateway, lane, alarm, now.wall);
    rule = rule != NULL ? rule : gateway_taken(gateway, alarm, now.wall, taken);
    if (rule != NULL) {
        if (!told->held) {
            gateway_say(gateway, alarm, channel, "suppressed", rule, now);
            told->held = true;
            alarm->dirty = true;
        }
        return;
    }
    told->held = false;
    queue_alert(gateway, lane, alarm, told, now);
}

static void queue_recovery(struct gateway *gateway, struct lane *lane, struct alarm *alarm,
                           struct told *told, struct gateway_now now)
{
    bool alone = strcmp(told->thread, alarm->id) == 0;
    uint64_t wait = alone ? 0 : (uint64_t)gateway->policy->group_us;
    struct notice *notice = notice_for(gateway, lane, NOTICE_RECOVERY, told->thread, told->thread,
                                       now.mono + wait, now);
    if (say(gateway, lane, notice, alarm)) {
        told->state = TOLD_OVER;
        alarm->dirty = true;
    }
}

/* It waits to be told, and something has changed. */
static void further_queued(struct gateway *gateway, struct lane *lane, struct alarm *alarm,
                           struct told *told, const char *rule, struct gateway_now now)
{
    struct notice *notice = lane_find_alarm(lane, NOTICE_ALERT, alarm->id);
    if (notice == NULL) {
        told->state = TOLD_NOTHING;
        alarm->dirty = true;
    } else if (alarm->closed_at != 0 && notice->due_us > now.mono) {
        withdraw(gateway, lane, notice, alarm);
        gateway_say(gateway, alarm, lane->channel, "suppressed",
                    "grouping: over before it was told", now);
        told->state = TOLD_OVER;
        alarm->dirty = true;
    } else if (alarm->closed_at != 0) {
        queue_recovery(gateway, lane, alarm, told, now);
    } else if (rule != NULL) {
        withdraw(gateway, lane, notice, alarm);
        told->state = TOLD_NOTHING;
        alarm->dirty = true;
    } else if (alarm->dirty) {
        if (wait_of(gateway, alarm) == 0) {
            notice->due_us = now.mono;
        }
        say(gateway, lane, notice, alarm);
    }
}

static uint32_t lost_of(const struct alarm *alarm)
{
    return alarm->lost.cameras + alarm->lost.nvrs;
}

/* What is not known is less than what is known to be wrong. */
static uint32_t rank(uint32_t health)
{
    return health < VMM_HEALTH_UNKNOWN ? 2 * health : health == VMM_HEALTH_UNKNOWN ? 1 : 0;
}

static bool is_worse(const struct alarm *alarm, const struct told *told)
{
    return alarm->severity > told->severity || rank(alarm->health) > rank(told->health) ||
           (alarm->counted && lost_of(alarm) > told->lost);
}

/* No route and no answer are one outage. */
static bool is_outage(uint32_t reason)
{
    return reason == VMM_REASON_UNREACHABLE || reason == VMM_REASON_TIMEOUT;
}

/* Something else is known to be wrong than was told. */
static bool is_another(const struct alarm *alarm, const struct told *told)
{
    if (is_outage(alarm->reason) && is_outage(told->reason)) {
        return false;
    }
    return rank(alarm->health) > rank(VMM_HEALTH_UNKNOWN) && told->reason != VMM_REASON_NONE &&
           alarm->reason != told->reason;
}

static void queue_update(struct gateway *gateway, struct lane *lane, const struct alarm *alarm,
                         const struct told *told, struct gateway_now now)
{
    struct notice *queued = lane_find_alarm(lane, NOTICE_UPDATE, alarm->id);
    int64_t since = now.wall - told->at;
    bool urgent = alarm->severity > told->severity;
    uint64_t wait = !urgent && since >= 0 && since < gateway->policy->update_us
                        ? (uint64_t)(gateway->policy->update_us - since)
                        : 0;
    struct notice *notice =
        notice_for(gateway, lane, NOTICE_UPDATE, alarm->id, told->thread, now.mono + wait, now);
    if (queued == NULL || alarm->dirty) {
        say(gateway, lane, notice, alarm);
    }
}

static bool wants_reminder(const struct gateway *gateway, const struct lane *lane,
                           const struct alarm *alarm, const struct told *told,
                           struct gateway_now now)
{
    char taken[QUIET_RULE_MAX];
    int64_t repeat = gateway->policy->repeat_us;
    bool due = alarm->remind || (repeat > 0 && now.wall - told->at >= repeat);
    return due && lane_find_alarm(lane, NOTICE_REMINDER, alarm->id) == NULL &&
           gateway_taken(gateway, alarm, now.wall, taken) == NULL &&
           route_hold(gateway, lane, alarm, now.wall) == NULL;
}

/* Take a waiting notice of this kind back; true when there was one. */
static bool withdraw_kind(struct gateway *gateway, struct lane *lane, const struct alarm *alarm,
                          enum notice_kind kind)
{
    struct notice *notice = lane_find_alarm(lane, kind, alarm->id);
    if (notice != NULL) {
        withdraw(gateway, lane, notice, alarm);
    }
    return notice != NULL;
}

/* What waits to say that it goes on is not so any more. */
static void withdraw_further(struct gateway *gateway, struct lane *lane, const struct alarm *alarm)
{
    withdraw_kind(gateway, lane, alarm, NOTICE_UPDATE);
    withdraw_kind(gateway, lane, alarm, NOTICE_REMINDER);
}

/* What waits to say that it goes on is kept back from now on; a reminder comes when the rule ends. */
static void keep_back(struct gateway *gateway, struct lane *lane, struct alarm *alarm)
{
    withdraw_kind(gateway, lane, alarm, NOTICE_UPDATE);
    if (withdraw_kind(gateway, lane, alarm, NOTICE_REMINDER)) {
        alarm->remind = true;
        alarm->dirty = true;
    }
}

/* Whoever cares for it by now needs no reminder that waits for more of its kind. */
static void spare_reminder(struct gateway *gateway, struct lane *lane, const struct alarm *alarm,
                           struct gateway_now now)
{
    char taken[QUIET_RULE_MAX];
    bool waits = lane_find_alarm(lane, NOTICE_REMINDER, alarm->id) != NULL;
    if (waits && gateway_taken(gateway, alarm, now.wall, taken) != NULL) {
        withdraw_kind(gateway, lane, alarm, NOTICE_REMINDER);
    }
}

/* It was told to be wrong. */
static void further_open(struct gateway *gateway, struct lane *lane, struct alarm *alarm,
                         struct told *told, const char *rule, struct gateway_now now)
{
    if (alarm->closed_at != 0) {
        withdraw_further(gateway, lane, alarm);
        queue_recovery(gateway, lane, alarm, told, now);
        return;
    }
    if (rule != NULL) {
        keep_back(gateway, lane, alarm);
        return;
    }
    spare_reminder(gateway, lane, alarm, now);
    if (lane->catch_up || !alarm_is_tellable(alarm)) {
        return;
    }
    if (is_worse(alarm, told) || is_another(alarm, told)) {
        queue_update(gateway, lane, alarm, told, now);
        return;
    }
    withdraw_kind(gateway, lane, alarm, NOTICE_UPDATE); /* by now it is again as it was told */
    if (wants_reminder(gateway, lane, alarm, told, now)) {
        char group[GROUP_MAX];
        text_format(group, sizeof(group), "%s/reminder", alarm->site_id);
        struct notice *notice = notice_for(gateway, lane, NOTICE_REMINDER, group, told->thread,
                                           now.mono + (uint64_t)gateway->policy->group_us, now);
        if (notice != NULL && notice->item_count > 0) {
            notice->thread[0] = '\0'; /* of several, in no thread of one */
        }
        say(gateway, lane, notice, alarm);
    }
}

/* While a destination is away it is only counted what it misses. */
static void further_missed(struct gateway *gateway, struct lane *lane, struct alarm *alarm,
                           struct told *told)
{
    if (alarm->closed_at == 0 || told->state == TOLD_OVER) {
        return;
    }
    lane->missed += told->state == TOLD_NOTHING && !gateway->is_first;
    lane->over += told->state == TOLD_OPEN;
    lane->dirty = true;
    told->state = TOLD_OVER;
    alarm->dirty = true;
}

static void tell_further(struct gateway *gateway, struct alarm *alarm, struct told *told,
                         const char *rule, struct gateway_now now)
{
    struct lane *lane = gateway_lane_of(gateway, told->channel, now);
    if (lane == NULL) {
        return;
    }
    if (lane->catch_up) {
        further_missed(gateway, lane, alarm, told);
        gateway_keep_lane(gateway, lane);
    } else if (told->state == TOLD_QUEUED) {
        further_queued(gateway, lane, alarm, told, rule, now);
    } else if (told->state == TOLD_OPEN) {
        further_open(gateway, lane, alarm, told, rule, now);
    }
}

/* ---- the whole alarm ---- */

/* The rule that keeps it back from everybody, logged when it is another one than before. */
static const char *find_rule(struct gateway *gateway, struct alarm *alarm, struct gateway_now now,
                             char out[QUIET_RULE_MAX])
{
    const char *rule = gateway_rule(gateway, alarm, now.wall, out);
    const char *words = rule != NULL ? rule : "";
    if (alarm->closed_at != 0 || !alarm_is_tellable(alarm) || strcmp(alarm->hold, words) == 0) {
        return rule;
    }
    char *copy = strdup(words);
    if (copy != NULL) {
        free(alarm->hold);
        alarm->hold = copy;
        alarm->dirty = true;
    }
    if (rule != NULL) {
        gateway_say(gateway, alarm, "*", "suppressed", rule, now);
    }
    return rule;
}

static void escalate(struct gateway *gateway, struct alarm *alarm, const struct route *route,
                     struct gateway_now now)
{
    int64_t first = alarm_first_told(alarm);
    char taken[QUIET_RULE_MAX];
    if (route->levels == NULL || first == 0 ||
        gateway_taken(gateway, alarm, now.wall, taken) != NULL) {
        return;
    }
    while (alarm->level < route->levels->level_count) {
        const struct policy_level *level = &route->levels->levels[alarm->level];
        if (now.wall - first < level->after_us ||
            !route_is_open(gateway, level->calendar, alarm->site_id, now.wall)) {
            return;
        }
        for (size_t i = 0; i < level->channels.count; i++) {
            tell_open(gateway, alarm, level->channels.items[i], true, now);
        }
        alarm->level++;
        alarm->dirty = true;
    }
}

/* A level whose time came while something kept it back. */
static void tell_levels(struct gateway *gateway, struct alarm *alarm, struct gateway_now now)
{
    for (size_t i = 0; i < alarm->told_count; i++) {
        if (alarm->told[i].escalated && alarm->told[i].state == TOLD_NOTHING) {
            tell_open(gateway, alarm, alarm->told[i].channel, true, now);
        }
    }
}

void tell_alarm(struct gateway *gateway, struct alarm *alarm, struct gateway_now now)
{
    char kept[QUIET_RULE_MAX];
    const char *rule = find_rule(gateway, alarm, now, kept);
    if (alarm->closed_at == 0 && alarm_is_tellable(alarm) && rule == NULL) {
        struct route route;
        route_of(gateway, alarm, now.wall, &route);
        for (size_t i = 0; i < route.count; i++) {
            tell_open(gateway, alarm, route.channels[i], false, now);
        }
        tell_levels(gateway, alarm, now);
        escalate(gateway, alarm, &route, now);
    }
    for (size_t i = 0; i < alarm->told_count; i++) {
        tell_further(gateway, alarm, &alarm->told[i], rule, now);
    }
    alarm->remind = alarm->remind && rule != NULL;
    gateway_keep_alarm(gateway, alarm);
}
