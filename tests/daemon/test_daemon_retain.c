/* SPDX-License-Identifier: MIT */
/* What the daemon keeps and what it lets go: old rows, logins at strange addresses, and a database that is damaged. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig_plugins.h"
#include "rig_watch.h"

#define TRIM_MS 60000

static struct rig rig;
static char database[192];

static void configure(void)
{
    char config[800];
    snprintf(config, sizeof(config),
             "{\"data_dir\":\"%s\",\"flags\":{\"FEATURE_VMM_SINK_JSONL\":true},\"plugins\":"
             "{\"jsonl\":{\"config\":{\"path\":\"%s/events.jsonl\"}}}}",
             rig.folder, rig.folder);
    rig_plugins_config(&rig, config);
}

static void set_up(void)
{
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_open(&rig, RIG_SCENARIO(4, 1));
    rig_plugins_open(&rig, "vivotek", "jsonl", NULL);
    snprintf(database, sizeof(database), "%s/core.db", rig.folder);
    configure();
    rig_start(&rig);
    rig_watch_load(&rig, shares);
    rig_wait_all(&rig, "OK");
}

static void tear_down(void)
{
    rig_watch_close(&rig);
}

TestSuite(retain, .init = set_up, .fini = tear_down, .timeout = 240);

/* ---- the database, from outside ---- */

static sqlite3 *open_database(void)
{
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open_v2(database, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    return db;
}

static long long number(const char *sql)
{
    sqlite3 *db = open_database();
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    long long value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return value;
}

static void change(const char *sql)
{
    sqlite3 *db = open_database();
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static bool is_none(struct rig *of, const void *sql)
{
    (void)of;
    return number(sql) == 0;
}

/* ---- rows ---- */

#define OLD_EVENTS "SELECT count(*) FROM ai_event WHERE id LIKE 'old-%'"
#define OLD_LOG    "SELECT count(*) FROM notification_log WHERE target = 'old'"

/* Rows of 500 days ago, behind the cursor of the destination. */
static void add_old_rows(void)
{
    change("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
           " INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"
           " dedup_key, metadata_json, node_id, epoch) SELECT 'old-' || i, 'north', 'cam-01',"
           " 'camera.ok', 'normal', 1, (unixepoch() - 500 * 86400 + i) * 1000000, 'old-' || i,"
           " '{\"from\":\"OK\",\"to\":\"OK\"}', 'rig', 1 FROM n;"
           "INSERT INTO notification_log(id, site_id, channel, severity, status, target, payload,"
           " error_message, created_at, node_id, epoch) VALUES(1, 'north', 'x', 'normal', 'sent',"
           " 'old', '', '', (unixepoch() - 500 * 86400) * 1000000, 'rig', 1)");
}

/* From now on each row that goes is noted, with the turn in which it does: time stands still within a statement. */
static void note_turns(void)
{
    change("CREATE TABLE gone(at TEXT); CREATE TRIGGER goes AFTER DELETE ON ai_event BEGIN"
           " INSERT INTO gone VALUES(strftime('%Y-%m-%d %H:%M:%f', 'now')); END");
}

/* Whoever asks for a commit waits for no more than that many rows. */
#define TURN_ROWS 500

Test(retain, what_a_destination_has_not_got_stays_until_it_has_it)
{
    rig_until(&rig, RIG_WAIT_MS, "the sink has no cursor", is_none,
              "SELECT NOT EXISTS (SELECT 1 FROM destination_cursor WHERE destination = 'jsonl'"
              " AND seq = 4)");
    cr_assert_eq(rig_stop(&rig), 0);
    /* Everybody may write its file: it is switched on, and not loaded. */
    char file[192];
    snprintf(file, sizeof(file), "%s/plugins/jsonl.so", rig.folder);
    cr_assert_eq(chmod(file, 0666), 0);
    add_old_rows();
    note_turns();
    rig_start(&rig);
    rig_until(&rig, TRIM_MS, "the old row of the log stays", is_none, OLD_LOG);
    cr_expect_eq(number(OLD_EVENTS), 600, "jsonl has not had them");
    cr_assert_eq(chmod(file, 0644), 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "reload", NULL), 0);
    rig_until(&rig, 2 * TRIM_MS, "old events stay", is_none, OLD_EVENTS);
    cr_expect_gt(number("SELECT count(*) FROM ai_event"), 3, "those of today stay");
    cr_expect_eq(number("SELECT count(*) FROM gone"), 600);
    cr_expect_leq(number("SELECT max(n) FROM (SELECT count(*) AS n FROM gone GROUP BY at)"),
                  TURN_ROWS, "they go a little at a time");
}

#define HAS_ALL                                                                                    \
    "SELECT max(seq) - (SELECT seq FROM destination_cursor WHERE destination = 'jsonl')"           \
    " FROM ai_event"

/* It has what there is, and is not looked for again before the next start. */
static void stop_with_all(void)
{
    rig_until(&rig, RIG_WAIT_MS, "the sink has no cursor", is_none,
              "SELECT NOT EXISTS (SELECT 1 FROM destination_cursor WHERE destination = 'jsonl'"
              " AND seq >= 4)");
    rig_until(&rig, RIG_WAIT_MS, "the sink has not everything", is_none, HAS_ALL);
    cr_assert_eq(rig_stop(&rig), 0);
}

/* How many lines of the sink's file have this in them. */
static size_t lines_with(const char *text)
{
    char path[192];
    char *line = NULL;
    size_t room = 0;
    size_t count = 0;
    snprintf(path, sizeof(path), "%s/events.jsonl", rig.folder);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    while (getline(&line, &room, file) > 0) {
        count += strstr(line, text) != NULL;
    }
    free(line);
    fclose(file);
    return count;
}

Test(retain, the_end_of_an_alarm_that_is_too_old_is_not_sent_although_it_is_younger)
{
    static const char put[] =
        "WITH n(i, camera, type, severity, days, metadata) AS (VALUES %s)"
        " INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"
        " dedup_key, metadata_json, node_id, epoch) SELECT 'put-' || i, 'north', camera, type,"
        " severity, 1, (unixepoch() - days * 86400) * 1000000, 'put-' || i, metadata, 'rig', 1"
        " FROM n";
    char sql[1200];
    stop_with_all();
    snprintf(sql, sizeof(sql), put,
             "(1, 'cam-01', 'camera.degraded', 'suspect', 8,"
             " '{\"from\":\"OK\",\"to\":\"DEGRADED\",\"incident_id\":\"x\"}')");
    change(sql);
    rig_start(&rig);
    stop_with_all();
    cr_assert_eq(number("SELECT count(*) FROM gateway_state WHERE area = 'cut'"), 1);
    snprintf(sql, sizeof(sql), put,
             "(2, 'cam-01', 'camera.ok', 'normal', 6, '{\"from\":\"DEGRADED\",\"to\":\"OK\","
             "\"from_severity\":\"suspect\",\"incident_id\":\"x\"}'),"
             "(3, 'cam-02', 'camera.ok', 'normal', 6, '{\"from\":\"DEGRADED\",\"to\":\"OK\","
             "\"from_severity\":\"suspect\",\"incident_id\":\"y\"}')");
    change(sql);
    rig_start(&rig);
    stop_with_all();
    cr_assert_eq(lines_with("put-1"), 0);
    cr_assert_eq(lines_with("put-2"), 0, "what it ends was not sent");
    cr_assert_eq(lines_with("put-3"), 1);
    cr_assert_geq(lines_with("sink.dropped"), 1);
    cr_assert_eq(number("SELECT count(*) FROM gateway_state WHERE area = 'cut'"), 0);
    rig_start(&rig);
}

#define TO_TELL "SELECT count(*) FROM gateway_state WHERE area = 'dropped'"

#define IS_TOLD(counts)                                                                            \
    "SELECT count(*) != 1 FROM ai_event WHERE event_type = 'sink.dropped' AND metadata_json LIKE"  \
    " '%" counts "%'"

Test(retain, how_many_went_is_told_although_vmmd_ended_before)
{
    stop_with_all();
    /* What would be there if it had ended right then, and a witness of what is kept. */
    change("INSERT INTO gateway_state(area, key, site_id, detail, node_id, epoch) VALUES('dropped',"
           " 'jsonl', '', '{\"sink\":\"jsonl\",\"normal\":5,\"suspect\":7,\"critical\":0}', 'rig',"
           " 1); CREATE TABLE witness(detail TEXT, seq INTEGER);"
           "CREATE TRIGGER kept AFTER INSERT ON gateway_state WHEN NEW.area = 'dropped' BEGIN"
           " INSERT INTO witness SELECT NEW.detail, max(seq) FROM ai_event; END");
    rig_start(&rig);
    rig_until(&rig, RIG_WAIT_MS, "it is not told", is_none, IS_TOLD("\"normal\":5,\"suspect\":7"));
    rig_until(&rig, RIG_WAIT_MS, "it would be told again", is_none, TO_TELL);
    stop_with_all();
    change("INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"
           " dedup_key, metadata_json, node_id, epoch) VALUES('late', 'north', 'cam-01',"
           " 'camera.ok', 'normal', 1, (unixepoch() - 8 * 86400) * 1000000, 'late',"
           " '{\"from\":\"OK\",\"to\":\"OK\"}', 'rig', 1)");
    rig_start(&rig);
    rig_until(&rig, RIG_WAIT_MS, "it is not told", is_none, IS_TOLD("\"normal\":1,\"suspect\":0"));
    rig_until(&rig, RIG_WAIT_MS, "it would be told again", is_none, TO_TELL);
    stop_with_all();
    cr_expect_eq(number("SELECT count(*) FROM witness WHERE detail LIKE '%\"normal\":1,%'"), 1);
    cr_expect_eq(lines_with("sink.dropped"), 2);
    cr_expect_eq(lines_with("late"), 0);
    rig_start(&rig);
}

#define OLD_DAYS "SELECT count(*) FROM health_day WHERE id = 'old'"

/* As one that was switched on and never ran: it has left no cursor. */
static void forget_cursor(void)
{
    change(
        "DELETE FROM destination_cursor WHERE destination = 'jsonl';"
        "INSERT INTO health_day(id, site_id, component, day, begins_at, length_s, ok_s,"
        " degraded_s, blackframe_s, down_s, unknown_s, disabled_s, recording_fault_s,"
        " clock_fault_s, changes, outages, longest_outage_s, epoch) VALUES('old', 'north',"
        " 'site', '2000-01-01', 946684800000000, 86400, 86400, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)");
}

/* A day goes in the same turn in which events would. */
Test(retain, what_a_sink_that_never_ran_has_not_got_stays_until_it_has_it)
{
    cr_assert_eq(rig_stop(&rig), 0);
    char file[192];
    snprintf(file, sizeof(file), "%s/plugins/jsonl.so", rig.folder);
    cr_assert_eq(chmod(file, 0666), 0);
    add_old_rows();
    forget_cursor();
    rig_start(&rig);
    rig_until(&rig, TRIM_MS, "the old day stays", is_none, OLD_DAYS);
    cr_expect_eq(number(OLD_EVENTS), 600, "jsonl has not had them");
    cr_expect_eq(number(OLD_LOG), 1, "it might be one that has a copy of the log too");
    cr_assert_eq(chmod(file, 0644), 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "reload", NULL), 0);
    rig_until(&rig, 2 * TRIM_MS, "old events stay", is_none, OLD_EVENTS);
    rig_until(&rig, TRIM_MS, "the old row of the log stays", is_none, OLD_LOG);
}

/* The page that holds both is read in parts; nothing new comes that would have it looked for the rest. */
Test(retain, what_comes_behind_an_event_that_is_too_old_is_sent_too)
{
    stop_with_all();
    change("WITH n(i, days) AS (VALUES(1, 0), (2, 500), (3, 0))"
           " INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"
           " dedup_key, metadata_json, node_id, epoch) SELECT 'put-' || i, 'north', 'cam-01',"
           " 'camera.ok', 'normal', 1, (unixepoch() - days * 86400) * 1000000, 'put-' || i,"
           " '{\"from\":\"OK\",\"to\":\"OK\"}', 'rig', 1 FROM n");
    rig_start(&rig);
    rig_until(&rig, RIG_WAIT_MS, "the last one is not sent", is_none, HAS_ALL);
}

/* ---- logins ---- */

static const char *address(const char *device)
{
    static char text[64];
    size_t i;
    json_t *at;
    json_array_foreach(json_object_get(rig.ready, "devices"), i, at)
    {
        if (strcmp(json_string_value(json_object_get(at, "id")), device) == 0) {
            snprintf(text, sizeof(text), "%s:%lld",
                     json_string_value(json_object_get(at, "address")),
                     (long long)json_integer_value(json_object_get(at, "port")));
        }
    }
    return text;
}

Test(retain, a_login_at_a_strange_address_is_forgotten)
{
    cr_assert_eq(number("SELECT count(*) FROM login_ledger"), 4);
    /* It is of another make: whatever comes of the look, there was a login. */
    rig_ctl(&rig, NULL, "secret\n", "probe", address("bad-01"), "--provider", "vivotek", "--user",
            "admin", "--password-stdin", NULL);
    cr_assert_eq(number("SELECT count(*) FROM login_ledger"), 5, "its row came before the login");
    /* A turn comes soon after the start, and then every hour. */
    cr_assert_eq(rig_stop(&rig), 0);
    rig_start(&rig);
    rig_until(&rig, TRIM_MS, "its row stays", is_none, "SELECT count(*) - 4 FROM login_ledger");
    rig_wait_all(&rig, "OK");
    cr_expect_eq(number("SELECT count(*) FROM login_ledger WHERE key LIKE '%|farm'"), 4);
}

/* ---- damage ---- */

static void damage(off_t at, size_t size)
{
    char junk[4096];
    memset(junk, 0x5a, sizeof(junk));
    int fd = open(database, O_RDWR);
    cr_assert_geq(fd, 0);
    for (size_t done = 0; done < size; done += sizeof(junk)) {
        cr_assert_eq(pwrite(fd, junk, sizeof(junk), at + (off_t)done), sizeof(junk));
    }
    close(fd);
}

static int set_aside(void)
{
    int count = 0;
    DIR *dir = opendir(rig.folder);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        count += strncmp(entry->d_name, "core.db.damaged-", 16) == 0;
    }
    closedir(dir);
    return count;
}

static void expect_recovered(struct buf *fleet)
{
    rig_start(&rig);
    cr_expect_eq(set_aside(), 1, "the damaged one is kept");
    cr_expect_eq(rig_log_count(&rig, "core.db.damaged-"), 2, "and its name is told");
    cr_expect_eq(rig_log_count(&rig, "vmmctl fleet load"), 1, "with what to do");
    json_t *status = rig_json(&rig, "camera", "list", NULL);
    cr_expect_eq(json_array_size(json_object_get(status, "cameras")), 0, "the fleet starts empty");
    json_decref(status);
    struct buf out;
    buf_init(&out);
    cr_expect_eq(rig_ctl(&rig, &out, NULL, "credential", "list", NULL), 0);
    cr_expect_not_null(strstr(buf_cstr(&out), "farm"), "credentials are kept");
    buf_finish(&out);
    char file[192];
    snprintf(file, sizeof(file), "%s/export.json", rig.folder);
    FILE *out_file = fopen(file, "w");
    cr_assert_not_null(out_file);
    fputs(buf_cstr(fleet), out_file);
    fclose(out_file);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "fleet", "load", file, NULL), 0);
    rig_wait_all(&rig, "OK");
}

static void expect_recovery_from(off_t at, size_t size)
{
    struct buf fleet;
    buf_init(&fleet);
    cr_assert_eq(rig_ctl(&rig, &fleet, NULL, "fleet", "export", NULL), 0);
    cr_assert_eq(rig_stop(&rig), 0);
    damage(at, size);
    expect_recovered(&fleet);
    buf_finish(&fleet);
}

Test(retain, a_database_whose_head_is_damaged)
{
    expect_recovery_from(0, 4096);
}

Test(retain, a_database_whose_pages_are_damaged)
{
    expect_recovery_from(4096 * 2, 4096 * 20);
}
