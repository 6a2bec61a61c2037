/* SPDX-License-Identifier: MIT */
#include "gateway/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "gateway/calendar.h"
#include "gateway/ics.h"
#include "health/words.h"

static const struct policy_destination any_destination = {
    .channel = "", .quota_per_min = 50, .language = "", .quiet_severity = VMM_SEVERITY_CRITICAL};

struct maker {
    struct policy *policy;
    struct config_error *error;
    int rc;
};

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : "";
}

static int64_t duration(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key)) * 1000;
}

/* ---- making: refusing ---- */

static void refuse(struct maker *maker, const char *pointer, const char *what, const char *remedy)
{
    if (maker->rc == 0) {
        config_error_set(maker->error, pointer, remedy, "%s", what);
        maker->rc = VMM_E_INVAL;
    }
}

static bool made(struct maker *maker, const void *memory)
{
    if (memory == NULL && maker->rc == 0) {
        maker->rc = VMM_E_NOMEM;
    }
    return maker->rc == 0;
}

/* ---- making: parts ---- */

static struct policy_list list_of(struct maker *maker, const json_t *object, const char *key)
{
    const json_t *array = json_object_get(object, key);
    struct policy_list list = {.items = calloc(json_array_size(array) + 1, sizeof(char *))};
    if (!made(maker, list.items)) {
        return list;
    }
    for (size_t i = 0; i < json_array_size(array); i++) {
        list.items[list.count++] = json_string_value(json_array_get(array, i));
    }
    return list;
}

static struct policy_list channels_of(struct maker *maker, const json_t *object, const char *at)
{
    struct policy_list list = list_of(maker, object, "channels");
    for (size_t i = 0; i < list.count; i++) {
        char pointer[128];
        const char *channel = list.items[i];
        text_format(pointer, sizeof(pointer), "%s/channels/%zu", at, i);
        if (strlen(channel) > 96 || channel[0] == '\0' || channel[0] == ':') {
            refuse(maker, pointer, "this is no channel", "write \"gchat\" or \"gchat:room\"");
        }
    }
    return list;
}

static uint32_t calendar_of(struct maker *maker, const json_t *object, const char *at)
{
    char pointer[128];
    const char *name = text(object, "calendar");
    uint32_t found =
        strcmp(name, "site") == 0 ? POLICY_OF_SITE : policy_find_calendar(maker->policy, name);
    text_format(pointer, sizeof(pointer), "%s/calendar", at);
    if (name[0] != '\0' && found == POLICY_NONE) {
        refuse(maker, pointer, "there is no calendar of this name", "name one of /calendars");
    }
    return found;
}

/* A time of day, "" for none (-1). */
static int64_t time_of(struct maker *maker, const json_t *object, const char *key, const char *at)
{
    char pointer[128];
    int64_t seconds = -1;
    const char *value = text(object, key);
    text_format(pointer, sizeof(pointer), "%s/%s", at, key);
    if (value[0] != '\0' && (!civil_parse_time(value, &seconds) || seconds >= CIVIL_DAY)) {
        refuse(maker, pointer, "this is no time of day", "write it like \"08:00\"");
    }
    return seconds;
}

static void weekly_of(struct maker *maker, const json_t *object, const char *at,
                      struct policy_site *site)
{
    char pointer[128];
    char day[4];
    const char *value = text(object, "weekly");
    site->weekly = -1;
    if (value[0] == '\0') {
        return;
    }
    text_format(pointer, sizeof(pointer), "%s/weekly", at);
    text_format(day, sizeof(day), "%.3s", value);
    if (strlen(value) != 9 || value[3] != ' ' || !window_parse_day(day, &site->weekly_day) ||
        !civil_parse_time(value + 4, &site->weekly) || site->weekly >= CIVIL_DAY) {
        refuse(maker, pointer, "this is no day with a time", "write it like \"mon 08:00\"");
    }
}

static uint32_t severity_of(const json_t *object, const char *key)
{
    int number = severity_number(text(object, key));
    return number >= 0 ? (uint32_t)number : 0;
}

/* ---- making: calendars ---- */

static int keep_days(void *arg, const struct closed_days *days)
{
    return calendar_add_days(arg, days);
}

static void read_holidays(struct maker *maker, struct calendar *calendar, const char *path,
                          const char *pointer)
{
    size_t skipped = 0;
    char *bytes = malloc(ICS_SIZE_MAX + 1);
    FILE *file = bytes != NULL ? fopen(path, "re") : NULL;
    if (file == NULL) {
        refuse(maker, pointer, bytes != NULL ? strerror(errno) : "no memory",
               "name an iCalendar file that vmmd can read");
        free(bytes);
        return;
    }
    size_t size = fread(bytes, 1, ICS_SIZE_MAX + 1, file);
    fclose(file);
    if (ics_parse(bytes, size, keep_days, calendar, &skipped) < 0) {
        refuse(maker, pointer, "this is no iCalendar file of at most 1 MiB", "export it as .ics");
    } else if (skipped > 0) {
        refuse(maker, pointer,
               "it has events that are no whole days, or repeat otherwise than yearly",
               "take them out: a holiday that is not understood would be a working day");
    }
    free(bytes);
}

static void add_texts(struct maker *maker, struct calendar *calendar, const json_t *object,
                      const char *key, const char *at,
                      int (*add)(struct calendar *calendar, const char *text), const char *remedy)
{
    const json_t *array = json_object_get(object, key);
    for (size_t i = 0; i < json_array_size(array); i++) {
        char pointer[128];
        int rc = add(calendar, json_string_value(json_array_get(array, i)));
        text_format(pointer, sizeof(pointer), "%s/%s/%zu", at, key, i);
        if (rc == VMM_E_INVAL) {
            refuse(maker, pointer, "this is not understood", remedy);
        } else if (rc != 0) {
            made(maker, NULL);
        }
    }
}

static void make_calendar(struct maker *maker, const json_t *object, const char *at)
{
    struct calendar *calendar = calendar_create(text(object, "name"));
    char pointer[128];
    if (strcmp(text(object, "name"), "site") == 0) {
        refuse(maker, at, "no calendar can be called \"site\"", "choose another name");
    }
    if (!made(maker, calendar)) {
        return;
    }
    maker->policy->calendars[maker->policy->calendar_count++] = calendar;
    add_texts(maker, calendar, object, "open", at, calendar_add_open,
              "write it like \"mon-fri 08:00-18:00\"");
    add_texts(maker, calendar, object, "closed", at, calendar_add_closed,
              "write it like \"2026-12-25\"");
    add_texts(maker, calendar, object, "special", at, calendar_add_special,
              "write it like \"2026-12-24 08:00-12:00\"");
    text_format(pointer, sizeof(pointer), "%s/holidays", at);
    if (text(object, "holidays")[0] != '\0') {
        read_holidays(maker, calendar, text(object, "holidays"), pointer);
    }
}

/* ---- making: the rest ---- */

/* A value of the site's entry, else that of all sites. */
static const json_t *over(const json_t *own, const json_t *all, const char *key)
{
    const json_t *value = json_object_get(own, key);
    return value != NULL ? value : json_object_get(all, key);
}

/* The site's entry laid over what holds for all, as one object; a new reference. */
static json_t *merged(const json_t *own, const json_t *all)
{
    static const char *const flat[] = {"enabled",  "channels", "rateLimitPerSitePerMin",
                                       "language", "calendar", "observe"};
    static const char *const groups[][5] = {
        {"gchat", "mode", "buttonsPerCard", NULL, NULL},
        {"summaries", "daily", "weekly", "monthly", "inventory"}};
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof(flat) / sizeof(flat[0]); i++) {
        json_object_set(object, flat[i], (json_t *)over(own, all, flat[i]));
    }
    for (size_t i = 0; i < 2; i++) {
        json_t *group = json_object();
        for (size_t k = 1; k < 5 && groups[i][k] != NULL; k++) {
            json_object_set(group, groups[i][k],
                            (json_t *)over(json_object_get(own, groups[i][0]),
                                           json_object_get(all, groups[i][0]), groups[i][k]));
        }
        json_object_set_new(object, groups[i][0], group);
    }
    return object;
}

static void make_site(struct maker *maker, const json_t *own, const json_t *all, const char *at,
                      struct policy_site *out)
{
    json_t *object = merged(own, all);
    const json_t *chat = json_object_get(object, "gchat");
    const json_t *summary = json_object_get(object, "summaries");
    char pointer[128];
    text_format(pointer, sizeof(pointer), "%s/summaries", at);
    *out = (struct policy_site){
        .pattern = text(own, "site"),
        .enabled = json_is_true(json_object_get(object, "enabled")),
        .observe = json_is_true(json_object_get(object, "observe")),
        .channels = channels_of(maker, object, at),
        .rate_per_min =
            (uint32_t)json_integer_value(json_object_get(object, "rateLimitPerSitePerMin")),
        .mode = text(chat, "mode"),
        .buttons = (uint32_t)json_integer_value(json_object_get(chat, "buttonsPerCard")),
        .language = text(object, "language"),
        .calendar = calendar_of(maker, object, at),
        .daily = time_of(maker, summary, "daily", pointer),
        .monthly = time_of(maker, summary, "monthly", pointer),
        .inventory = time_of(maker, summary, "inventory", pointer)};
    weekly_of(maker, summary, pointer, out);
    json_decref(object); /* its texts live in the settings */
}

static void make_level(struct maker *maker, const json_t *object, const char *at,
                       struct policy_route *route)
{
    if (route->level_count == POLICY_LEVELS_MAX) {
        refuse(maker, at, "there are too many levels", "write at most 8");
        return;
    }
    route->levels[route->level_count++] =
        (struct policy_level){.after_us = duration(object, "after"),
                              .channels = channels_of(maker, object, at),
                              .calendar = calendar_of(maker, object, at)};
}

static void check_reasons(struct maker *maker, const struct policy_list *reasons, const char *at)
{
    for (size_t i = 0; i < reasons->count; i++) {
        char pointer[128];
        text_format(pointer, sizeof(pointer), "%s/reasons/%zu", at, i);
        if (strpbrk(reasons->items[i], "*?") == NULL && reason_number(reasons->items[i]) < 0) {
            refuse(maker, pointer, "there is no such reason", "docs/health.md lists them");
        }
    }
}

static void make_route(struct maker *maker, const json_t *object, const char *at)
{
    struct policy_route *route = &maker->policy->routes[maker->policy->route_count++];
    const json_t *levels = json_object_get(object, "escalate");
    *route =
        (struct policy_route){.name = text(object, "name"),
                              .sites = list_of(maker, object, "sites"),
                              .cameras = list_of(maker, object, "cameras"),
                              .reasons = list_of(maker, object, "reasons"),
                              .tags = list_of(maker, object, "tags"),
                              .min_severity = severity_of(object, "minSeverity"),
                              .calendar = calendar_of(maker, object, at),
                              .while_closed = json_is_true(json_object_get(object, "whileClosed")),
                              .stop = json_is_true(json_object_get(object, "stop")),
                              .channels = channels_of(maker, object, at)};
    check_reasons(maker, &route->reasons, at);
    for (size_t i = 0; i < json_array_size(levels); i++) {
        char pointer[128];
        text_format(pointer, sizeof(pointer), "%s/escalate/%zu", at, i);
        make_level(maker, json_array_get(levels, i), pointer, route);
    }
}

static void make_destination(struct maker *maker, const json_t *object, const char *at)
{
    int64_t from = time_of(maker, object, "quietFrom", at);
    int64_t to = time_of(maker, object, "quietTo", at);
    if ((from < 0) != (to < 0)) {
        refuse(maker, at, "quiet hours need both ends", "give quietFrom and quietTo");
    }
    maker->policy->destinations[maker->policy->destination_count++] = (struct policy_destination){
        .channel = text(object, "channel"),
        .quota_per_min = (uint32_t)json_integer_value(json_object_get(object, "quotaPerMin")),
        .language = text(object, "language"),
        .quiet_from = from < 0 ? 0 : from,
        .quiet_to = to < 0 ? 0 : to,
        .quiet_severity = severity_of(object, "quietSeverity")};
}

/* Make each entry of a list of the settings. */
static void make_each(struct maker *maker, const char *key,
                      void (*make)(struct maker *maker, const json_t *object, const char *at))
{
    const json_t *array = json_object_get(maker->policy->settings, key);
    for (size_t i = 0; i < json_array_size(array) && maker->rc == 0; i++) {
        char at[64];
        text_format(at, sizeof(at), "/%s/%zu", key, i);
        make(maker, json_array_get(array, i), at);
    }
}

static void make_site_entry(struct maker *maker, const json_t *object, const char *at)
{
    make_site(maker, object, maker->policy->settings, at,
              &maker->policy->sites[maker->policy->site_count++]);
}

static void make_numbers(struct maker *maker)
{
    struct policy *policy = maker->policy;
    const json_t *settings = policy->settings;
    const json_t *flap = json_object_get(settings, "flapping");
    const json_t *beat = json_object_get(settings, "heartbeat");
    const json_t *keep = json_object_get(settings, "keep");
    policy->link_base = text(settings, "linkBase");
    policy->group_us = duration(settings, "groupWait");
    policy->update_us = duration(settings, "updateWait");
    policy->repeat_us = duration(settings, "repeat");
    policy->commission_us = duration(settings, "commissioning");
    policy->flap_count = (uint32_t)json_integer_value(json_object_get(flap, "changes"));
    policy->flap_us = duration(flap, "within");
    policy->digest_us = duration(flap, "digest");
    policy->stable_us = duration(flap, "stable");
    policy->heartbeat_us = duration(beat, "every");
    policy->heartbeat_channels = channels_of(maker, beat, "/heartbeat");
    policy->keep_log_us = duration(keep, "notificationLog");
    policy->keep_events_us = duration(keep, "events");
    policy->keep_days_us = duration(keep, "days");
}

static bool make_room(struct maker *maker)
{
    struct policy *policy = maker->policy;
    const json_t *settings = policy->settings;
    size_t sites = json_array_size(json_object_get(settings, "sites"));
    size_t routes = json_array_size(json_object_get(settings, "routes"));
    size_t destinations = json_array_size(json_object_get(settings, "destinations"));
    size_t calendars = json_array_size(json_object_get(settings, "calendars"));
    policy->sites = calloc(sites + 1, sizeof(*policy->sites));
    policy->routes = calloc(routes + 1, sizeof(*policy->routes));
    policy->destinations = calloc(destinations + 1, sizeof(*policy->destinations));
    policy->calendars = calloc(calendars + 1, sizeof(struct calendar *));
    return made(maker, policy->sites) && made(maker, policy->routes) &&
           made(maker, policy->destinations) && made(maker, policy->calendars);
}

int policy_create(const json_t *settings, struct policy **out, struct config_error *error)
{
    struct maker maker = {.policy = calloc(1, sizeof(struct policy)), .error = error};
    if (maker.policy == NULL) {
        return VMM_E_NOMEM;
    }
    maker.policy->settings = json_deep_copy(settings);
    if (made(&maker, maker.policy->settings) && make_room(&maker)) {
        make_each(&maker, "calendars", make_calendar);
        make_site(&maker, NULL, maker.policy->settings, "", &maker.policy->defaults);
        make_each(&maker, "sites", make_site_entry);
        make_each(&maker, "routes", make_route);
        make_each(&maker, "destinations", make_destination);
        make_numbers(&maker);
    }
    if (maker.rc != 0) {
        policy_destroy(maker.policy);
        return maker.rc;
    }
    *out = maker.policy;
    return 0;
}

static void finish_route(struct policy_route *route)
{
    free(route->sites.items);
    free(route->cameras.items);
    free(route->reasons.items);
    free(route->tags.items);
    free(route->channels.items);
    for (size_t i = 0; i < route->level_count; i++) {
        free(route->levels[i].channels.items);
    }
}

void policy_destroy(struct policy *policy)
{
    if (policy == NULL) {
        return;
    }
    for (size_t i = 0; i < policy->route_count; i++) {
        finish_route(&policy->routes[i]);
    }
    for (size_t i = 0; i < policy->site_count; i++) {
        free(policy->sites[i].channels.items);
    }
    for (size_t i = 0; i < policy->calendar_count; i++) {
        calendar_destroy(policy->calendars[i]);
    }
    free(policy->defaults.channels.items);
    free(policy->heartbeat_channels.items);
    free(policy->sites);
    free(policy->routes);
    free(policy->destinations);
    free(policy->calendars);
    json_decref(policy->settings);
    free(policy);
}

/* ---- asking ---- */

const struct policy_site *policy_of_site(const struct policy *policy, const char *site_id)
{
    for (size_t i = 0; i < policy->site_count; i++) {
        if (text_matches(policy->sites[i].pattern, site_id)) {
            return &policy->sites[i];
        }
    }
    return &policy->defaults;
}

const struct policy_destination *policy_destination(const struct policy *policy,
                                                    const char *channel)
{
    for (size_t i = 0; i < policy->destination_count; i++) {
        if (text_matches(policy->destinations[i].channel, channel)) {
            return &policy->destinations[i];
        }
    }
    return &any_destination;
}

bool policy_selects(const struct policy_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (text_matches(list->items[i], text)) {
            return true;
        }
    }
    return list->count == 0;
}

uint32_t policy_find_calendar(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->calendar_count; i++) {
        if (strcmp(policy->calendars[i]->name, name) == 0) {
            return (uint32_t)i;
        }
    }
    return POLICY_NONE;
}
