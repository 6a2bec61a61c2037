/* SPDX-License-Identifier: MIT */
/* The lanes of the gateway: one for each channel that the policy names, and for each sink that is on. */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gateway/json_text.h"

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

static void name_all(struct gateway *gateway, struct gateway_now now)
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

void gateway_name_lanes(struct gateway *gateway, struct gateway_now now)
{
    name_all(gateway, now);
    for (size_t i = 0; i < gateway->lane_count; i++) {
        struct lane *lane = gateway->lanes[i];
        bucket_set(&lane->bucket, policy_destination(gateway->policy, lane->channel)->quota_per_min,
                   now.mono);
        if (!lane->ready && lane->away_since == 0) {
            lane->away_since = now.wall;
        }
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

/* ---- what was stored ---- */

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
