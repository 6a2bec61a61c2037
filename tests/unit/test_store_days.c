/* SPDX-License-Identifier: MIT */
/* health_day: counted as the journal grows, or all at once, in any steps, killed anywhere: the same rows. */
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/rng.h"
#include "store/days.h"
#include "store/fared.h"
#include "store_help.h"

#define DAY_US   86400000000ll
#define BEGIN_US 1767225600000000ll /* 2026-01-01 00:00 UTC */

/* ---- zones ---- */

static struct zone *zones[8];
static size_t zone_count;

static const struct zone *zone_named(void *arg, const char *name)
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

static void sql(const char *text)
{
    char *error = NULL;
    sqlite3_exec(db, text, NULL, NULL, &error);
    cr_assert_null(error, "%s: %s", text, error);
}

static int64_t number(const char *text)
{
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK, "%s: %s", text,
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

static void add_site(const char *id, const char *timezone)
{
    char text[600];
    snprintf(text, sizeof(text),
             "INSERT INTO site(id, tenant_id, name, timezone, language, profile, way, enabled,"
             " owner_node, epoch) VALUES('%s', 't', 'n', '%s', 'en', 'lan', 'direct', 1, 'n1', 1)",
             id, timezone);
    sql(text);
}

static void add_camera(const char *site, const char *id)
{
    char text[300];
    snprintf(text, sizeof(text),
             "INSERT INTO camera(id, site_id, name, priority, tags_json, expected)"
             " VALUES('%s', '%s', 'c', 3, '[]', '{}')",
             id, site);
    sql(text);
}

static void setup(void)
{
    help_dir_create();
    store_close(help_open());
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    sql("PRAGMA synchronous = OFF");
    store_days_init(&days, db);
    days.zone_of = zone_named;
}

static void teardown(void)
{
    store_days_finish(&days);
    sqlite3_close(db);
    for (size_t i = 0; i < zone_count; i++) {
        zone_destroy(zones[i]);
    }
    zone_count = 0;
    help_dir_remove();
}

TestSuite(store_days, .init = setup, .fini = teardown);

/* An event of a camera, "nvr:N" or "site". */
static void add_event(const char *site, const char *subject, int64_t ts, const char *from,
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
static void add_raw(const char *site, const char *camera, const char *type, int64_t ts,
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

static const char *time_text(int64_t us)
{
    static char texts[4][CLOCK_TEXT_SIZE];
    static unsigned next;
    next = (next + 1) % 4;
    return clock_text(us, texts[next]);
}

/* Nobody watched in this time; it is told when it is over. */
static void add_unwatched(int64_t since, int64_t until)
{
    char json[200];
    snprintf(json, sizeof(json), "{\"since\":\"%s\",\"until\":\"%s\"}", time_text(since),
             time_text(until));
    add_raw("_node:n1", "", "node.unwatched", until, json);
}

/* `devices` as JSON, or NULL: of the whole site. */
static void add_maintenance(const char *site, const char *id, int64_t since, int64_t until,
                            const char *devices)
{
    char json[400];
    snprintf(json, sizeof(json),
             "{\"maintenance_id\":\"%s\",\"since\":\"%s\",\"until\":\"%s\"%s%s}", id,
             time_text(since), time_text(until), devices != NULL ? ",\"devices\":" : "",
             devices != NULL ? devices : "");
    add_raw(site, "", "maintenance.began", since, json);
}

static void end_maintenance(const char *site, const char *id, int64_t at)
{
    char json[100];
    snprintf(json, sizeof(json), "{\"maintenance_id\":\"%s\"}", id);
    add_raw(site, "", "maintenance.ended", at, json);
}

static void count_all(int64_t now)
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
static char *dump(const char *where)
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

static void expect_sums(void)
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
static void expect_rebuilt(int64_t now, const char *where)
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

/* ---- what is counted ---- */

Test(store_days, days_of_a_camera_a_recorder_and_a_site)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    sql("INSERT INTO nvr(id, site_id, name) VALUES('N1', 'S1', 'n')");
    int64_t noon = BEGIN_US + 4 * 3600000000ll; /* of January 1, in Taipei */
    add_event("S1", "C1", noon, "UNKNOWN", "OK", "none");
    add_event("S1", "nvr:N1", noon, "UNKNOWN", "OK", "none");
    add_event("S1", "site", noon, "OK", "DOWN", "unreachable");
    add_event("S1", "C1", noon + 3600000000ll, "OK", "DEGRADED", "missing_recording");
    add_event("S1", "gone", noon, "UNKNOWN", "OK", "none");
    add_event("S1", "site", noon + 7200000000ll, "DOWN", "OK", "none");
    sql("INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"
        " dedup_key, metadata_json, node_id, epoch) VALUES('x', 'S1', 'C1', 'camera.firmware',"
        " 'normal', 1, 5, 'x', '{\"old\":\"1\"}', 'n1', 1), ('y', 'S1', 'C1', 'camera.ok',"
        " 'normal', 1, 5, 'y', 'no json', 'n1', 1)");
    count_all(noon);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 0, "no day is over");
    count_all(noon + 12 * 3600000000ll - 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 0);
    count_all(noon + 12 * 3600000000ll);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 3);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE id = 'S1/camera:C1/2026-01-01' AND"
                        " unknown_s = 43200 AND ok_s = 3600 AND degraded_s = 39600 AND"
                        " recording_fault_s = 39600 AND changes = 2 AND outages = 0 AND"
                        " first_failure_at IS NULL AND epoch = 1"),
                 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'nvr:N1'"), 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'site' AND down_s ="
                        " 7200 AND outages = 1 AND longest_outage_s = 7200"),
                 1);
    count_all(noon + 10 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 30);
    expect_sums();
    expect_rebuilt(noon + 10 * DAY_US, "1");
}

/* An event that comes late, from a day that is written: what was taken for granted is written anew. */
Test(store_days, an_event_that_was_owed_over_midnight)
{
    add_site("S1", "Europe/London");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US + 3600000000ll, "UNKNOWN", "OK", "none");
    count_all(BEGIN_US + 3 * DAY_US + 60000000ll);
    int64_t rev = number("SELECT max(rev) FROM health_day");
    cr_expect_eq(number("SELECT sum(down_s) FROM health_day"), 0);
    add_event("S1", "C1", BEGIN_US + 2 * DAY_US + 3600000000ll, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + 3 * DAY_US + 120000000ll);
    cr_expect_eq(number("SELECT sum(down_s) FROM health_day WHERE day = '2026-01-03'"), 23 * 3600);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 6, "the camera's and the site's");
    cr_expect_gt(number("SELECT max(rev) FROM health_day WHERE day = '2026-01-03'"), rev,
                 "who keeps a copy gets it again");
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US + 120000000ll, "1");
}

/* The clock of the node was a year ahead for a while. */
Test(store_days, a_clock_that_was_far_ahead)
{
    add_site("S1", "Europe/London");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    count_all(BEGIN_US + DAY_US);
    add_event("S1", "C1", BEGIN_US + 365 * DAY_US, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + 366 * DAY_US);
    add_event("S1", "C1", BEGIN_US + 2 * DAY_US + 3600000000ll, "DOWN", "OK", "none");
    count_all(BEGIN_US + 4 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'camera:C1'"), 4);
    cr_expect_eq(number("SELECT down_s FROM health_day WHERE day = '2026-01-03' AND component ="
                        " 'camera:C1'"),
                 3600);
    cr_expect_eq(number("SELECT ok_s FROM health_day WHERE day = '2026-01-04' AND component ="
                        " 'camera:C1'"),
                 86400);
    expect_sums();
    /* The site, to which nothing has happened, keeps its days of the future. */
    expect_rebuilt(BEGIN_US + 4 * DAY_US, "component = 'camera:C1'");
}

Test(store_days, a_camera_that_is_removed_has_no_days_any_more)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    count_all(BEGIN_US + 2 * DAY_US);
    int64_t rows = number("SELECT count(*) FROM health_day");
    cr_expect_eq(rows, 4);
    sql("DELETE FROM camera");
    count_all(BEGIN_US + 9 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component <> 'site'"), 2,
                 "what was stays");
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'site'"), 9);
    cr_expect_eq(number("SELECT count(*) FROM health_day_state"), 1);
}

Test(store_days, a_row_that_is_already_so_is_not_written_again)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C1", BEGIN_US + DAY_US, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + 5 * DAY_US);
    int64_t rev = number("SELECT max(rev) FROM health_day");
    sql("UPDATE health_day SET ok_s = 1 WHERE id = 'S1/camera:C1/2026-01-03';"
        "UPDATE health_day_place SET version = 0");
    count_all(BEGIN_US + 5 * DAY_US);
    cr_expect_eq(number("SELECT max(rev) FROM health_day"), rev + 1, "only the one that differed");
    expect_sums();
}

Test(store_days, a_site_that_gets_another_zone)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C1", BEGIN_US + DAY_US, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + 5 * DAY_US);
    struct store *store = NULL;
    struct store_options options = {.path = help_path("core.db"), .days_period_ms = 3600000};
    cr_assert_eq(store_open(&options, &store), 0);
    cr_assert_eq(store_start(store), 0);
    struct site_record site = help_site("S1");
    struct store_batch *batch = store_batch_create();
    store_put_site(batch, &site); /* as it is */
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(number("SELECT version FROM health_day_place"), STORE_DAYS_VERSION);
    site.timezone = "Europe/London";
    batch = store_batch_create();
    store_put_site(batch, &site);
    cr_assert_eq(help_commit(store, batch), 0);
    store_close(store);
    count_all(BEGIN_US + 6 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE begins_at % 86400000000 <> 0"), 0,
                 "each begins at midnight in London");
    cr_expect_eq(number("SELECT ok_s FROM health_day WHERE id = 'S1/camera:C1/2026-01-01'"), 86400);
    expect_sums();
    expect_rebuilt(BEGIN_US + 6 * DAY_US, "1");
}

/* ---- what lies over the days ---- */

#define HOUR_US 3600000000ll

/* vmmd was stopped over midnight, and the row of the day before was written before the journal told of it. */
Test(store_days, time_without_watch_is_unknown)
{
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C1", BEGIN_US + 20 * HOUR_US, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + DAY_US + 4 * HOUR_US);
    cr_expect_eq(number("SELECT sum(down_s) FROM health_day"), 4 * 3600);
    add_unwatched(BEGIN_US + 22 * HOUR_US, BEGIN_US + DAY_US + 4 * HOUR_US);
    add_event("S1", "C1", BEGIN_US + DAY_US + 5 * HOUR_US, "DOWN", "OK", "none");
    count_all(BEGIN_US + 3 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'camera:C1' AND"
                        " day = '2026-01-01' AND ok_s = 72000 AND down_s = 7200 AND"
                        " unknown_s = 7200 AND unwatched_s = 7200 AND outages = 1 AND"
                        " longest_outage_s = 7200"),
                 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'camera:C1' AND"
                        " day = '2026-01-02' AND ok_s = 68400 AND down_s = 3600 AND"
                        " unknown_s = 14400 AND outages = 0 AND longest_outage_s = 3600"),
                 1);
    cr_expect_eq(number("SELECT unknown_s FROM health_day WHERE id = 'S1/site/2026-01-01'"), 7200);
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US, "1");
}

/* What is switched off stays so; and what happened after the span began, by the time of its event, is not overruled. */
Test(store_days, time_without_watch_takes_nothing_from_what_is_known)
{
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    add_camera("S1", "C2");
    add_event("S1", "C1", BEGIN_US, "OK", "DISABLED", "disabled");
    add_event("S1", "C2", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C2", BEGIN_US + 2 * HOUR_US, "OK", "DOWN", "unreachable");
    add_unwatched(BEGIN_US + HOUR_US, BEGIN_US + 3 * HOUR_US);
    count_all(BEGIN_US + DAY_US);
    cr_expect_eq(number("SELECT disabled_s FROM health_day WHERE component = 'camera:C1'"), 86400);
    cr_expect_eq(number("SELECT ok_s FROM health_day WHERE component = 'camera:C2'"), 7200);
    cr_expect_eq(number("SELECT unknown_s FROM health_day WHERE component = 'camera:C2'"), 3600);
    expect_sums();
    expect_rebuilt(BEGIN_US + DAY_US, "1");
}

/* The clock was a year ahead when vmmd started, and was set right afterwards. */
Test(store_days, time_without_watch_by_a_clock_that_was_ahead)
{
    char json[200];
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_unwatched(BEGIN_US + HOUR_US, BEGIN_US + 365 * DAY_US);
    count_all(BEGIN_US + 365 * DAY_US);
    snprintf(json, sizeof(json),
             "{\"from\":\"OK\",\"to\":\"DEGRADED\",\"reason\":\"slow\",\"received_at\":\"%s\"}",
             time_text(BEGIN_US + 2 * HOUR_US));
    add_raw("S1", "C1", "camera.degraded", BEGIN_US + 2 * HOUR_US, json);
    count_all(BEGIN_US + 3 * DAY_US);
    cr_expect_eq(number("SELECT unknown_s FROM health_day WHERE id = 'S1/camera:C1/2026-01-01'"),
                 3600);
    cr_expect_eq(number("SELECT degraded_s FROM health_day WHERE id = 'S1/camera:C1/2026-01-02'"),
                 86400);
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US, "component = 'camera:C1'");
}

Test(store_days, maintenance_of_a_site_and_of_a_device)
{
    add_site("S1", "UTC");
    add_site("S2", "UTC");
    add_camera("S1", "C1");
    add_camera("S1", "C2");
    add_camera("S2", "C3");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C2", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S2", "C3", BEGIN_US, "UNKNOWN", "OK", "none");
    add_maintenance("S1", "m-1", BEGIN_US + HOUR_US, BEGIN_US + 5 * HOUR_US, NULL);
    add_maintenance("S1", "m-2", BEGIN_US + 2 * HOUR_US, BEGIN_US + 3 * DAY_US,
                    "[\"camera:C1\",\"nvr:N9\"]");
    count_all(BEGIN_US + 2 * DAY_US);
    end_maintenance("S1", "m-2", BEGIN_US + DAY_US - HOUR_US); /* told late */
    end_maintenance("S1", "m-1", BEGIN_US + 3 * HOUR_US);
    end_maintenance("S2", "m-2", BEGIN_US);
    count_all(BEGIN_US + 3 * DAY_US);
    cr_expect_eq(number("SELECT maintenance_s FROM health_day WHERE id ="
                        " 'S1/camera:C1/2026-01-01'"),
                 22 * 3600, "hours of both count once");
    cr_expect_eq(number("SELECT maintenance_s FROM health_day WHERE id ="
                        " 'S1/camera:C1/2026-01-02'"),
                 0);
    cr_expect_eq(number("SELECT maintenance_s FROM health_day WHERE id ="
                        " 'S1/camera:C2/2026-01-01'"),
                 2 * 3600);
    cr_expect_eq(number("SELECT maintenance_s FROM health_day WHERE id = 'S1/site/2026-01-01'"),
                 2 * 3600);
    cr_expect_eq(number("SELECT sum(maintenance_s) FROM health_day WHERE site_id = 'S2'"), 0);
    cr_expect_eq(number("SELECT ok_s FROM health_day WHERE id = 'S1/camera:C1/2026-01-01'"), 86400,
                 "it counts beside the health");
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US, "1");
}

static void add_verdict(const char *camera, int64_t ts, const char *from, const char *to,
                        const char *beside)
{
    char json[300];
    snprintf(json, sizeof(json), "{\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"none\"%s}", from, to,
             beside);
    add_raw("S1", camera, "camera.ok", ts, json);
}

Test(store_days, what_is_told_beside_the_health)
{
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    add_verdict("C1", BEGIN_US + HOUR_US, "UNKNOWN", "OK",
                ",\"is_new\":true,\"recording\":\"proven\",\"clock_offset_ms\":-900");
    add_verdict("C1", BEGIN_US + 3 * HOUR_US, "OK", "OK", ",\"recording\":\"missing\"");
    add_verdict("C1", BEGIN_US + 4 * HOUR_US, "OK", "DOWN", "");
    add_verdict("C1", BEGIN_US + 6 * HOUR_US, "DOWN", "OK", "");
    add_raw("S1", "C1", "camera.recording", BEGIN_US + 7 * HOUR_US,
            "{\"health\":\"OK\",\"recording\":\"unjudged\"}");
    add_raw("S1", "C1", "camera.clock", BEGIN_US + 8 * HOUR_US,
            "{\"health\":\"OK\",\"clock_offset_ms\":65000}");
    add_verdict("C1", BEGIN_US + 9 * HOUR_US, "OK", "OK", ",\"clock_offset_ms\":30");
    count_all(BEGIN_US + 2 * DAY_US);
    add_raw("S1", "C1", "camera.commissioned", BEGIN_US + DAY_US + HOUR_US,
            "{\"health\":\"OK\"}");
    count_all(BEGIN_US + 3 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE id = 'S1/camera:C1/2026-01-01' AND"
                        " recording_proven_s = 7200 AND recording_missing_s = 7200 AND"
                        " recording_unjudged_s = 72000 AND commissioning_s = 82800 AND"
                        " clock_offset_ms = 65000"),
                 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE id = 'S1/camera:C1/2026-01-02' AND"
                        " commissioning_s = 3600 AND clock_offset_ms = 30"),
                 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE id = 'S1/camera:C1/2026-01-03' AND"
                        " commissioning_s = 0"),
                 1);
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US, "1");
}

/* The days on which clocks are set, in maintenance and without watch from their midnight to their end. */
static void expect_over_whole_day(const char *zone, int64_t noon, int64_t length)
{
    char text[300];
    sql("DELETE FROM ai_event; DELETE FROM health_day; DELETE FROM health_day_state;"
        "DELETE FROM health_day_span; DELETE FROM camera; DELETE FROM site;"
        "DELETE FROM sqlite_sequence; UPDATE health_day_place SET seq = 0");
    add_site("S1", zone);
    add_camera("S1", "C1");
    int64_t begins = day_start(zone_named(NULL, zone), noon / 1000000) * 1000000;
    add_event("S1", "C1", begins - DAY_US, "UNKNOWN", "OK", "none");
    add_maintenance("S1", "m-1", begins - HOUR_US, begins + 27 * HOUR_US, NULL);
    add_unwatched(begins - HOUR_US, begins + (length - 1800) * 1000000);
    count_all(begins + 4 * DAY_US);
    snprintf(
        text, sizeof(text),
        "SELECT count(*) FROM health_day WHERE component = 'camera:C1' AND begins_at = %lld AND"
        " length_s = %lld AND maintenance_s = length_s AND unwatched_s = length_s - 1800 AND"
        " ok_s = 1800",
        (long long)begins, (long long)length);
    cr_expect_eq(number(text), 1, "%s", zone);
    cr_expect_eq(number("SELECT sum(unwatched_s) FROM health_day WHERE component = 'site'"),
                 length - 1800 + 3600);
    expect_sums();
    expect_rebuilt(begins + 4 * DAY_US, "1");
}

static int64_t utc_noon(int year, int month, int day)
{
    return (civil_days(year, month, day) * CIVIL_DAY + CIVIL_DAY / 2) * 1000000;
}

Test(store_days, spans_over_days_on_which_clocks_are_set)
{
    expect_over_whole_day("Asia/Taipei", utc_noon(2026, 3, 29), 86400);
    expect_over_whole_day("Europe/London", utc_noon(2026, 3, 29), 23 * 3600);
    expect_over_whole_day("Europe/London", utc_noon(2026, 10, 25), 25 * 3600);
    expect_over_whole_day("Australia/Lord_Howe", utc_noon(2026, 4, 5) - DAY_US / 2,
                          24 * 3600 + 1800);
    expect_over_whole_day("Australia/Lord_Howe", utc_noon(2026, 10, 4) - DAY_US / 2,
                          23 * 3600 + 1800);
    expect_over_whole_day("America/Sao_Paulo", utc_noon(2018, 11, 4), 23 * 3600);
    expect_over_whole_day("America/Sao_Paulo", utc_noon(2018, 2, 17), 25 * 3600);
}

/* ---- as it grows, or at once ---- */

static const char *const words[] = {"OK", "DEGRADED", "BLACKFRAME", "DOWN", "UNKNOWN", "DISABLED"};
static const char *const reasons[] = {"none", "missing_recording", "clock_offset", "unreachable"};

struct play {
    struct rng rng;
    int64_t now;
    int64_t watched;  /* up to then each time without watch is told */
    unsigned held[4]; /* the health of each camera */
    unsigned rollbacks;
    unsigned spans;
};

static const char *const sites[] = {"S1", "S2", "S3", "S4"};
static const char *const cameras[] = {"C1", "C2", "C3", "C4"};

static int64_t seconds(struct play *play, unsigned most)
{
    return (int64_t)rng_below(&play->rng, most) * 1000000;
}

/* Something that lies over the days, or is told beside a health. */
static void play_beside(struct play *play)
{
    static const char *const words_beside[] = {
        ",\"recording\":\"proven\"",
        ",\"recording\":\"missing\"",
        ",\"recording\":\"unjudged\"",
        ",\"clock_offset_ms\":-3000",
        ",\"clock_offset_ms\":90000,\"recording\":\"proven\"",
        ",\"is_new\":true"};
    size_t camera = rng_below(&play->rng, 4);
    char json[400];
    char id[8];
    snprintf(id, sizeof(id), "m-%u", (unsigned)rng_below(&play->rng, 3));
    snprintf(json, sizeof(json),
             "{\"health\":\"%s\"%s,\"received_at\":\"%s\"}", words[play->held[camera]],
             words_beside[rng_below(&play->rng, 6)], time_text(play->now));
    play->spans++;
    switch (rng_below(&play->rng, 6)) {
    case 0:
        play->watched += seconds(play, (unsigned)((play->now - play->watched) / 1000000));
        add_unwatched(play->watched, play->now);
        play->watched = play->now;
        break;
    case 1:
        add_maintenance(sites[camera], id, play->now - seconds(play, 600),
                        play->now + seconds(play, 3 * 86400), NULL);
        break;
    case 2:
        add_maintenance(sites[camera], id, play->now, play->now + seconds(play, 3 * 86400),
                        "[\"camera:C1\",\"camera:C2\",\"camera:C3\"]");
        break;
    case 3:
        end_maintenance(sites[camera], id, play->now - seconds(play, 2 * 86400));
        break;
    case 4:
        add_raw(sites[camera], cameras[camera], "camera.commissioned", play->now, json);
        break;
    default:
        add_raw(sites[camera], cameras[camera], "camera.recording", play->now, json);
        break;
    }
}

/* Time goes on, mostly; events may be of an earlier time, the clock may have been wrong. */
static void play_event(struct play *play)
{
    size_t camera = rng_below(&play->rng, 4);
    unsigned to = (unsigned)rng_below(&play->rng, 6);
    int64_t ts = play->now;
    uint64_t dice = rng_below(&play->rng, 100);
    if (dice < 10) {
        ts -= (int64_t)rng_below(&play->rng, 7200) * 1000000;
    } else if (dice < 12) {
        ts += (int64_t)rng_below(&play->rng, 86400 * 5) * 1000000;
    } else if (dice < 14) {
        ts -= (int64_t)rng_below(&play->rng, 86400 * 5) * 1000000;
    }
    add_event(sites[camera], cameras[camera], ts, words[play->held[camera]], words[to],
              reasons[rng_below(&play->rng, 4)]);
    play->held[camera] = to;
}

/* A step that may be lost, as with a kill before its commit; then the statements are new too. */
static void play_step(struct play *play)
{
    bool more = false;
    bool lost = rng_below(&play->rng, 4) == 0;
    int64_t wrong = rng_below(&play->rng, 30) == 0 ? (int64_t)rng_below(&play->rng, 3) * DAY_US : 0;
    sql("BEGIN IMMEDIATE");
    cr_assert_eq(
        store_days_step(&days, play->now + wrong, 1 + (uint32_t)rng_below(&play->rng, 7), &more),
        SQLITE_OK, "%s", sqlite3_errmsg(db));
    sql(lost ? "ROLLBACK" : "COMMIT");
    if (lost) {
        play->rollbacks++;
        store_days_finish(&days);
        store_days_init(&days, db);
        days.zone_of = zone_named;
    }
}

static void play_on(struct play *play, unsigned events)
{
    for (unsigned i = 0; i < events; i++) {
        play->now += rng_below(&play->rng, 20) == 0
                         ? (int64_t)rng_below(&play->rng, 86400 * 9) * 1000000
                         : (int64_t)rng_below(&play->rng, 20000) * 1000000 + 7;
        play_event(play);
        if (rng_below(&play->rng, 3) == 0) {
            play_beside(play);
        }
        if (rng_below(&play->rng, 3) == 0) {
            play_step(play);
        }
    }
}

static void add_fleet(void)
{
    add_site("S1", "Asia/Taipei");
    add_site("S2", "Europe/London");
    add_site("S3", "Australia/Lord_Howe");
    add_site("S4", "America/Sao_Paulo");
    add_camera("S1", "C1");
    add_camera("S2", "C2");
    add_camera("S3", "C3");
    add_camera("S4", "C4");
}

Test(store_days, as_it_grows_as_at_once)
{
    add_fleet();
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct play play = {.now = BEGIN_US, .watched = BEGIN_US, .held = {4, 4, 4, 4}};
        rng_init(&play.rng, seed);
        play_on(&play, 150);
        cr_expect_gt(play.rollbacks, 0);
        cr_expect_gt(play.spans, 20);
        /* Past all that a wrong clock has written. */
        play.now += 12 * DAY_US;
        count_all(play.now);
        expect_sums();
        cr_expect_gt(number("SELECT count(*) FROM health_day"), 200, "seed %llu",
                     (unsigned long long)seed);
        expect_rebuilt(play.now, "1");
        sql("DELETE FROM ai_event; DELETE FROM health_day; DELETE FROM health_day_state;"
            " DELETE FROM health_day_span; DELETE FROM sqlite_sequence; UPDATE health_day_place "
            "SET seq = 0");
    }
}

/* Old events are gone: the days behind the oldest that is left come out the same. */
Test(store_days, with_the_old_events_gone)
{
    add_fleet();
    add_camera("S1", "C9");
    struct play play = {.now = BEGIN_US, .held = {4, 4, 4, 4}};
    rng_init(&play.rng, 99);
    add_event("S1", "C9", BEGIN_US, "UNKNOWN", "OK", "none"); /* and nothing since */
    sql("UPDATE camera SET status = 'OK' WHERE id = 'C9'");
    for (unsigned i = 0; i < 200; i++) {
        size_t camera = rng_below(&play.rng, 4);
        unsigned to = (unsigned)rng_below(&play.rng, 6);
        play.now += (int64_t)rng_below(&play.rng, 30000) * 1000000;
        add_event(sites[camera], cameras[camera], play.now, words[play.held[camera]], words[to],
                  "none");
        play.held[camera] = to;
        if (i % 40 == 39) {
            add_unwatched(play.now - 2 * HOUR_US, play.now);
            add_maintenance(sites[camera], "m-1", play.now, play.now + 2 * DAY_US, NULL);
        }
    }
    int64_t now = play.now + 3 * DAY_US;
    count_all(now);
    sql("DELETE FROM ai_event WHERE seq < 90");
    char where[80];
    snprintf(where, sizeof(where), "begins_at > %lld",
             (long long)number("SELECT min(ts_event) FROM ai_event"));
    cr_expect_gt(number("SELECT count(*) FROM health_day WHERE id LIKE '%C9%'"), 20);
    expect_rebuilt(now, where);
}

/* ---- what is asked ---- */

struct asked {
    int done;
    size_t count;
    int64_t now;
    struct store_fared rows[8];
    char days[8][16];
};

static void on_fared(void *arg, int rc, const struct store_fared *rows, size_t count)
{
    struct asked *asked = arg;
    cr_assert_eq(rc, 0);
    cr_assert_leq(count, 8);
    for (size_t i = 0; i < count; i++) {
        asked->rows[i] = rows[i];
        store_fared_add(&asked->rows[i], zone_named(NULL, "Asia/Taipei"), asked->now);
        snprintf(asked->days[i], sizeof(asked->days[i]), "%s", rows[i].day);
    }
    asked->count = count;
    asked->done++;
}

/* Whole days come from their rows, the one in progress from the state: the second between them is nobody's twice. */
Test(store_days, sums_hold_the_day_in_progress)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    int64_t midnight = BEGIN_US - 8 * 3600000000ll + DAY_US; /* of January 2, in Taipei */
    add_event("S1", "C1", midnight, "UNKNOWN", "OK", "none");
    add_event("S1", "C1", midnight + 2 * DAY_US + 3600000000ll, "OK", "DOWN", "unreachable");
    struct asked asked = {.now = midnight + 2 * DAY_US + 3 * 3600000000ll};
    count_all(asked.now);
    struct store *store = NULL;
    struct store_options options = {.path = help_path("core.db"), .days_period_ms = 3600000};
    cr_assert_eq(store_open(&options, &store), 0);
    cr_assert_eq(store_start(store), 0);
    struct store_fared_filter filter = {
        .site_id = "S1", .component = "", .since = "2026-01-01", .limit = 5};
    cr_assert_eq(store_query_fared(store, &filter, on_fared, &asked), 0);
    help_wait(store, &asked.done, 1);
    cr_assert_eq(asked.count, 2);
    cr_expect_eq(asked.rows[0].days, 2);
    cr_expect_eq(asked.rows[0].health_s[VMM_HEALTH_OK], 2 * 86400 + 3600);
    cr_expect_eq(asked.rows[0].health_s[VMM_HEALTH_DOWN], 2 * 3600);
    cr_expect_eq(asked.rows[0].outages, 1);
    cr_expect_eq(asked.rows[0].longest_s, 2 * 3600);
    cr_expect_eq(asked.rows[0].first_failure, midnight + 2 * DAY_US + 3600000000ll);
    cr_expect_eq(asked.rows[1].health_s[VMM_HEALTH_OK], 2 * 86400 + 3 * 3600, "the site");
    filter = (struct store_fared_filter){.site_id = "S1",
                                         .component = "camera:C1",
                                         .since = "2026-01-03",
                                         .limit = 5,
                                         .by_day = true};
    cr_assert_eq(store_query_fared(store, &filter, on_fared, &asked), 0);
    help_wait(store, &asked.done, 2);
    cr_assert_eq(asked.count, 2);
    cr_expect_str_eq(asked.days[0], "2026-01-03");
    cr_expect_eq(asked.rows[0].health_s[VMM_HEALTH_OK], 86400);
    cr_expect_str_eq(asked.days[1], "");
    cr_expect_eq(asked.rows[1].health_s[VMM_HEALTH_OK], 3600);
    cr_expect_eq(asked.rows[1].health_s[VMM_HEALTH_DOWN], 2 * 3600);
    store_close(store);
}

/* ---- killed ---- */

/* Tells the parent that something is on disk. */
static void on_written(void *arg, int rc)
{
    const int *pipe_fd = arg;
    ssize_t written = rc == 0 ? write(*pipe_fd, "w", 1) : 0;
    (void)written;
}

static void child_writes(unsigned life, int pipe_fd)
{
    struct store_options options = {
        .path = help_path("core.db"), .commit_interval_ms = 1, .days_period_ms = 1};
    struct store *store = NULL;
    if (store_open(&options, &store) != 0 || store_start(store) != 0) {
        _exit(1);
    }
    for (unsigned i = 0;; i++) {
        char id[40];
        char text[100];
        struct store_batch *batch = store_batch_create();
        struct store_event event = help_event(id, id);
        snprintf(id, sizeof(id), "%u-%u", life, i);
        snprintf(text, sizeof(text), "{\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"none\"}",
                 words[i % 6], words[(i + 1) % 6]);
        event.site_id = "S1";
        event.camera_id = "C1";
        event.ts_event = BEGIN_US + (life * 1000ll + i) * 7000000000ll;
        event.metadata_json = text;
        store_put_event(batch, &event);
        store_submit(store, batch, on_written, &pipe_fd);
        usleep(200);
        store_dispatch(store);
    }
}

/* One life: it writes, and is killed within 60 ms of its fifth commit. */
static void live_and_die(unsigned life, struct rng *rng)
{
    int ends[2];
    char seen[1];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child_writes(life, ends[1]);
    }
    close(ends[1]);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(read(ends[0], seen, 1), 1, "it ended by itself");
    }
    usleep((useconds_t)rng_below(rng, 60000));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ends[0]);
}

Test(store_days, killed_at_any_instant, .timeout = 300)
{
    struct rng rng;
    rng_init(&rng, 20260101);
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    store_days_finish(&days);
    sqlite3_close(db);
    for (unsigned life = 0; life < 20; life++) {
        live_and_die(life, &rng);
    }
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    store_days_init(&days, db);
    cr_expect_gt(number("SELECT count(*) FROM ai_event"), 30);
    cr_expect_gt(number("SELECT count(*) FROM health_day"), 30, "counted while it was killed");
    int64_t now = BEGIN_US + 31000ll * 7000000000ll;
    count_all(now);
    expect_sums();
    expect_rebuilt(now, "1");
}
