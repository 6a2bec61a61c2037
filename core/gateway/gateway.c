/* SPDX-License-Identifier: MIT */
/* Alarms, events, time: what comes in and where it goes. */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

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
    gateway_inventory_init(gateway);
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
    gateway_inventory_finish(gateway);
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
                              .kind = "",
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
                              .kind = notice_is_news(notice) ? "" : notice_kind_word(notice->kind),
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
    if (event->step == INCIDENT_CLOSED && strncmp(event->cause, "node:", 5) == 0) {
        send_reconnect(gateway, now);
    }
    struct alarm *alarm = gateway_alarm(gateway, event->incident);
    bool is_new = alarm == NULL && event->step != INCIDENT_CLOSED;
    bool is_another = alarm != NULL && event->step != INCIDENT_CLOSED &&
                      strcmp(alarm->cause, event->cause) != 0; /* a group that is the site now */
    gateway_watch(gateway, event, is_new || is_another, now);
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
    gateway_review_heartbeat(gateway, now);
    for (uint32_t i = 0; i < gateway->alarms.room; i++) {
        if (gateway->alarms.items[i] != NULL) {
            tell_alarm(gateway, gateway->alarms.items[i], now);
        }
    }
}

void gateway_policy(struct gateway *gateway, const struct policy *policy, struct gateway_now now)
{
    gateway->policy = policy;
    gateway_name_lanes(gateway, now);
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
