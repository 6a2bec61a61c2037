/* SPDX-License-Identifier: MIT */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>
#include <vmm/sink.h>

#include "base/text.h"
#include "gateway/backoff.h"
#include "gateway/render.h"

/* ---- attempts ---- */

/* Each attempt is a row of the log, with what came of it. */
static void log_attempt(struct gateway *gateway, const struct notice *notice, const char *status,
                        const char *why, struct gateway_now now)
{
    char text[TEXT_MAX + 64];
    bool again = notice->attempts > 1;
    text_format(text, sizeof(text), again ? "%s%sattempt %u" : "%s", why,
                why[0] != '\0' ? ", " : "", notice->attempts);
    gateway_say_notice(gateway, notice, status, text, now);
}

/* That it goes out is written down before it does: an attempt that a crash leaves without an outcome is known of. */
static void attempt(struct gateway *gateway, struct lane *lane, struct notice *notice,
                    struct gateway_now now)
{
    if (notice->trying) {
        log_attempt(gateway, notice, "failed", "vmmd ended before it was answered", now);
    }
    lane->sending = true;
    notice->trying = true;
    notice->attempts++;
    gateway->effects.put_notice(gateway->effects.arg, notice);
    gateway->effects.send(gateway->effects.arg, lane, notice);
}

/* ---- freezing ---- */

static bool put_into_words(struct gateway *gateway, struct notice *notice, struct gateway_now now)
{
    struct gateway_site site = {.name = "", .language = "en"};
    const struct policy_site *policy = policy_of_site(gateway->policy, notice->site_id);
    const struct policy_destination *destination =
        policy_destination(gateway->policy, notice->channel);
    gateway->world.site(gateway->world.arg, notice->site_id, &site);
    struct render_place place = {.language = destination->language[0] != '\0'
                                                 ? destination->language
                                             : policy->language[0] != '\0' ? policy->language
                                                                           : site.language,
                                 .site_name = site.name,
                                 .zone = site.zone,
                                 .mode = policy->mode,
                                 .buttons = policy->buttons,
                                 .link_base = gateway->policy->link_base,
                                 .name = gateway->world.name,
                                 .site = gateway->world.site,
                                 .arg = gateway->world.arg,
                                 .wall = now.wall};
    uint8_t random[16];
    uint64_t drawn[2] = {rng_next(&gateway->rng), rng_next(&gateway->rng)};
    memcpy(random, drawn, sizeof(random));
    uuid_v7(now.wall, random, notice->id);
    notice->payload = render_notice(notice, &place);
    return notice->payload != NULL;
}

static void set_thread(struct told *told, const char *thread)
{
    char *copy = strdup(thread);
    if (copy != NULL) {
        free(told->thread);
        told->thread = copy;
    }
}

/* From here on each item is something its destination knows. */
static void mark_told(struct gateway *gateway, const struct notice *notice, struct gateway_now now)
{
    if (notice->kind == NOTICE_RECOVERY || notice->kind == NOTICE_SUMMARY) {
        return;
    }
    for (size_t i = 0; i < notice->item_count; i++) {
        const struct notice_item *item = &notice->items[i];
        struct alarm *alarm = gateway_alarm(gateway, item->alarm);
        struct told *told = alarm != NULL ? alarm_told(alarm, notice->channel) : NULL;
        if (told == NULL) {
            continue;
        }
        if (told->state == TOLD_QUEUED) {
            told->state = TOLD_OPEN;
            told->first = now.wall;
            set_thread(told, notice->thread);
        }
        told->at = now.wall;
        told->severity = item->severity;
        told->health = item->health;
        told->reason = item->reason;
        told->lost = item->lost.cameras + item->lost.nvrs;
        alarm->dirty = true;
        gateway_keep_alarm(gateway, alarm);
    }
}

static bool is_of_incidents(const struct notice *notice)
{
    return notice->kind == NOTICE_ALERT || notice->kind == NOTICE_UPDATE ||
           notice->kind == NOTICE_REMINDER || notice->kind == NOTICE_RECOVERY;
}

/* The attempts are logged under the event of its first item: those of the others say which one that is. */
static void log_others(struct gateway *gateway, const struct notice *notice, struct gateway_now now)
{
    char why[160];
    for (size_t i = 1; notice_is_news(notice) && i < notice->item_count; i++) {
        const struct notice_item *item = &notice->items[i];
        struct gateway_log row = {.row = gateway_row(gateway, now.wall),
                                  .site_id = item->site_id,
                                  .event_id = item->event_id,
                                  .kind = "",
                                  .channel = notice->channel,
                                  .severity = item->severity,
                                  .status = "merged",
                                  .payload = "",
                                  .why = why,
                                  .at = now.wall};
        text_format(why, sizeof(why), "grouping: told in one message, that of event %s",
                    notice->items[0].event_id);
        gateway->effects.log(gateway->effects.arg, &row);
    }
}

/* The notice is written down with its id and bytes, and then goes out. */
static void freeze(struct gateway *gateway, struct lane *lane, struct notice *notice,
                   struct gateway_now now)
{
    if (!put_into_words(gateway, notice, now)) {
        return; /* no memory: the next tick tries again */
    }
    lane_remove(lane, notice);
    notice->frozen = true;
    lane_add(lane, notice); /* to the front; the room is there */
    lane_take(lane, notice->site_id, now.mono);
    mark_told(gateway, notice, now);
    log_others(gateway, notice, now);
    attempt(gateway, lane, notice, now);
}

/* ---- merging ---- */

static bool fits(const struct notice *into, const struct notice *other, bool any_site,
                 uint64_t now_us)
{
    return other != into && !other->frozen && other->due_us <= now_us && is_of_incidents(other) &&
           other->severity == into->severity &&
           (any_site || strcmp(other->site_id, into->site_id) == 0);
}

/* What the merged notice is: an alert as long as something in it is wrong that was not told before. */
static enum notice_kind merged_kind(const struct notice *notice, bool alerts)
{
    for (size_t i = 0; i < notice->item_count; i++) {
        if (notice->items[i].over == 0) {
            return alerts ? NOTICE_ALERT : NOTICE_UPDATE;
        }
    }
    return NOTICE_RECOVERY;
}

/* Take along everything of its site, or of any, that is due; what is less severe does not drown it. */
static void merge_waiting(struct gateway *gateway, struct lane *lane, struct notice *into,
                          bool any_site, struct gateway_now now)
{
    bool alerts = into->kind == NOTICE_ALERT;
    char why[160];
    text_format(why, sizeof(why), "quota: merged with what else waited%s",
                any_site ? "" : " of the site");
    for (size_t i = 0; i < lane->count;) {
        struct notice *other = lane->notices[i];
        if (!fits(into, other, any_site, now.mono)) {
            i++;
            continue;
        }
        alerts = alerts || other->kind == NOTICE_ALERT;
        gateway_say_notice(gateway, other, "merged", why, now);
        if (!notice_merge(into, other)) {
            return;
        }
        gateway_forget_notice(gateway, lane, other);
    }
    into->kind = merged_kind(into, alerts);
}

/* More waits than goes out in a minute: the last token at hand takes the rest along, site by site, and when that is
 * still too much all sites together. */
static void merge_excess(struct gateway *gateway, struct lane *lane, struct notice *notice,
                         uint32_t tokens, struct gateway_now now)
{
    uint32_t rate = policy_of_site(gateway->policy, notice->site_id)->rate_per_min;
    uint32_t quota = lane->bucket.quota;
    size_t of_lane = lane_waiting(lane, NULL, now.mono);
    bool site_over = lane_waiting(lane, notice->site_id, now.mono) > rate;
    if (tokens > 1 || !is_of_incidents(notice) || (!site_over && of_lane <= quota)) {
        return;
    }
    merge_waiting(gateway, lane, notice, false, now);
    if (of_lane > 2 * (size_t)quota) {
        merge_waiting(gateway, lane, notice, true, now);
    }
}

/* ---- after an absence ---- */

/* What was waiting is not kept message by message. */
static void give_up(struct gateway *gateway, struct lane *lane, struct notice *notice)
{
    for (size_t i = 0; i < notice->item_count; i++) {
        struct alarm *alarm = gateway_alarm(gateway, notice->items[i].alarm);
        struct told *told = alarm != NULL ? alarm_told(alarm, lane->channel) : NULL;
        if (notice->kind == NOTICE_RECOVERY) {
            lane->over++;
        } else if (told != NULL && told->state == TOLD_QUEUED) {
            told->state = TOLD_NOTHING;
            alarm->dirty = true;
            gateway_keep_alarm(gateway, alarm);
        } else if (notice->kind == NOTICE_ALERT && (told == NULL || told->state == TOLD_OVER)) {
            lane->missed++; /* its recovery waited behind it */
            lane->over -= lane->over > 0;
        }
    }
}

void send_begin_catch_up(struct gateway *gateway, struct lane *lane, struct gateway_now now)
{
    lane->catch_up = true;
    lane->dirty = true;
    for (size_t i = lane->count; i > 0; i--) {
        struct notice *notice = lane->notices[i - 1];
        bool stays = notice->frozen || notice->kind == NOTICE_NOTE || notice->kind == NOTICE_TEST ||
                     notice->kind == NOTICE_SUMMARY;
        if (stays) {
            continue;
        }
        if (is_of_incidents(notice)) {
            give_up(gateway, lane, notice);
            gateway_say_notice(gateway, notice, "merged",
                               "catch-up: the destination was away, one message tells all", now);
        }
        gateway_forget_notice(gateway, lane, notice);
    }
    gateway_keep_lane(gateway, lane);
}

/* True when it is wrong, and nothing keeps it from this destination that it does not know of. */
static bool is_owed(const struct gateway *gateway, const struct lane *lane,
                    const struct alarm *alarm, const struct told *told, struct gateway_now now)
{
    char taken[QUIET_RULE_MAX];
    if (alarm->closed_at != 0 || alarm->hold[0] != '\0' || !alarm_is_tellable(alarm)) {
        return false;
    }
    return told->state == TOLD_OPEN ||
           (told->state == TOLD_NOTHING && route_hold(gateway, lane, alarm, now.wall) == NULL &&
            gateway_taken(gateway, alarm, now.wall, taken) == NULL);
}

/* Everything that is wrong now, also what was told before. Returns how much of it was not. */
static size_t gather(struct gateway *gateway, struct lane *lane, struct notice *notice,
                     struct gateway_now now)
{
    size_t untold = 0;
    for (uint32_t i = 0; i < gateway->alarms.room; i++) {
        struct alarm *alarm = gateway->alarms.items[i];
        struct told *told = alarm != NULL ? alarm_told(alarm, lane->channel) : NULL;
        if (told == NULL || !is_owed(gateway, lane, alarm, told, now)) {
            continue;
        }
        if (!notice_say(notice, alarm)) {
            break; /* the next review finds it */
        }
        if (told->state == TOLD_NOTHING) {
            told->state = TOLD_QUEUED;
            untold++;
        }
    }
    return untold;
}

static json_t *absence(const struct lane *lane)
{
    return json_pack("{s:I, s:i, s:i}", "away_since", (json_int_t)lane->away_since, "missed",
                     (int)lane->missed, "over", (int)lane->over);
}

static struct notice *make_catch_up(struct gateway *gateway, struct lane *lane, size_t *untold,
                                    struct gateway_now now)
{
    char thread[128];
    text_format(thread, sizeof(thread), "catchup/%lld", (long long)now.wall);
    struct notice *notice = notice_create(NOTICE_CATCHUP, lane->channel, "catchup", thread);
    if (notice == NULL || !lane_add(lane, notice)) {
        notice_destroy(notice);
        return NULL;
    }
    notice->row = gateway_row(gateway, now.wall);
    notice->made_at = now.wall;
    notice->due_us = now.mono;
    notice->extra = absence(lane);
    *untold = gather(gateway, lane, notice, now);
    return notice;
}

/* The destination is back: one message, or none when it missed nothing. */
static void end_catch_up(struct gateway *gateway, struct lane *lane, struct gateway_now now)
{
    size_t news = lane->missed + lane->over;
    size_t untold = 0;
    gateway_review(gateway, now); /* so that each alarm knows whether it is this lane's */
    struct notice *notice = make_catch_up(gateway, lane, &untold, now);
    if (notice == NULL) {
        return;
    }
    news += untold;
    lane->catch_up = false;
    lane->missed = 0;
    lane->over = 0;
    lane->away_since = lane->away_since != 0 ? now.wall : 0;
    lane->dirty = true;
    gateway_keep_lane(gateway, lane);
    if (news == 0) {
        lane_remove(lane, notice);
        notice_destroy(notice);
        send_pump(gateway, lane, now);
        return;
    }
    freeze(gateway, lane, notice, now);
}

/* ---- sending ---- */

/* What is due and cannot go is said once. */
static void mark_delayed(struct gateway *gateway, struct lane *lane, const char *why,
                         struct gateway_now now)
{
    for (size_t i = 0; i < lane->count; i++) {
        struct notice *notice = lane->notices[i];
        if (notice->delayed || notice->frozen || notice->due_us > now.mono) {
            continue;
        }
        notice->delayed = true;
        gateway_say_notice(gateway, notice, "queued", why, now);
        gateway->effects.put_notice(gateway->effects.arg, notice);
    }
}

static void check_away(struct gateway *gateway, struct lane *lane, struct gateway_now now)
{
    if (lane->away_since != 0 && !lane->catch_up && now.wall - lane->away_since >= LANE_AWAY_US) {
        send_begin_catch_up(gateway, lane, now);
    }
}

static void send_next(struct gateway *gateway, struct lane *lane, struct gateway_now now)
{
    uint32_t tokens = 0;
    struct notice *notice = lane_next(lane, gateway->policy, now.mono, &tokens);
    if (notice == NULL) {
        mark_delayed(gateway, lane, lane_full(lane, now.mono), now);
        return;
    }
    merge_excess(gateway, lane, notice, tokens, now);
    freeze(gateway, lane, notice, now);
}

void send_pump(struct gateway *gateway, struct lane *lane, struct gateway_now now)
{
    check_away(gateway, lane, now);
    if (!lane->ready || lane->sending || lane->retry_us > now.mono) {
        if (!lane->sending) {
            mark_delayed(gateway, lane, "the destination cannot be reached", now);
        }
        return;
    }
    struct notice *frozen = lane_frozen(lane);
    if (frozen != NULL) {
        if (bucket_take(&lane->bucket, now.mono)) {
            attempt(gateway, lane, frozen, now);
        }
    } else if (lane->catch_up) {
        if (gateway->is_current && bucket_tokens(&lane->bucket, now.mono) > 0) {
            end_catch_up(gateway, lane, now);
        }
    } else {
        send_next(gateway, lane, now);
    }
}

/* ---- what became of it ---- */

static void retry(struct gateway *gateway, struct lane *lane, struct notice *notice,
                  uint64_t retry_after_us, struct gateway_now now)
{
    lane->failures++;
    uint64_t wait = backoff_pause(lane->failures, retry_after_us, rng_next(&gateway->rng));
    lane->retry_us = now.mono + wait;
    lane->asked_us = retry_after_us > 0 ? now.mono + retry_after_us : 0;
    notice->next_at = now.wall + (int64_t)wait;
    gateway->effects.put_notice(gateway->effects.arg, notice);
    if (lane->away_since == 0) {
        lane->away_since = now.wall;
        lane->dirty = true;
    }
}

static void reconnect(struct gateway *gateway, struct lane *lane, struct gateway_now now)
{
    struct notice *notice = lane_frozen(lane);
    lane->failures = 0;
    if (notice != NULL && lane->retry_us > now.mono) {
        lane->retry_us = lane->asked_us > now.mono ? lane->asked_us : now.mono;
        notice->next_at = now.wall + (int64_t)(lane->retry_us - now.mono);
        gateway->effects.put_notice(gateway->effects.arg, notice);
    }
}

void send_reconnect(struct gateway *gateway, struct gateway_now now)
{
    for (size_t i = 0; i < gateway->lane_count; i++) {
        reconnect(gateway, gateway->lanes[i], now);
    }
}

static void finished(struct gateway *gateway, struct lane *lane, struct notice *notice)
{
    lane->failures = 0;
    lane->retry_us = 0;
    if (!lane->catch_up && lane->away_since != 0) {
        lane->away_since = 0;
        lane->dirty = true;
    }
    gateway_forget_notice(gateway, lane, notice);
}

void gateway_settled(struct gateway *gateway, const char *channel, uint32_t verdict,
                     uint64_t retry_after_us, const char *why, struct gateway_now now)
{
    struct lane *lane = gateway_lane(gateway, channel);
    struct notice *notice = lane != NULL && lane->sending ? lane_frozen(lane) : NULL;
    if (notice == NULL) {
        return;
    }
    lane->sending = false;
    notice->trying = false;
    if (verdict == VMM_SINK_RETRY) {
        lane->failed++;
        log_attempt(gateway, notice, "failed", why, now);
        retry(gateway, lane, notice, retry_after_us, now);
    } else if (verdict == VMM_SINK_DROP) {
        lane->failed++;
        lane->dropped++;
        log_attempt(gateway, notice, "failed", why, now);
        finished(gateway, lane, notice);
    } else {
        lane->sent++;
        log_attempt(gateway, notice, "sent", "", now);
        finished(gateway, lane, notice);
    }
    gateway_keep_lane(gateway, lane);
    send_pump(gateway, lane, now);
}

void gateway_lost(struct gateway *gateway, const char *channel, bool had_it, struct gateway_now now)
{
    struct lane *lane = gateway_lane(gateway, channel);
    struct notice *notice = lane != NULL && lane->sending ? lane_frozen(lane) : NULL;
    if (notice == NULL) {
        return;
    }
    lane->sending = false;
    notice->trying = false;
    if (had_it) {
        lane->failed++;
        log_attempt(gateway, notice, "failed", "its plugin ended before it answered", now);
    } else {
        notice->attempts--;
    }
    retry(gateway, lane, notice, 0, now);
    gateway_keep_lane(gateway, lane);
}
