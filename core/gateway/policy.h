/* SPDX-License-Identifier: MIT */
/*
 * Who is told what, and how often: gateway.json as the gateway reads it. Immutable once it is made; every field
 * has a default, so that no file at all is a policy too. Texts live as long as the policy.
 */
#ifndef GATEWAY_POLICY_H
#define GATEWAY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "config/validate.h"

#define POLICY_CHANNELS_MAX 64u
#define POLICY_LEVELS_MAX   8u
#define POLICY_NONE         UINT32_MAX
#define POLICY_OF_SITE      (UINT32_MAX - 1) /* a calendar: the one that the site names */

struct calendar;

/* A list of texts; patterns of * and ? where it selects something. */
struct policy_list {
    const char **items;
    size_t count;
};

/* Who is told when nobody has acknowledged for so long. */
struct policy_level {
    int64_t after_us;
    struct policy_list channels;
    uint32_t calendar; /* only while it is open; POLICY_NONE: always */
};

struct policy_route {
    const char *name;
    struct policy_list sites; /* empty: any, here and below */
    struct policy_list cameras;
    struct policy_list reasons;
    struct policy_list tags;
    uint32_t min_severity; /* VMM_SEVERITY_* */
    uint32_t calendar;     /* POLICY_NONE: always */
    bool while_closed;     /* while the calendar is closed instead of open */
    bool stop;             /* no later route is looked at when this one matches */
    struct policy_list channels;
    struct policy_level levels[POLICY_LEVELS_MAX];
    size_t level_count;
};

struct policy_destination {
    const char *channel;
    uint32_t quota_per_min;
    const char *language; /* "": the site's */
    int64_t quiet_from;   /* seconds of the site's day; both equal: no quiet hours */
    int64_t quiet_to;
    uint32_t quiet_severity; /* what is at least this is told in quiet hours too */
};

/* What holds for one site: its entry over the defaults. */
struct policy_site {
    const char *pattern; /* of the site's id; "" the defaults */
    bool enabled;
    bool observe; /* judged and logged, nothing goes out */
    struct policy_list channels;
    uint32_t rate_per_min;
    const char *mode; /* "text" or "cards" */
    uint32_t buttons;
    const char *language; /* "": the site's own */
    uint32_t calendar;
    int64_t daily; /* second of the day of the summary; -1: none */
    int64_t weekly;
    int64_t monthly;
    int64_t inventory;
    uint32_t weekly_day; /* 0 Sunday */
};

struct policy {
    json_t *settings; /* validated; owns every text */
    struct policy_site defaults;
    struct policy_site *sites;
    size_t site_count;
    struct policy_route *routes;
    size_t route_count;
    struct policy_destination *destinations;
    size_t destination_count;
    struct calendar **calendars;
    size_t calendar_count;
    const char *link_base; /* "": messages have no links */
    int64_t group_us;      /* what is not critical waits so long for more of its kind */
    int64_t update_us;     /* between two updates about one incident */
    int64_t repeat_us;     /* a reminder of what is still open; 0: none */
    int64_t commission_us; /* a new device is told of when it was OK for so long; 0: at once */
    uint32_t flap_count;   /* changes within flap_us that make it flapping; 0: never */
    int64_t flap_us;
    int64_t digest_us; /* while it flaps, between two digests; 0: none */
    int64_t stable_us; /* without a change for so long it is stable again */
    struct policy_list heartbeat_channels;
    int64_t heartbeat_us; /* 0: none */
    int64_t keep_log_us;
    int64_t keep_events_us;
    int64_t keep_days_us;
};

/* What can stand in gateway.json. */
config_items policy_items(void);

/* Make a policy of settings that were validated against policy_items(); takes no reference. VMM_E_INVAL with the
 * error (its place is a pointer), or VMM_E_NOMEM. */
int policy_create(const json_t *settings, struct policy **out, struct config_error *error);

/* NULL is allowed. */
void policy_destroy(struct policy *policy);

/* The policy of a site. */
const struct policy_site *policy_of_site(const struct policy *policy, const char *site_id);

/* What is known of a destination; one with the defaults when it is not named. */
const struct policy_destination *policy_destination(const struct policy *policy,
                                                    const char *channel);

/* True when the list is empty, or one of its patterns matches. */
bool policy_selects(const struct policy_list *list, const char *text);

/* The calendar of this name; POLICY_NONE. */
uint32_t policy_find_calendar(const struct policy *policy, const char *name);

#endif
