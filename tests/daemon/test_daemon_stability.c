/* SPDX-License-Identifier: MIT */
/* How cameras fared, as vmmctl tells it: of what has happened today, also over a kill. */
#include <criterion/criterion.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig_plugins.h"
#include "rig_watch.h"

#define COUNTED_MS                                                                                 \
    90000 /* days are counted every few seconds, by a machine that may have much else to do */

static struct rig rig;
static char database[192];

static void configure(void)
{
    char config[256];
    snprintf(config, sizeof(config), "{\"data_dir\":\"%s\"}", rig.folder);
    rig_config(&rig, config);
    snprintf(database, sizeof(database), "%s/core.db", rig.folder);
}

static void set_up(void)
{
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_open(&rig, RIG_SCENARIO(4, 1));
    configure();
    rig_start(&rig);
    rig_watch_load(&rig, shares);
    rig_wait_all(&rig, "OK");
}

static sqlite3 *open_database(void)
{
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open_v2(database, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    return db;
}

static void change(const char *sql)
{
    sqlite3 *db = open_database();
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* The answer's first value as a text of its own. */
static char *ask(const char *sql)
{
    sqlite3 *db = open_database();
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    const unsigned char *text = sqlite3_column_text(stmt, 0);
    char *copy = strdup(text != NULL ? (const char *)text : "");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return copy;
}

static bool answers_one(struct rig *of, const void *sql)
{
    char *answer = ask(sql);
    bool is_one = strcmp(answer, "1") == 0;
    (void)of;
    free(answer);
    return is_one;
}

/* Status is told from memory: what a kill must not take has to be in the database. */
static void wait_written(const char *sql)
{
    rig_until(&rig, RIG_WAIT_MS, "it to be written", answers_one, sql);
}

static void tear_down(void)
{
    rig_watch_close(&rig);
}

TestSuite(stability, .init = set_up, .fini = tear_down, .timeout = 400);

/* The row of a component; a new reference, NULL when it has none. */
static json_t *row_of(const char *component)
{
    json_t *answer = rig_json(&rig, "stability", "--site", "north", "--days", "1", NULL);
    json_t *found = NULL;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(answer, "stability"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "component")), component) == 0) {
            found = json_incref(row);
        }
    }
    json_decref(answer);
    return found;
}

static json_int_t number(const json_t *row, const char *key)
{
    cr_assert(json_is_integer(json_object_get(row, key)), "%s", key);
    return json_integer_value(json_object_get(row, key));
}

static bool has_outages(struct rig *of, const void *count)
{
    json_t *row = row_of("camera:cam-01");
    bool has = row != NULL && number(row, "outages") == *(const json_int_t *)count;
    (void)of;
    json_decref(row);
    return has;
}

static bool was_looked_at_twice(struct rig *of, const void *arg)
{
    json_t *row = row_of("camera:cam-02");
    bool was = row != NULL && number(row, "looks") >= 2;
    (void)of;
    (void)arg;
    json_decref(row);
    return was;
}

/* Once down, once well again, and a kill in between. */
static void go_down_and_come_back(void)
{
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"down\"}"));
    rig_wait_health(&rig, "cam-01", "DOWN unreachable");
    wait_written("SELECT count(*) FROM ai_event WHERE event_type = 'camera.down'");
    rig_kill(&rig);
    rig_start(&rig);
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"cam-01\"}"));
    rig_wait_health(&rig, "cam-01", "OK none");
}

static bool has_counted_all(struct rig *of, const void *arg)
{
    const double *since = arg;
    return rig_metric(of, "vmm_store_days_counted_timestamp_seconds") > *since;
}

Test(stability, outages_of_today_are_counted_once)
{
    json_int_t once = 1;
    go_down_and_come_back();
    rig_until(&rig, COUNTED_MS, "the outage is not counted", has_outages, &once);
    double now = (double)time(NULL);
    rig_until(&rig, COUNTED_MS, "it is not told that all is counted", has_counted_all, &now);
    json_t *row = row_of("camera:cam-01");
    cr_expect(json_is_string(json_object_get(row, "first_failure_at")));
    cr_expect(json_is_real(json_object_get(row, "availability_pct")));
    cr_expect_lt(number(row, "ok_s") + number(row, "down_s") + number(row, "unknown_s"), 90001);
    json_decref(row);
    row = row_of("camera:cam-02");
    cr_expect_eq(number(row, "outages"), 0);
    cr_expect_eq(number(row, "down_s"), 0);
    cr_expect(json_is_null(json_object_get(row, "mean_outage_s")), "there was none");
    json_decref(row);
    row = row_of("site");
    cr_expect_not_null(row);
    json_decref(row);
    rig_until(&rig, COUNTED_MS, "no latency", was_looked_at_twice, NULL);
    row = row_of("camera:cam-02");
    cr_expect_gt(json_real_value(json_object_get(row, "latency_ms")), 0);
    cr_expect(json_is_real(json_object_get(row, "jitter_ms")));
    json_decref(row);
}

Test(stability, one_camera_by_its_days)
{
    json_int_t once = 1;
    go_down_and_come_back();
    rig_until(&rig, COUNTED_MS, "the outage is not counted", has_outages, &once);
    json_t *answer = rig_json(&rig, "stability", "cam-01", NULL);
    json_t *days = json_object_get(answer, "days");
    cr_assert_geq(json_array_size(days), 1);
    json_t *today = json_array_get(days, json_array_size(days) - 1);
    cr_expect(json_is_null(json_object_get(today, "day")), "it is not over");
    cr_expect_eq(number(today, "outages"), 1);
    json_decref(answer);
    cr_expect_neq(rig_ctl(&rig, NULL, NULL, "stability", "nobody", NULL), 0);
    cr_expect_neq(rig_ctl(&rig, NULL, NULL, "stability", "--site", "nowhere", NULL), 0);
    cr_expect_neq(rig_ctl(&rig, NULL, NULL, "stability", "--days", "801", NULL), 0);
}

/* How fast it answers is known over a restart, and goes on. */
Test(stability, latency_goes_on_over_a_restart)
{
    rig_until(&rig, COUNTED_MS, "no latency", was_looked_at_twice, NULL);
    json_t *before = row_of("camera:cam-02");
    rig_stop(&rig);
    rig_config(&rig, "{\"watch\":{\"interval\":\"10m\",\"jitter\":\"1s\"}}");
    rig_start(&rig);
    json_t *after = row_of("camera:cam-02");
    cr_expect_geq(number(after, "looks"), number(before, "looks"));
    cr_expect_gt(json_real_value(json_object_get(after, "latency_ms")), 0);
    cr_expect(json_is_real(json_object_get(after, "jitter_ms")));
    json_decref(after);
    json_decref(before);
}

/* ---- time in which vmmd was not there ---- */

#define DAY_ROWS                                                                                   \
    "SELECT group_concat(id || ' ' || length_s || ' ' || ok_s || ' ' || down_s || ' ' ||"          \
    " unknown_s || ' ' || unwatched_s || ' ' || recording_unjudged_s, char(10))"                   \
    " FROM (SELECT * FROM health_day ORDER BY id)"
#define ALL_COUNTED                                                                                \
    "SELECT (SELECT max(seq) FROM ai_event) = seq AND version > 0 AND NOT EXISTS"                  \
    " (SELECT 1 FROM health_day_state WHERE due <= unixepoch()) FROM health_day_place"

/* What had happened by now is moved four days back, and so is when vmmd watched last, two days less an hour. */
static void age(void)
{
    change("UPDATE ai_event SET ts_event = ts_event - 4 * 86400000000;"
           "UPDATE watched SET at = (unixepoch() - 2 * 86400 - 3600) * 1000000;"
           "DELETE FROM health_day; UPDATE health_day_place SET version = 0");
}

Test(stability, time_in_which_vmmd_did_not_run_is_unknown)
{
    rig_stop(&rig); /* a kill could take along that the first logins were good */
    age();
    rig_start(&rig);
    rig_wait_all(&rig, "OK");
    rig_until(&rig, COUNTED_MS, "the days are not counted", answers_one, ALL_COUNTED);
    rig_kill(&rig);
    cr_expect(answers_one(NULL, "SELECT count(*) FROM ai_event WHERE event_type = 'node.unwatched'"
                                " AND metadata_json ->> 'seconds' BETWEEN 176400 AND 177000"));
    /* From two days and an hour ago to midnight, and one day in full; before it all was well. */
    cr_expect(answers_one(NULL, "SELECT count(DISTINCT component) = 5 FROM health_day"
                                " WHERE unwatched_s = length_s AND unknown_s = length_s"));
    cr_expect(answers_one(NULL, "SELECT count(*) > 0 FROM health_day WHERE ok_s > 0 AND"
                                " component = 'camera:cam-01' AND unwatched_s = 0"));
    cr_expect(answers_one(NULL,
                          "SELECT count(*) = 0 FROM health_day WHERE down_s > 0 OR length_s <>"
                          " ok_s + degraded_s + blackframe_s + down_s + unknown_s +"
                          " disabled_s"));
    char *grown = ask(DAY_ROWS);
    change("DELETE FROM health_day; UPDATE health_day_place SET version = 0");
    rig_start(&rig);
    rig_until(&rig, COUNTED_MS, "the days are not counted anew", answers_one, ALL_COUNTED);
    char *rebuilt = ask(DAY_ROWS);
    cr_expect_str_eq(rebuilt, grown);
    free(grown);
    free(rebuilt);
}

/* A restart in between is no gap, and so is the time of an orderly stop up to a minute. */
Test(stability, a_restart_is_no_time_without_watch)
{
    rig_stop(&rig);
    rig_start(&rig);
    rig_written(&rig);
    cr_expect(answers_one(NULL, "SELECT count(*) = 0 FROM ai_event WHERE event_type ="
                                " 'node.unwatched'"));
    cr_expect(answers_one(NULL, "SELECT at > (unixepoch() - 300) * 1000000 FROM watched"));
}
