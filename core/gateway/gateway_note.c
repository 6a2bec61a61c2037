/* SPDX-License-Identifier: MIT */
/* Messages from outside, and of vmm itself: they speak of no incident. */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "base/text.h"

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

/* What would have been said is in the log, and that it was not. */
static void keep_back(struct gateway *gateway, const struct gateway_note *note, const char *rule,
                      struct gateway_now now)
{
    char why[QUIET_RULE_MAX];
    text_format(why, sizeof(why), "%s: %s", rule, notice_kind_word(note->kind));
    struct gateway_log row = {.row = gateway_row(gateway, now.wall),
                              .site_id = note->site_id,
                              .event_id = "",
                              .kind = notice_kind_word(note->kind),
                              .channel = "*",
                              .severity = note->severity,
                              .status = "suppressed",
                              .payload = "",
                              .why = why,
                              .at = now.wall};
    gateway->effects.log(gateway->effects.arg, &row);
}

int gateway_note(struct gateway *gateway, const struct gateway_note *note, struct gateway_now now)
{
    struct route route = {0};
    int count = 0;
    const char *rule = note->channels == NULL ? gateway_site_rule(gateway, note->site_id) : NULL;
    if (rule != NULL) {
        keep_back(gateway, note, rule, now);
        return 0;
    }
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
