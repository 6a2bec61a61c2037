/* SPDX-License-Identifier: MIT */
/* Messages that come at their time: daily summary, weekly ranking, availability of the month, inventory. Each comes once for
 * its time by the site's clock, whatever the clock does; what vmmd slept through is made up for within six hours. */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "base/text.h"
#include "gateway/json_text.h"
#include "gateway/newcomer.h"

#define LATE_S   (6 * 3600)
#define DAY_US   (86400ll * 1000000)
#define TEXT_NUM 24

/* When a site's messages came last, in seconds; 0: never yet. */
struct schedule {
    char *site_id;
    int64_t last[GATEWAY_SCHEDULES];
    bool asked[GATEWAY_SCHEDULES]; /* the figures are being gathered */
};

static const char *id_of(const void *item)
{
    return ((const struct schedule *)item)->site_id;
}

static void destroy(void *item)
{
    struct schedule *schedule = item;
    free(schedule->site_id);
    free(schedule);
}

void gateway_schedule_init(struct gateway *gateway)
{
    shelf_init(&gateway->schedules, id_of);
}

void gateway_schedule_finish(struct gateway *gateway)
{
    shelf_finish(&gateway->schedules, destroy);
}

static struct schedule *schedule_of(struct gateway *gateway, const char *site_id)
{
    struct schedule *schedule = shelf_find(&gateway->schedules, site_id);
    if (schedule != NULL) {
        return schedule;
    }
    schedule = calloc(1, sizeof(*schedule));
    if (schedule == NULL) {
        return NULL;
    }
    schedule->site_id = strdup(site_id);
    if (schedule->site_id == NULL || !shelf_put(&gateway->schedules, schedule)) {
        destroy(schedule);
        return NULL;
    }
    return schedule;
}

static void keep(struct gateway *gateway, const struct schedule *schedule)
{
    json_t *last = json_array();
    for (size_t i = 0; i < GATEWAY_SCHEDULES; i++) {
        json_array_append_new(last, json_integer((json_int_t)schedule->last[i]));
    }
    gateway->effects.put_memory(gateway->effects.arg, "schedule", schedule->site_id,
                                schedule->site_id,
                                json_pack("{s:s, s:o}", "site", schedule->site_id, "last", last));
}

bool gateway_restore_schedule(struct gateway *gateway, const json_t *json)
{
    const char *site = json_text(json, "site");
    struct schedule *schedule = site[0] != '\0' ? schedule_of(gateway, site) : NULL;
    const json_t *last = json_object_get(json, "last");
    for (size_t i = 0; schedule != NULL && i < GATEWAY_SCHEDULES; i++) {
        schedule->last[i] = (int64_t)json_integer_value(json_array_get(last, i));
    }
    return schedule != NULL;
}

/* ---- when ---- */

static int64_t second_of(const struct policy_site *policy, enum gateway_schedule which)
{
    switch (which) {
    case GATEWAY_DAILY:
        return policy->daily;
    case GATEWAY_WEEKLY:
        return policy->weekly;
    case GATEWAY_MONTHLY:
        return policy->monthly;
    default:
        return policy->inventory;
    }
}

/* The last time up to `time` at which it was due; 0: it never is. */
static int64_t last_due(const struct policy_site *policy, enum gateway_schedule which,
                        const struct zone *zone, int64_t time)
{
    int64_t second = second_of(policy, which);
    if (second < 0) {
        return 0;
    }
    int64_t start = window_last_start(zone, second, time);
    for (int i = 0; i < 32; i++) {
        struct civil civil;
        civil_split(zone_local(zone, start), &civil);
        if (which == GATEWAY_DAILY || which == GATEWAY_INVENTORY ||
            (which == GATEWAY_WEEKLY && civil.weekday == (int)policy->weekly_day) ||
            (which == GATEWAY_MONTHLY && civil.day == 1)) {
            return start;
        }
        start = window_last_start(zone, second, start - 1);
    }
    return 0;
}

/* What the message is about: the week before its day, the month before, or the time since the last one. */
static void span_of(const struct policy_site *policy, enum gateway_schedule which,
                    const struct zone *zone, int64_t due, struct gateway_span *out)
{
    struct civil civil;
    int64_t midnight = civil_midnight(zone_local(zone, due));
    int64_t first = midnight - 7 * CIVIL_DAY;
    if (which == GATEWAY_INVENTORY) {
        out->since = last_due(policy, which, zone, due - 1) * 1000000;
        out->until = due * 1000000;
        return;
    }
    if (which == GATEWAY_MONTHLY) {
        civil_split(midnight - CIVIL_DAY, &civil);
        first = civil_days(civil.year, civil.month, 1) * CIVIL_DAY;
    }
    out->since = zone_first(zone, first) * 1000000;
    out->until = zone_first(zone, midnight) * 1000000;
}

/* ---- the daily summary ---- */

static const char *number(uint64_t value, char out[TEXT_NUM])
{
    text_format(out, TEXT_NUM, "%llu", (unsigned long long)value);
    return out;
}

static void add_counted(json_t *lines, const char *key, uint64_t count)
{
    char text[TEXT_NUM];
    const char *places[] = {"count", number(count, text), NULL};
    if (count > 0) {
        json_array_append_new(lines, gateway_worded(key, places));
    }
}

static json_t *health_line(const struct gateway_census *census)
{
    char texts[VMM_HEALTH_COUNT][TEXT_NUM];
    for (size_t i = 0; i < VMM_HEALTH_COUNT; i++) {
        number(census->cameras[i], texts[i]);
    }
    const char *places[] = {
        "good",    texts[VMM_HEALTH_OK],      "degraded", texts[VMM_HEALTH_DEGRADED],
        "lost",    texts[VMM_HEALTH_DOWN],    "black",    texts[VMM_HEALTH_BLACKFRAME],
        "unknown", texts[VMM_HEALTH_UNKNOWN], "off",      texts[VMM_HEALTH_DISABLED],
        NULL};
    return gateway_worded("daily_health", places);
}

/* Open incidents of the site that a rule keeps back. */
static uint64_t count_held(const struct gateway *gateway, const char *site_id)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < gateway->alarms.room; i++) {
        const struct alarm *alarm = gateway->alarms.items[i];
        count += alarm != NULL && alarm->closed_at == 0 && alarm->hold[0] != '\0' &&
                 strcmp(alarm->site_id, site_id) == 0;
    }
    return count;
}

/* New devices of the site that were not OK for a day. */
static uint64_t count_unfinished(const struct gateway *gateway, const char *site_id, int64_t wall)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < gateway->newcomers.room; i++) {
        const struct newcomer *one = gateway->newcomers.items[i];
        count += one != NULL && one->ok_since == 0 && wall - one->began >= DAY_US &&
                 strcmp(one->site_id, site_id) == 0;
    }
    return count;
}

static json_t *daily_extra(const struct gateway *gateway, const char *site_id,
                           const struct gateway_census *census, int64_t wall)
{
    char all[TEXT_NUM];
    char bad[TEXT_NUM];
    uint64_t total = 0;
    json_t *lines = json_array();
    for (size_t i = 0; i < VMM_HEALTH_COUNT; i++) {
        total += census->cameras[i];
    }
    uint64_t watched = total - census->cameras[VMM_HEALTH_DISABLED];
    uint64_t wrong = watched - census->cameras[VMM_HEALTH_OK];
    const char *places[] = {"count", number(watched, all), "bad", number(wrong, bad), NULL};
    json_array_append_new(lines, health_line(census));
    add_counted(lines, "daily_held", count_held(gateway, site_id));
    add_counted(lines, "daily_new", count_unfinished(gateway, site_id, wall));
    json_t *extra = gateway_worded(wrong > 0     ? "daily"
                                   : watched > 0 ? "daily_good"
                                                 : "daily_none",
                                   places);
    json_object_set_new(extra, "more", lines);
    return extra;
}

static void tell(struct gateway *gateway, const char *site_id, json_t *extra, bool with_open,
                 struct gateway_now now)
{
    struct gateway_note note = {.kind = NOTICE_SUMMARY,
                                .site_id = site_id,
                                .severity = VMM_SEVERITY_NORMAL,
                                .extra = extra,
                                .with_open = with_open};
    gateway_note(gateway, &note, now);
    json_decref(extra);
}

static void tell_daily(struct gateway *gateway, const char *site_id, struct gateway_now now)
{
    struct gateway_census census = {0};
    gateway->world.census(gateway->world.arg, site_id, &census);
    tell(gateway, site_id, daily_extra(gateway, site_id, &census, now.wall), true, now);
}

/* ---- rankings ---- */

bool gateway_answered(struct gateway *gateway, const struct gateway_span *span, bool failed)
{
    struct schedule *schedule = shelf_find(&gateway->schedules, span->site_id);
    if (schedule != NULL) {
        schedule->asked[span->which] = false;
    }
    return schedule != NULL && !failed;
}

void gateway_tell_figures(struct gateway *gateway, const struct gateway_span *span, json_t *extra,
                          struct gateway_now now)
{
    struct schedule *schedule = shelf_find(&gateway->schedules, span->site_id);
    tell(gateway, span->site_id, extra, false, now);
    schedule->last[span->which] = span->due;
    keep(gateway, schedule);
}

/* The local day that holds an instant, "2026-11-16". */
static const char *day_of(const struct zone *zone, int64_t wall, char out[TEXT_NUM])
{
    struct civil civil;
    civil_split(zone_local(zone, wall / 1000000), &civil);
    text_format(out, TEXT_NUM, "%04lld-%02d-%02d", (long long)civil.year, civil.month, civil.day);
    return out;
}

void gateway_ranked(struct gateway *gateway, const struct gateway_span *span, bool failed,
                    json_t *rows, uint64_t incidents, int64_t down_us, struct gateway_now now)
{
    if (!gateway_answered(gateway, span, failed)) {
        json_decref(rows);
        return;
    }
    struct gateway_census census = {0};
    struct gateway_site site = {0};
    char texts[3][TEXT_NUM];
    char days[2][TEXT_NUM] = {"", ""};
    uint64_t cameras = 0;
    if (gateway->world.site(gateway->world.arg, span->site_id, &site) && site.zone != NULL) {
        day_of(site.zone, span->since, days[0]);
        day_of(site.zone, span->until - 1, days[1]);
    }
    gateway->world.census(gateway->world.arg, span->site_id, &census);
    for (size_t i = 0; i < VMM_HEALTH_DISABLED; i++) {
        cameras += census.cameras[i];
    }
    int64_t whole = (int64_t)cameras * ((span->until - span->since) / 1000000);
    int64_t lost = down_us / 1000000 < whole ? down_us / 1000000 : whole;
    int64_t ppm = whole > 0 ? (whole - lost) * 100000 / whole : 100000;
    text_format(texts[0], TEXT_NUM, "%lld.%03lld", (long long)(ppm / 1000),
                (long long)(ppm % 1000));
    number(incidents, texts[1]);
    number((uint64_t)(lost / 3600), texts[2]);
    const char *places[] = {"percent", texts[0], "count", texts[1], "hours", texts[2],
                            "from",    days[0],  "to",    days[1],  NULL};
    json_t *extra = gateway_worded(span->which == GATEWAY_WEEKLY ? "weekly" : "monthly", places);
    json_object_set_new(extra, "more", json_pack("[o]", gateway_worded("ranking", places)));
    json_object_set_new(extra, "ranking", rows);
    gateway_tell_figures(gateway, span, extra, now);
}

/* ---- each site ---- */

static void review_one(struct gateway *gateway, struct schedule *schedule,
                       enum gateway_schedule which, const struct zone *zone, struct gateway_now now)
{
    const struct policy_site *policy = policy_of_site(gateway->policy, schedule->site_id);
    int64_t time = now.wall / 1000000;
    int64_t due = last_due(policy, which, zone, time);
    bool is_first = schedule->last[which] == 0;
    if (due == 0 || due <= schedule->last[which] || schedule->asked[which]) {
        return;
    }
    if (!is_first && time - due <= LATE_S && policy->enabled && which != GATEWAY_DAILY) {
        struct gateway_span span = {.site_id = schedule->site_id, .which = which, .due = due};
        span_of(policy, which, zone, due, &span);
        schedule->asked[which] = true;
        gateway->effects.rank(gateway->effects.arg, &span);
        return;
    }
    if (!is_first && time - due <= LATE_S && policy->enabled) {
        tell_daily(gateway, schedule->site_id, now);
    }
    schedule->last[which] = due;
    keep(gateway, schedule);
}

struct review {
    struct gateway *gateway;
    struct gateway_now now;
};

static void review_site(void *arg, const char *site_id)
{
    const struct review *review = arg;
    struct gateway_site site = {0};
    struct gateway *gateway = review->gateway;
    struct schedule *schedule = schedule_of(gateway, site_id);
    if (schedule == NULL || !gateway->world.site(gateway->world.arg, site_id, &site)) {
        return;
    }
    for (enum gateway_schedule which = 0; which < GATEWAY_SCHEDULES; which++) {
        review_one(gateway, schedule, which, site.zone, review->now);
    }
}

void gateway_review_schedule(struct gateway *gateway, struct gateway_now now)
{
    struct review review = {gateway, now};
    gateway->world.each_site(gateway->world.arg, review_site, &review);
}
