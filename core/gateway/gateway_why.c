/* SPDX-License-Identifier: MIT */
/* Why somebody has not heard of something, in words, for those who ask. */
#include "gateway/gateway_parts.h"

#include <string.h>

#include "base/text.h"
#include "gateway/calendar.h"
#include "gateway/flap.h"

const char *gateway_why_held(const struct gateway *gateway, const struct alarm *alarm,
                             struct gateway_now now, char rule[QUIET_RULE_MAX])
{
    if (!alarm_is_tellable(alarm)) {
        return "unknown on purpose: nobody's alarm";
    }
    const char *held = gateway_rule(gateway, alarm, now.wall, rule);
    return held != NULL ? held : gateway_taken(gateway, alarm, now.wall, rule);
}

/* The message that is to tell of it: the frozen one, or one that waits. */
static const struct notice *notice_of(const struct lane *lane, const struct alarm *alarm)
{
    for (size_t i = 0; i < lane->count; i++) {
        if (notice_find(lane->notices[i], alarm->id) != NULL) {
            return lane->notices[i];
        }
    }
    return NULL;
}

const char *gateway_told_word(const struct gateway *gateway, const struct alarm *alarm,
                              const struct told *told)
{
    static const char *const words[] = {[TOLD_NOTHING] = "not told",
                                        [TOLD_QUEUED] = "queued",
                                        [TOLD_OPEN] = "told",
                                        [TOLD_OVER] = "over"};
    const struct lane *lane = gateway_lane(gateway, told->channel);
    const struct notice *notice = lane != NULL ? lane_frozen(lane) : NULL;
    bool is_first =
        notice != NULL && (notice->kind == NOTICE_ALERT || notice->kind == NOTICE_CATCHUP);
    bool under_way = told->state == TOLD_OPEN && is_first && notice_find(notice, alarm->id) != NULL;
    return under_way ? "being sent" : words[told->state];
}

/* Why a message that is made does not go. */
static const char *why_queued(const struct lane *lane, const struct notice *notice,
                              struct gateway_now now, char rule[QUIET_RULE_MAX])
{
    if (lane->retry_us > now.mono && lane_frozen(lane) != NULL) {
        text_format(rule, QUIET_RULE_MAX,
                    "the destination cannot be reached: the next of %s in %llu s",
                    notice->frozen ? "its attempts" : "those before it",
                    (unsigned long long)((lane->retry_us - now.mono) / 1000000 + 1));
        return rule;
    }
    if (!lane->ready) {
        return "the destination cannot be reached: its plugin does not run";
    }
    if (notice->due_us > now.mono) {
        text_format(rule, QUIET_RULE_MAX, "grouping: it waits for more of its kind, %llu s",
                    (unsigned long long)((notice->due_us - now.mono) / 1000000 + 1));
        return rule;
    }
    return notice->frozen ? NULL : lane_full(lane, now.mono);
}

const char *gateway_why_waits(const struct gateway *gateway, const struct alarm *alarm,
                              const struct told *told, struct gateway_now now,
                              char rule[QUIET_RULE_MAX])
{
    const struct lane *lane = gateway_lane(gateway, told->channel);
    if (lane == NULL || told->state == TOLD_OPEN || told->state == TOLD_OVER) {
        const struct notice *again = lane != NULL ? notice_of(lane, alarm) : NULL;
        return again != NULL ? why_queued(lane, again, now, rule) : NULL;
    }
    if (lane->catch_up) {
        return lane->ready ? "catch-up: the destination was away, one message will tell all"
                           : "the destination cannot be reached: its plugin does not run";
    }
    const struct notice *notice = notice_of(lane, alarm);
    return notice != NULL ? why_queued(lane, notice, now, rule)
                          : route_hold(gateway, lane, alarm, now.wall);
}

/* ---- what comes next ---- */

static const char *calendar_name(const struct policy *policy, uint32_t calendar)
{
    return calendar < policy->calendar_count ? policy->calendars[calendar]->name : "site";
}

const char *gateway_why_next(const struct gateway *gateway, const struct alarm *alarm,
                             struct gateway_now now, char rule[QUIET_RULE_MAX])
{
    struct route route;
    int64_t first = alarm_first_told(alarm);
    route_of(gateway, alarm, now.wall, &route);
    if (alarm->closed_at != 0 || first == 0 || route.levels == NULL ||
        alarm->level >= route.levels->level_count ||
        gateway_why_held(gateway, alarm, now, rule) != NULL) {
        return NULL;
    }
    const struct policy_level *level = &route.levels->levels[alarm->level];
    int64_t left = first + level->after_us - now.wall;
    const char *more = level->channels.count > 1 ? " and others" : "";
    if (left > 0) {
        text_format(rule, QUIET_RULE_MAX, "%.64s%s in %lld s, unless somebody acknowledges",
                    level->channels.items[0], more, (long long)(left / 1000000 + 1));
    } else if (!route_is_open(gateway, level->calendar, alarm->site_id, now.wall)) {
        text_format(rule, QUIET_RULE_MAX, "%.64s%s when the calendar %.32s is open",
                    level->channels.items[0], more,
                    calendar_name(gateway->policy, level->calendar));
    } else {
        text_format(rule, QUIET_RULE_MAX, "%.64s%s now", level->channels.items[0], more);
    }
    return rule;
}

static const struct flap *flapping(const struct gateway *gateway, const struct flap_who *who)
{
    char key[FLAP_KEY_MAX];
    const struct flap *flap = shelf_find(&gateway->flaps, flap_key(who, key));
    return flap != NULL && flap->flapping ? flap : NULL;
}

const char *gateway_why_flaps(const struct gateway *gateway, const char *site_id, const char *id,
                              struct gateway_now now, char rule[QUIET_RULE_MAX])
{
    const struct flap_who device = {.site_id = site_id, .cause = "", .subject = id, .name = ""};
    const struct flap_who site = {.site_id = site_id, .cause = "site", .subject = "", .name = ""};
    const struct flap *own = flapping(gateway, &device);
    const struct flap *flap = own != NULL ? own : flapping(gateway, &site);
    if (flap == NULL) {
        return NULL;
    }
    text_format(rule, QUIET_RULE_MAX,
                "flapping: the %s comes and goes, %u changes in %lld min; told as stable when it "
                "has done nothing for %lld min",
                own != NULL ? "device" : "site", flap->changes,
                (long long)((now.wall - flap->began) / 60000000),
                (long long)(gateway->policy->stable_us / 60000000));
    return rule;
}
