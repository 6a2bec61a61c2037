/* SPDX-License-Identifier: MIT */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "base/text.h"
#include "gateway/json_text.h"

#define IDLE_US 200000ull

static const char *id_of(const void *item)
{
    return ((const struct alarm *)item)->id;
}

static void destroy_alarm(void *item)
{
    alarm_destroy(item);
}

struct gateway *gateway_create(const struct policy *policy, const struct gateway_world *world,
                               const struct gateway_effects *effects, uint64_t seed)
{
    struct gateway *gateway = calloc(1, sizeof(*gateway));
    if (gateway == NULL) {
        return NULL;
    }
    gateway->policy = policy;
    gateway->world = *world;
    gateway->effects = *effects;
    rng_init(&gateway->rng, seed);
    shelf_init(&gateway->alarms, id_of);
    gateway_quiet_init(gateway);
    gateway_schedule_init(gateway);
    return gateway;
}

void gateway_destroy(struct gateway *gateway)
{
    if (gateway == NULL) {
        return;
    }
    shelf_finish(&gateway->alarms, destroy_alarm);
    gateway_quiet_finish(gateway);
    gateway_schedule_finish(gateway);
    for (size_t i = 0; i < gateway->lane_count; i++) {
        lane_destroy(gateway->lanes[i]);
    }
    free(gateway);
}

/* ---- alarms ---- */

struct alarm *gateway_alarm(const struct gateway *gateway, const char *id)
{
    return shelf_find(&gateway->alarms, id);
}

/* Takes the alarm over; without memory it is released. */
static bool keep(struct gateway *gateway, struct alarm *alarm)
{
    if (alarm != NULL && shelf_put(&gateway->alarms, alarm)) {
        return true;
    }
    alarm_destroy(alarm);
    return false;
}

void gateway_keep_alarm(struct gateway *gateway, struct alarm *alarm)
{
    if (!alarm_is_done(alarm)) {
        if (alarm->dirty) {
            alarm->dirty = false;
            gateway->effects.put_alarm(gateway->effects.arg, alarm);
        }
        return;
    }
    gateway->effects.del_alarm(gateway->effects.arg, alarm);
    shelf_take(&gateway->alarms, alarm->id);
    alarm_destroy(alarm);
}

/* ---- lanes ---- */

struct lane *gateway_lane(const struct gateway *gateway, const char *channel)
{
    for (size_t i = 0; i < gateway->lane_count; i++) {
        if (strcmp(gateway->lanes[i]->channel, channel) == 0) {
            return gateway->lanes[i];
        }
    }
    return NULL;
}

void gateway_keep_lane(struct gateway *gateway, struct lane *lane)
{
    if (lane->dirty) {
        lane->dirty = false;
        gateway->effects.put_lane(gateway->effects.arg, lane);
    }
}

/* True when the channel is one of this sink: "gchat" or "gchat:room". */
static bool is_of_sink(const char *channel, const char *sink)
{
    size_t length = strlen(sink);
    return strncmp(channel, sink, length) == 0 &&
           (channel[length] == '\0' || channel[length] == ':');
}

static bool sink_is_ready(const struct gateway *gateway, const char *channel)
{
    for (size_t i = 0; i < gateway->lane_count; i++) {
        const struct lane *lane = gateway->lanes[i];
        size_t length = strcspn(channel, ":");
        char sink[128];
        text_format(sink, sizeof(sink), "%.*s", (int)length, channel);
        if (is_of_sink(lane->channel, sink)) {
            return lane->ready;
        }
    }
    return false;
}

static struct lane *add_lane(struct gateway *gateway, const char *channel, struct gateway_now now)
{
    if (gateway->lane_count == GATEWAY_LANES_MAX) {
        return NULL;
    }
    uint32_t quota = policy_destination(gateway->policy, channel)->quota_per_min;
    struct lane *lane = lane_create(channel, quota, now.mono);
    if (lane != NULL) {
        lane->ready = sink_is_ready(gateway, channel);
        gateway->lanes[gateway->lane_count++] = lane;
    }
    return lane;
}

struct lane *gateway_lane_of(struct gateway *gateway, const char *channel, struct gateway_now now)
{
    struct lane *lane = gateway_lane(gateway, channel);
    if (lane != NULL) {
        return lane;
    }
    lane = add_lane(gateway, channel, now);
    if (lane != NULL) {
        lane->dirty = true;
        gateway_keep_lane(gateway, lane);
    }
    return lane;
}

/* What was wrong before a destination was there is told to it in one message. */
static void name_lane(struct gateway *gateway, const char *channel, struct gateway_now now)
{
    bool is_new = gateway_lane(gateway, channel) == NULL;
    struct lane *lane = gateway_lane_of(gateway, channel, now);
    if (is_new && lane != NULL && gateway->alarms.count > 0) {
        lane->catch_up = true;
        lane->dirty = true;
        gateway_keep_lane(gateway, lane);
    }
}

static void name_lanes(struct gateway *gateway, const struct policy_list *channels,
                       struct gateway_now now)
{
    for (size_t i = 0; i < channels->count; i++) {
        name_lane(gateway, channels->items[i], now);
    }
}

/* A lane for every channel that the policy names, and for every sink that is on. */
static void name_all_lanes(struct gateway *gateway, struct gateway_now now)
{
    const struct policy *policy = gateway->policy;
    const char *const *sinks = gateway->world.sinks(gateway->world.arg);
    name_lanes(gateway, &policy->defaults.channels, now);
    name_lanes(gateway, &policy->heartbeat_channels, now);
    for (size_t i = 0; i < policy->site_count; i++) {
        name_lanes(gateway, &policy->sites[i].channels, now);
    }
    for (size_t i = 0; i < policy->route_count; i++) {
        const struct policy_route *route = &policy->routes[i];
        name_lanes(gateway, &route->channels, now);
        for (size_t k = 0; k < route->level_count; k++) {
            name_lanes(gateway, &route->levels[k].channels, now);
        }
    }
    for (size_t i = 0; sinks[i] != NULL; i++) {
        name_lane(gateway, sinks[i], now);
    }
}

void gateway_ready(struct gateway *gateway, const char *sink, bool ready, struct gateway_now now)
{
    gateway_lane_of(gateway, sink, now);
    for (size_t i = 0; i < gateway->lane_count; i++) {
        struct lane *lane = gateway->lanes[i];
        if (!is_of_sink(lane->channel, sink)) {
            continue;
        }
        lane->ready = ready;
        if (!ready && lane->away_since == 0) {
            lane->away_since = now.wall;
            lane->dirty = true;
        } else if (ready && lane->failures == 0 && !lane->catch_up && lane->away_since != 0 &&
                   now.wall - lane->away_since < LANE_AWAY_US) {
            lane->away_since = 0;
            lane->dirty = true;
        }
        gateway_keep_lane(gateway, lane);
        send_pump(gateway, lane, now);
    }
}

/* ---- the log ---- */

int64_t gateway_row(struct gateway *gateway, int64_t wall)
{
    /* The layout of store_delivery_id(): milliseconds since 2020, then 22 bits. */
    int64_t ms = (wall - 1577836800000000ll) / 1000;
    int64_t row = (ms & 0x1ffffffffff) << 22 | (int64_t)rng_below(&gateway->rng, 1u << 22);
    gateway->last_row = row > gateway->last_row ? row : gateway->last_row + 1;
    return gateway->last_row;
}

void gateway_say(struct gateway *gateway, const struct alarm *alarm, const char *channel,
                 const char *status, const char *why, struct gateway_now now)
{
    struct gateway_log row = {.row = gateway_row(gateway, now.wall),
                              .site_id = alarm->site_id,
                              .event_id = alarm->event_id,
                              .channel = channel,
                              .severity = alarm->severity,
                              .status = status,
                              .payload = "",
                              .why = why,
                              .at = now.wall};
    gateway->effects.log(gateway->effects.arg, &row);
}

void gateway_say_notice(struct gateway *gateway, const struct notice *notice, const char *status,
                        const char *why, struct gateway_now now)
{
    struct gateway_log row = {.row = gateway_row(gateway, now.wall),
                              .site_id = notice->site_id,
                              .event_id = notice->item_count > 0 ? notice->items[0].event_id : "",
                              .channel = notice->channel,
                              .severity = notice->severity,
                              .status = status,
                              .payload = notice->payload != NULL ? notice->payload : "",
                              .why = why,
                              .at = now.wall};
    gateway->effects.log(gateway->effects.arg, &row);
}

void gateway_forget_notice(struct gateway *gateway, struct lane *lane, struct notice *notice)
{
    lane_remove(lane, notice);
    gateway->effects.del_notice(gateway->effects.arg, notice);
    notice_destroy(notice);
}

/* ---- restoring ---- */

bool gateway_restore_alarm(struct gateway *gateway, const json_t *json)
{
    struct alarm *alarm = alarm_from_json(json);
    if (alarm != NULL && gateway_alarm(gateway, alarm->id) != NULL) {
        alarm_destroy(alarm);
        return false;
    }
    return keep(gateway, alarm);
}

bool gateway_restore_notice(struct gateway *gateway, const json_t *json, const char *payload,
                            struct gateway_now now)
{
    struct notice *notice = notice_from_json(json);
    struct lane *lane = notice != NULL ? gateway_lane(gateway, notice->channel) : NULL;
    if (notice != NULL && lane == NULL) {
        lane = add_lane(gateway, notice->channel, now);
    }
    if (lane == NULL) {
        notice_destroy(notice);
        return false;
    }
    notice->payload = payload != NULL ? strdup(payload) : NULL;
    notice->frozen = notice->payload != NULL;
    notice->due_us = now.mono;
    gateway->last_row = notice->row > gateway->last_row ? notice->row : gateway->last_row;
    if (notice->frozen && notice->next_at > now.wall) {
        uint64_t wait = (uint64_t)(notice->next_at - now.wall);
        lane->retry_us = now.mono + (wait < 3600000000ull ? wait : 3600000000ull);
    }
    lane->failures = notice->frozen && notice->next_at != 0 ? notice->attempts : 0;
    if (!lane_add(lane, notice)) {
        notice_destroy(notice);
        return false;
    }
    return true;
}

json_t *gateway_lane_json(const struct lane *lane)
{
    return json_pack("{s:s, s:I, s:b, s:i, s:i}", "channel", lane->channel, "away",
                     (json_int_t)lane->away_since, "catch_up", lane->catch_up, "missed",
                     (int)lane->missed, "over", (int)lane->over);
}

bool gateway_restore_lane(struct gateway *gateway, const json_t *json, struct gateway_now now)
{
    const char *channel = json_text(json, "channel");
    struct lane *lane = channel[0] != '\0' ? gateway_lane(gateway, channel) : NULL;
    if (lane == NULL && channel[0] != '\0') {
        lane = add_lane(gateway, channel, now);
    }
    if (lane == NULL) {
        return false;
    }
    lane->away_since = json_number(json, "away");
    lane->catch_up = json_is_true(json_object_get(json, "catch_up"));
    lane->missed = json_count(json, "missed");
    lane->over = json_count(json, "over");
    return true;
}

/* ---- events ---- */

/* Read long after it happened: part of what everybody missed, no news of its own. */
static void take_late(struct gateway *gateway, struct gateway_now now)
{
    for (size_t i = 0; i < gateway->lane_count; i++) {
        if (!gateway->lanes[i]->catch_up) {
            send_begin_catch_up(gateway, gateway->lanes[i], now);
        }
    }
}

static int take(struct gateway *gateway, const struct gateway_event *event, struct gateway_now now)
{
    if (now.wall - event->received > GATEWAY_LATE_US) {
        take_late(gateway, now);
    }
    struct alarm *alarm = gateway_alarm(gateway, event->incident);
    bool is_new = alarm == NULL && event->step != INCIDENT_CLOSED;
    gateway_watch_device(gateway, event, is_new, now);
    if (alarm == NULL && !is_new) {
        return 0;
    }
    if (is_new) {
        alarm = alarm_create(event);
        if (!keep(gateway, alarm)) {
            return VMM_E_NOMEM;
        }
    } else {
        alarm_update(alarm, event);
    }
    alarm->dirty = true;
    tell_alarm(gateway, alarm, now);
    return 0;
}

int gateway_event(struct gateway *gateway, const struct gateway_event *event,
                  struct gateway_now now)
{
    if (event->seq <= gateway->seq) {
        return 0; /* taken already: the same event is told once */
    }
    int rc =
        event->role == INCIDENT_CAUSE && event->incident[0] != '\0' ? take(gateway, event, now) : 0;
    if (rc == 0) {
        gateway->seq = event->seq;
    }
    return rc;
}

void gateway_current(struct gateway *gateway, int64_t seq, bool is_current)
{
    gateway->seq = seq > gateway->seq ? seq : gateway->seq;
    gateway->is_current = is_current;
    gateway->is_first = gateway->is_first && !is_current;
}

/* ---- time and rules ---- */

void gateway_review(struct gateway *gateway, struct gateway_now now)
{
    gateway->reviewed_us = now.mono;
    gateway_review_quiet(gateway, now);
    gateway_review_schedule(gateway, now);
    for (uint32_t i = 0; i < gateway->alarms.room; i++) {
        if (gateway->alarms.items[i] != NULL) {
            tell_alarm(gateway, gateway->alarms.items[i], now);
        }
    }
}

void gateway_policy(struct gateway *gateway, const struct policy *policy, struct gateway_now now)
{
    gateway->policy = policy;
    name_all_lanes(gateway, now);
    for (size_t i = 0; i < gateway->lane_count; i++) {
        struct lane *lane = gateway->lanes[i];
        bucket_set(&lane->bucket, policy_destination(policy, lane->channel)->quota_per_min,
                   now.mono);
        if (!lane->ready && lane->away_since == 0) {
            lane->away_since = now.wall;
        }
    }
    gateway_review(gateway, now);
}

void gateway_tick(struct gateway *gateway, struct gateway_now now)
{
    if (now.mono - gateway->reviewed_us >= GATEWAY_REVIEW_US) {
        gateway_review(gateway, now);
    }
    for (size_t i = 0; i < gateway->lane_count; i++) {
        send_pump(gateway, gateway->lanes[i], now);
    }
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* When the lane can do something by itself. */
static uint64_t lane_wakes(const struct lane *lane, struct gateway_now now)
{
    uint64_t due = lane_frozen(lane) != NULL ? now.mono : lane_due(lane);
    if (!lane->ready || lane->sending || due == UINT64_MAX) {
        return UINT64_MAX;
    }
    due = later(due, later(lane->retry_us, bucket_next(&lane->bucket)));
    return later(due, now.mono + IDLE_US); /* what could go has gone; the rest waits for a quota */
}

uint64_t gateway_due(const struct gateway *gateway, struct gateway_now now)
{
    uint64_t due = gateway->reviewed_us + GATEWAY_REVIEW_US;
    for (size_t i = 0; i < gateway->lane_count; i++) {
        uint64_t wakes = lane_wakes(gateway->lanes[i], now);
        due = wakes < due ? wakes : due;
    }
    return due;
}

/* ---- messages from outside ---- */

static void add_open(const struct gateway *gateway, struct notice *notice, const char *site_id)
{
    for (uint32_t i = 0; i < gateway->alarms.room; i++) {
        const struct alarm *alarm = gateway->alarms.items[i];
        if (alarm != NULL && alarm->closed_at == 0 && alarm_is_tellable(alarm) &&
            strcmp(alarm->site_id, site_id) == 0) {
            (void)notice_say(notice, alarm); /* without memory the list is shorter */
        }
    }
    notice->severity = VMM_SEVERITY_NORMAL;
}

static bool add_note(struct gateway *gateway, const char *channel, const struct gateway_note *note,
                     struct gateway_now now)
{
    struct lane *lane = gateway_lane_of(gateway, channel, now);
    const char *thread = note->thread != NULL ? note->thread : "";
    if (lane != NULL && note->kind == NOTICE_HEARTBEAT &&
        lane_find_group(lane, NOTICE_HEARTBEAT, "") != NULL) {
        return true; /* one that waits says the same */
    }
    struct notice *notice = lane != NULL ? notice_create(note->kind, channel, "", thread) : NULL;
    if (notice == NULL) {
        return false;
    }
    free(notice->site_id);
    notice->site_id = strdup(note->site_id);
    notice->extra = json_deep_copy(note->extra);
    if (note->with_open) {
        add_open(gateway, notice, note->site_id);
    }
    notice->row = gateway_row(gateway, now.wall);
    notice->severity = note->severity;
    notice->made_at = now.wall;
    notice->due_us = now.mono;
    if (notice->site_id == NULL || notice->extra == NULL || !lane_add(lane, notice)) {
        notice_destroy(notice);
        return false;
    }
    gateway->effects.put_notice(gateway->effects.arg, notice);
    return true;
}

int gateway_note(struct gateway *gateway, const struct gateway_note *note, struct gateway_now now)
{
    struct route route = {0};
    int count = 0;
    if (note->channels == NULL) {
        route_of_site(gateway, note->site_id, &route);
    }
    for (size_t i = 0;
         note->channels != NULL && i < note->channels->count && route.count < POLICY_CHANNELS_MAX;
         i++) {
        route.channels[route.count++] = note->channels->items[i];
    }
    for (size_t i = 0; i < route.count; i++) {
        if (!add_note(gateway, route.channels[i], note, now)) {
            return VMM_E_NOMEM;
        }
        count++;
    }
    return count;
}
