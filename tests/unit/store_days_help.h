/* SPDX-License-Identifier: MIT */
/* What the tests of the days share: a database with sites, cameras and events, and the days counted from it. */
#ifndef TESTS_UNIT_STORE_DAYS_HELP_H
#define TESTS_UNIT_STORE_DAYS_HELP_H

#include "base/clock.h"
#include "base/rng.h"
#include "store/days.h"
#include "store_help.h"

#define DAY_US   86400000000ll
#define HOUR_US  3600000000ll
#define BEGIN_US 1767225600000000ll /* 2026-01-01 00:00 UTC */

/* ---- zones ---- */

static struct zone *zones[8];
static size_t zone_count;

static inline const struct zone *zone_named(void *arg, const char *name)
{
    static uint8_t bytes[ZONE_BYTES_MAX];
    char path[256];
    (void)arg;
    for (size_t i = 0; i < zone_count; i++) {
        if (strcmp(zone_name(zones[i]), name) == 0) {
            return zones[i];
        }
    }
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_assert_lt(zone_count, 8);
    cr_assert_eq(zone_parse(name, bytes, size, &zones[zone_count]), 0);
    return zones[zone_count++];
}

/* ---- a database of our own ---- */

static sqlite3 *db;
static struct store_days days;

static inline void sql(const char *text)
{
    char *error = NULL;
    sqlite3_exec(db, text, NULL, NULL, &error);
    cr_assert_null(error, "%s: %s", text, error);
}

static inline int64_t number(const char *text)
{
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK, "%s: %s", text,
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

static inline void add_site(const char *id, const char *timezone)
{
    char text[600];
    snprintf(text, sizeof(text),
             "INSERT INTO site(id, tenant_id, name, timezone, language, profile, way, enabled,"
             " owner_node, epoch) VALUES('%s', 't', 'n', '%s', 'en', 'lan', 'direct', 1, 'n1', 1)",
             id, timezone);
    sql(text);
}

static inline void add_camera(const char *site, const char *id)
{
    char text[300];
    snprintf(text, sizeof(text),
             "INSERT INTO camera(id, site_id, name, priority, tags_json, expected)"
             " VALUES('%s', '%s', 'c', 3, '[]', '{}')",
             id, site);
    sql(text);
}

static inline void days_setup(void)
{
    help_dir_create();
    store_close(help_open());
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    sql("PRAGMA synchronous = OFF");
    store_days_init(&days, db);
    days.zone_of = zone_named;
}

static inline void days_teardown(void)
{
    store_days_finish(&days);
    sqlite3_close(db);
    for (size_t i = 0; i < zone_count; i++) {
        zone_destroy(zones[i]);
    }
    zone_count = 0;
    help_dir_remove();
}

/* An event of a camera, "nvr:N" or "site". */
static inline void add_event(const char *site, const char *subject, int64_t ts, const char *from,
                             const char *to, const char *reason)
{
    static unsigned count;
    char text[900];
    bool is_nvr = strncmp(subject, "nvr:", 4) == 0;
    bool is_site = strcmp(subject, "site") == 0;
    const char *kind = is_nvr ? "nvr" : is_site ? "site" : "camera";
    count++;
    snprintf(text, sizeof(text),
             "INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"
             " dedup_key, metadata_json, node_id, epoch) VALUES('e%u', '%s', %s%s%s, '%s.%s',"
             " 'normal', 1, %lld, 'k%u', json_object('from', '%s', 'to', '%s', 'reason', '%s',"
             " 'nvr_id', %s%s%s), 'n1', 1)",
             count, site, is_nvr || is_site ? "NULL" : "'", is_nvr || is_site ? "" : subject,
             is_nvr || is_site ? "" : "'", kind, to, (long long)ts, count, from, to, reason,
             is_nvr ? "'" : "NULL", is_nvr ? subject + 4 : "", is_nvr ? "'" : "");
    sql(text);
}

/* Any event of a site, of a camera or (camera "") of nobody. */
static inline void add_raw(const char *site, const char *camera, const char *type, int64_t ts,
                           const char *json)
{
    static unsigned count;
    char text[1200];
    count++;
    snprintf(text, sizeof(text),
             "INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"
             " dedup_key, metadata_json, node_id, epoch) VALUES('r%u', '%s', NULLIF('%s', ''),"
             " '%s', 'normal', 1, %lld, 'r%u', '%s', 'n1', 1)",
             count, site, camera, type, (long long)ts, count, json);
    sql(text);
}

static inline const char *time_text(int64_t us)
{
    static char texts[4][CLOCK_TEXT_SIZE];
    static unsigned next;
    next = (next + 1) % 4;
    return clock_text(us, texts[next]);
}

/* Nobody watched in this time; it is told when it is over. */
static inline void add_unwatched(int64_t since, int64_t until)
{
    char json[200];
    snprintf(json, sizeof(json), "{\"since\":\"%s\",\"until\":\"%s\"}", time_text(since),
             time_text(until));
    add_raw("_node:n1", "", "node.unwatched", until, json);
}

/* `devices` as JSON, or NULL: of the whole site. */
static inline void add_maintenance(const char *site, const char *id, int64_t since, int64_t until,
                                   const char *devices)
{
    char json[400];
    snprintf(json, sizeof(json),
             "{\"maintenance_id\":\"%s\",\"since\":\"%s\",\"until\":\"%s\"%s%s}", id,
             time_text(since), time_text(until), devices != NULL ? ",\"devices\":" : "",
             devices != NULL ? devices : "");
    add_raw(site, "", "maintenance.began", since, json);
}

static inline void end_maintenance(const char *site, const char *id, int64_t at)
{
    char json[100];
    snprintf(json, sizeof(json), "{\"maintenance_id\":\"%s\"}", id);
    add_raw(site, "", "maintenance.ended", at, json);
}

static inline void count_all(int64_t now)
{
    bool more = true;
    for (unsigned i = 0; more; i++) {
        cr_assert_lt(i, 10000, "it never ends");
        sql("BEGIN IMMEDIATE");
        cr_assert_eq(store_days_step(&days, now, 50, &more), SQLITE_OK, "%s", sqlite3_errmsg(db));
        sql("COMMIT");
    }
    cr_assert_not(store_days_are_due(&days, now));
}

/* All rows as one text, without what says when they were written. */
static inline char *dump(const char *where)
{
    char text[1200];
    sqlite3_stmt *stmt = NULL;
    snprintf(text, sizeof(text),
             "SELECT group_concat(line, char(10)) FROM (SELECT id || ' ' || begins_at || ' ' ||"
             " length_s || ' ' || ok_s || ' ' || degraded_s || ' ' || blackframe_s || ' ' ||"
             " down_s || ' ' || unknown_s || ' ' || disabled_s || ' ' || recording_fault_s || ' '"
             " || clock_fault_s || ' ' || changes || ' ' || outages || ' ' || longest_outage_s ||"
             " ' ' || coalesce(first_failure_at, '-') || ' ' || coalesce(last_failure_at, '-')"
             " || ' ' || unwatched_s || ' ' || maintenance_s || ' ' || commissioning_s || ' ' ||"
             " recording_proven_s || ' ' || recording_missing_s || ' ' || recording_unjudged_s ||"
             " ' ' || coalesce(clock_offset_ms, '-')"
             " AS line FROM health_day WHERE %s ORDER BY id)",
             where);
    cr_assert_eq(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    const unsigned char *all = sqlite3_column_text(stmt, 0);
    char *copy = strdup(all != NULL ? (const char *)all : "");
    sqlite3_finalize(stmt);
    return copy;
}

static inline void expect_sums(void)
{
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE length_s <> ok_s + degraded_s +"
                        " blackframe_s + down_s + unknown_s + disabled_s"),
                 0);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE length_s <> recording_proven_s +"
                        " recording_missing_s + recording_unjudged_s"),
                 0);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE unwatched_s > unknown_s OR"
                        " maintenance_s NOT BETWEEN 0 AND length_s OR"
                        " commissioning_s NOT BETWEEN 0 AND length_s"),
                 0);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE length_s NOT BETWEEN 82800 AND"
                        " 90000"),
                 0);
    /* No day is missing between the first and the last of a subject. */
    cr_expect_eq(number("SELECT count(*) FROM (SELECT begins_at + length_s * 1000000 AS ends,"
                        " lead(begins_at) OVER (PARTITION BY site_id, component ORDER BY day) AS"
                        " next FROM health_day) WHERE next IS NOT NULL AND next <> ends"),
                 0);
}

/* Forget all and count again. */
static inline void expect_rebuilt(int64_t now, const char *where)
{
    char *before = dump(where);
    sql("DELETE FROM health_day WHERE 1; UPDATE health_day_place SET version = 0");
    count_all(now);
    char *after = dump(where);
    if (strcmp(before, after) != 0) {
        size_t at = 0;
        while (before[at] == after[at]) {
            at++;
        }
        while (at > 0 && before[at - 1] != '\n') {
            at--;
        }
        cr_assert_fail("was %.160s, rebuilt %.160s", before + at, after + at);
    }
    free(before);
    free(after);
}

#endif
