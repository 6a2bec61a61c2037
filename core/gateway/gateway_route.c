/* SPDX-License-Identifier: MIT */
#include "gateway/gateway_parts.h"

#include <string.h>

#include <vmm/observation.h>

#include "gateway/calendar.h"
#include "health/words.h"

static const struct zone *zone_of(const struct gateway *gateway, const char *site_id)
{
    struct gateway_site site = {0};
    return gateway->world.site(gateway->world.arg, site_id, &site) ? site.zone : NULL;
}

bool route_is_open(const struct gateway *gateway, uint32_t calendar, const char *site_id,
                   int64_t wall)
{
    const struct zone *zone = zone_of(gateway, site_id);
    if (calendar == POLICY_OF_SITE) {
        calendar = policy_of_site(gateway->policy, site_id)->calendar;
    }
    if (calendar >= POLICY_OF_SITE || zone == NULL) {
        return true;
    }
    return calendar_is_open(gateway->policy->calendars[calendar], zone, wall / 1000000);
}

int64_t gateway_closed_before(const struct gateway *gateway, const char *site_id, int64_t wall,
                              uint32_t days)
{
    uint32_t calendar = policy_of_site(gateway->policy, site_id)->calendar;
    const struct zone *zone = calendar < POLICY_OF_SITE ? zone_of(gateway, site_id) : NULL;
    if (zone == NULL) {
        return 0;
    }
    return calendar_closed_before(gateway->policy->calendars[calendar], zone, wall / 1000000, days);
}

static void add_channel(struct route *route, const char *channel)
{
    for (size_t i = 0; i < route->count; i++) {
        if (strcmp(route->channels[i], channel) == 0) {
            return;
        }
    }
    if (route->count < POLICY_CHANNELS_MAX) {
        route->channels[route->count++] = channel;
    }
}

static void add_channels(struct route *route, const struct policy_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        add_channel(route, list->items[i]);
    }
}

void route_of_site(const struct gateway *gateway, const char *site_id, struct route *out)
{
    const struct policy_site *site = policy_of_site(gateway->policy, site_id);
    *out = (struct route){0};
    if (site->channels.count > 0) {
        add_channels(out, &site->channels);
        return;
    }
    const char *const *sinks = gateway->world.sinks(gateway->world.arg);
    for (size_t i = 0; sinks[i] != NULL; i++) {
        add_channel(out, sinks[i]);
    }
}

static bool has_one_of(const struct gateway *gateway, const struct alarm *alarm,
                       const struct policy_list *tags)
{
    for (size_t i = 0; i < tags->count; i++) {
        if (alarm->subject[0] != '\0' &&
            gateway->world.has_tag(gateway->world.arg, alarm->subject, tags->items[i])) {
            return true;
        }
    }
    return tags->count == 0;
}

static bool selects(const struct gateway *gateway, const struct policy_route *route,
                    const struct alarm *alarm, int64_t wall)
{
    if (!policy_selects(&route->sites, alarm->site_id) ||
        !policy_selects(&route->cameras, alarm->subject) ||
        !policy_selects(&route->reasons, reason_word(alarm->reason)) ||
        alarm->severity < route->min_severity || !has_one_of(gateway, alarm, &route->tags)) {
        return false;
    }
    return route->calendar == POLICY_NONE ||
           route_is_open(gateway, route->calendar, alarm->site_id, wall) != route->while_closed;
}

void route_of(const struct gateway *gateway, const struct alarm *alarm, int64_t wall,
              struct route *out)
{
    const struct policy *policy = gateway->policy;
    *out = (struct route){0};
    bool found = false;
    for (size_t i = 0; i < policy->route_count; i++) {
        const struct policy_route *route = &policy->routes[i];
        if (!selects(gateway, route, alarm, wall)) {
            continue;
        }
        found = true;
        add_channels(out, &route->channels);
        out->levels = out->levels == NULL && route->level_count > 0 ? route : out->levels;
        if (route->stop) {
            break;
        }
    }
    if (!found) {
        route_of_site(gateway, alarm->site_id, out);
    }
}

const char *route_hold(const struct gateway *gateway, const struct lane *lane,
                       const struct alarm *alarm, int64_t wall)
{
    const struct policy_destination *destination =
        policy_destination(gateway->policy, lane->channel);
    const struct zone *zone = zone_of(gateway, alarm->site_id);
    struct window quiet = {
        .weekdays = WINDOW_DAILY, .from = destination->quiet_from, .to = destination->quiet_to};
    if (quiet.from == quiet.to || zone == NULL || alarm->severity >= destination->quiet_severity) {
        return NULL;
    }
    return window_holds(&quiet, zone, wall / 1000000) ? "quiet hours of the destination" : NULL;
}
