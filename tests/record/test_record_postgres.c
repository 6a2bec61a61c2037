/* SPDX-License-Identifier: MIT */
/* The record in a real PostgreSQL, under everything that happens to a database. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "equal.h"
#include "journal_row.h"
#include "kept.h"
#include "rig_plugins.h"
#include "rig_watch.h"

#define EQUAL_MS 60000

struct bench {
    struct rig rig;
    struct server server;
    struct server standby; /* only where a test makes one */
    char db[192];
};

static struct bench bench;

static void configure(const char *hosts, const char *more)
{
    char config[1200];
    snprintf(config, sizeof(config),
             "{\"data_dir\":\"%s\",\"plugins\":{\"postgres\":{\"own_sockets\":true,\"config\":"
             "{\"hosts\":[%s],\"tls\":\"disable\"%s}}},"
             "\"flags\":{\"FEATURE_VMM_SINK_POSTGRES\":true}}",
             bench.rig.folder, hosts, more);
    rig_plugins_config(&bench.rig, config);
}

static void open_bench(bool durable)
{
    char hosts[128];
    server_open(&bench.server, NULL, durable);
    rig_open(&bench.rig, RIG_SCENARIO(6, 1));
    rig_plugins_open(&bench.rig, "vivotek", "postgres", NULL);
    snprintf(bench.db, sizeof(bench.db), "%s/core.db", bench.rig.folder);
    snprintf(hosts, sizeof(hosts), "\"%s\"", bench.server.folder);
    configure(hosts, "");
}

static void load(void)
{
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_watch_load(&bench.rig, shares);
    rig_wait_all(&bench.rig, "OK");
}

static void set_up(void)
{
    if (!server_is_there()) {
        exit(0);
    }
    open_bench(false);
    rig_start(&bench.rig);
    load();
}

static void tear_down(void)
{
    rig_watch_close(&bench.rig);
    server_close(&bench.server);
    server_close(&bench.standby);
}

TestSuite(postgres, .init = set_up, .fini = tear_down, .timeout = 300);

static void expect_equal(void)
{
    equal_wait(&bench.rig, bench.db, &bench.server, EQUAL_MS);
}

Test(postgres, both_stores_become_equal_and_stay_so)
{
    expect_equal();
    json_decref(rig_farm(&bench.rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"down\"}"));
    rig_wait_health(&bench.rig, "cam-01", "DOWN unreachable");
    expect_equal();
    cr_expect_eq(server_number(&bench.server, "SELECT count(*) FROM camera"), 6);
    cr_expect_geq(server_number(&bench.server, "SELECT count(*) FROM ai_event"), 7);
    cr_expect_geq(server_number(&bench.server, "SELECT count(*) FROM notification_log"), 1);
    cr_expect_eq(server_number(&bench.server, "SELECT count(*) FROM camera WHERE status = 'DOWN'"),
                 1);
}

/* ---- helpers ---- */

/* Switch cameras off and on: each call makes an event, and changes rows of five tables. */
static void make_event(void)
{
    static int turn;
    char camera[16];
    snprintf(camera, sizeof(camera), "cam-%02d", turn % 4 + 1);
    cr_assert_eq(rig_ctl(&bench.rig, NULL, NULL, "camera", "set", camera,
                         turn / 4 % 2 == 0 ? "enabled=false" : "enabled=true", NULL),
                 0);
    turn++;
}

static void make_events(int count)
{
    for (int i = 0; i < count; i++) {
        make_event();
    }
}

static long long number(const char *sql)
{
    return server_number(&bench.server, sql);
}

/* What people would notice first: an event twice. */
static void expect_nothing_twice(const struct server *server)
{
    cr_expect_eq(server_number(server, "SELECT count(*) - count(DISTINCT id) FROM ai_event"), 0);
    cr_expect_eq(server_number(server, "SELECT count(*) - count(DISTINCT dedup_key) FROM ai_event"),
                 0);
}

/* The days since something that became true three days ago, and was written down now. */
Test(postgres, days_that_are_over)
{
    sqlite3 *db = NULL;
    expect_equal(); /* the first events are on disk */
    cr_assert_eq(sqlite3_open_v2(bench.db, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    cr_assert_eq(sqlite3_exec(db,
                              "INSERT INTO ai_event(id, site_id, camera_id, event_type, severity,"
                              " score, ts_event, dedup_key, metadata_json, node_id, epoch)"
                              " SELECT '018bcfe5-687b-7fff-bfff-ffffffffffff', site_id, camera_id,"
                              " event_type, severity, score, ts_event - 3 * 86400000000, 'of old',"
                              " metadata_json, node_id, epoch FROM ai_event"
                              " WHERE camera_id = 'cam-01' ORDER BY seq LIMIT 1",
                              NULL, NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_changes(db), 1);
    sqlite3_close(db);
    make_event(); /* whoever wrote that one did not tell vmmd */
    for (int i = 0; i < 600 && server_number(&bench.server, "SELECT count(*) FROM health_day") < 3;
         i++) {
        poll(NULL, 0, 100);
    }
    expect_equal();
    cr_expect_eq(server_number(&bench.server, "SELECT count(*) FROM health_day WHERE component ="
                                              " 'camera:cam-01'"),
                 3);
    cr_expect_eq(server_number(&bench.server,
                               "SELECT count(*) FROM health_day WHERE length_s <> ok_s + degraded_s"
                               " + blackframe_s + down_s + unknown_s + disabled_s"),
                 0);
}

/* ---- outages ---- */

Test(postgres, a_server_that_is_stopped_gets_everything_when_it_is_back)
{
    expect_equal();
    server_stop(&bench.server);
    make_events(10);
    cr_expect_eq(rig_ctl(&bench.rig, NULL, NULL, "camera", "rm", "cam-06", NULL), 0);
    server_start(&bench.server);
    expect_equal();
    expect_nothing_twice(&bench.server);
    cr_expect_eq(number("SELECT count(*) FROM camera"), 5);
    cr_expect_eq(rig_log_count(&bench.rig, "connected: the record is written"), 2,
                 "the end of each silence is told once");
}

static void kill_one_of(int what)
{
    char state[16];
    pid_t host = 0;
    switch (what) {
    case 0:
        server_kill(&bench.server);
        server_start(&bench.server);
        break;
    case 1:
        rig_kill(&bench.rig);
        rig_start(&bench.rig);
        break;
    case 2:
        host = rig_host(&bench.rig, "postgres", state);
        if (host > 0) {
            kill(host, SIGKILL);
        }
        break;
    default:
        server_sql(&bench.server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                  " WHERE application_name = 'vmm'");
        break;
    }
}

Test(postgres, whoever_is_killed_nothing_is_lost_or_twice)
{
    tear_down();
    open_bench(true); /* what it says is committed is on disk */
    rig_start(&bench.rig);
    load();
    size_t rounds = getenv("VMM_SOAK") != NULL ? 50 : 3;
    for (size_t round = 0; round < rounds; round++) {
        for (int what = 0; what < 4; what++) {
            for (int i = 0; i < 3; i++) {
                make_event();
            }
            kill_one_of(what);
        }
    }
    expect_equal();
    expect_nothing_twice(&bench.server);
}

/* From now on the standby lacks what the primary takes. */
static void cut_replication(void)
{
    server_sql(&bench.standby, "ALTER SYSTEM SET primary_conninfo TO ''");
    server_sql(&bench.standby, "SELECT pg_reload_conf()");
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (number("SELECT count(*) FROM pg_stat_replication") != 0) {
        cr_assert_lt(rig_now_ms(), until, "the standby still follows");
        usleep(20000);
    }
}

Test(postgres, a_standby_that_is_behind_takes_over)
{
    char hosts[300];
    expect_equal();
    server_open_standby(&bench.standby, &bench.server);
    snprintf(hosts, sizeof(hosts), "\"%s\",\"%s\"", bench.standby.folder, bench.server.folder);
    configure(hosts, "");
    rig_plugins_reload(&bench.rig);
    make_events(4);
    expect_equal(); /* the standby comes first in the list, and takes no writes */
    cut_replication();
    long long before = number("SELECT count(*) FROM ai_event");
    make_events(8);
    expect_equal();
    server_kill(&bench.server);
    cr_expect_leq(server_number(&bench.standby, "SELECT count(*) FROM ai_event"), before);
    server_promote(&bench.standby);
    make_events(2);
    equal_wait(&bench.rig, bench.db, &bench.standby, EQUAL_MS);
    expect_nothing_twice(&bench.standby);
}

/* ---- things that are gone ---- */

Test(postgres, a_table_that_was_dropped_is_made_and_filled_again)
{
    static const char *const drops[] = {
        "DROP TABLE ai_event",
        "DROP TABLE camera",
        "DROP TABLE site CASCADE",
        "DROP TABLE notification_log",
        "DROP TABLE record_place",
        "DROP TABLE poll_state, circuit_breaker_state, nvr, device, tenant",
        "DROP FUNCTION record_advance",
        "DO $$ BEGIN EXECUTE 'DROP TABLE ai_event_' || to_char(now(), 'YYYY_MM'); END $$",
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION vmm",
    };
    for (size_t i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
        expect_equal();
        server_sql(&bench.server, drops[i]);
        make_events(2);
    }
    expect_equal();
    expect_nothing_twice(&bench.server);
}

Test(postgres, places_that_are_lost_write_everything_again_and_nothing_twice)
{
    make_events(20);
    expect_equal();
    server_sql(&bench.server, "DELETE FROM record_place");
    make_events(1);
    expect_equal();
    expect_nothing_twice(&bench.server);
    server_sql(&bench.server,
               "DELETE FROM ai_event WHERE event_type <> 'camera.ok';"
               "UPDATE camera SET name = 'wrong', nvr_channel = NULL;"
               "INSERT INTO camera SELECT 'ghost', site_id, nvr_id, nvr_channel, name,"
               " status, last_seen_at, provider, host, port, model, firmware, serial,"
               " mac, priority, tags_json, expected, commissioned_at, retired_at,"
               " enabled FROM camera WHERE id = 'cam-01';"
               "DELETE FROM record_place");
    make_events(1);
    expect_equal();
}

/* Killed again and again while it makes the schema, at another point each time. */
Test(postgres, a_schema_that_is_killed_while_it_is_made_is_made_in_the_end)
{
    for (unsigned ms = 0; ms < 60; ms += 5) {
        char state[16];
        server_sql(&bench.server,
                   "DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION vmm");
        server_sql(&bench.server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                  " WHERE application_name = 'vmm'");
        rig_wait_plugin(&bench.rig, "postgres", "ready");
        usleep(ms * 1000); /* the point of the kill */
        pid_t host = rig_host(&bench.rig, "postgres", state);
        if (ms % 10 == 0 && host > 0) {
            kill(host, SIGKILL);
        } else {
            server_kill(&bench.server);
            server_start(&bench.server);
        }
    }
    make_events(2);
    expect_equal();
    cr_expect_eq(number("SELECT version FROM schema_version WHERE area = 'record'"), 2);
}

/* ---- events that come by other ways than a verdict ---- */

Test(postgres, an_event_of_a_month_without_a_partition_gets_one)
{
    expect_equal();
    journal_row_put(bench.db, "old", 800, "{}");
    journal_row_put(bench.db, "older", 1600, "{}");
    journal_row_put(bench.db, "new", 0, "{}");
    make_events(2);
    expect_equal();
    cr_expect_eq(number("SELECT count(*) FROM ai_event WHERE dedup_key IN ('old', 'older', 'new')"),
                 3);
    cr_expect_geq(number("SELECT count(*) FROM record_month"), 6);
    expect_nothing_twice(&bench.server);
}

/* Two of them, at the front and in the middle: the server refuses one, the plugin sees of the other that it is none. */
Test(postgres, a_row_that_the_server_never_takes_is_set_aside_and_holds_back_no_other)
{
    expect_equal();
    long long before = number("SELECT count(*) FROM ai_event");
    journal_row_put(bench.db, "poison-1", 0, "{\"reason\":");
    journal_row_put(bench.db, "good-1", 0, "{\"reason\":\"none\"}");
    journal_row_put(bench.db, "poison-2", 4000000,
                    "{}"); /* before the calendar of PostgreSQL begins */
    journal_row_put(bench.db, "good-2", 0, "{}");
    make_events(2);
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (number("SELECT count(*) FROM ai_event") < before + 4) {
        cr_assert_lt(rig_now_ms(), until, "the others do not come");
        usleep(20000);
    }
    cr_expect_eq(number("SELECT count(*) FROM ai_event WHERE dedup_key LIKE 'poison%'"), 0);
    cr_expect_eq(number("SELECT count(*) FROM ai_event WHERE dedup_key LIKE 'good%'"), 2);
    static const char *const why[] = {"22P02: invalid input syntax for type json",
                                      "ai_event: a row without a good ts_event"};
    for (size_t i = 0; i < 2; i++) {
        char sql[400];
        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM notification_log AS n JOIN ai_event AS e ON e.id ="
                 " n.event_id WHERE e.dedup_key = 'poison-%zu' AND n.status = 'failed' AND"
                 " n.channel = 'postgres' AND n.error_message = '%s'",
                 i + 1, why[i]);
        while (kept_number(bench.db, sql) != 1) {
            cr_assert_lt(rig_now_ms(), until, "%s is not told of", why[i]);
            usleep(20000);
        }
    }
    cr_expect_eq(rig_metric(&bench.rig, "vmm_record_dropped_total"), 2);
    make_events(2);
    while (number("SELECT count(*) FROM ai_event") < before + 6) {
        cr_assert_lt(rig_now_ms(), until, "what comes later does not come");
        usleep(20000);
    }
}

/* ---- a full disk ---- */

/* A mount namespace of this test's own. False, with the reason printed, where that is not permitted. */
static bool may_mount(void)
{
    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0) {
        return true;
    }
    fprintf(stderr, "skipped: no mount namespace here: %s\n", strerror(errno));
    return false;
}

/* A small disk of its own for the tables that the plugin makes. */
static void make_small_disk(char path[128])
{
    char sql[400];
    struct stat owner;
    snprintf(path, 128, "%s/small", bench.server.folder);
    cr_assert_eq(mkdir(path, 0777), 0);
    cr_assert_eq(mount("tmpfs", path, "tmpfs", 0, "size=6m"), 0);
    cr_assert_eq(stat(bench.server.folder, &owner), 0);
    cr_assert_eq(chown(path, owner.st_uid, owner.st_gid), 0);
    snprintf(sql, sizeof(sql), "CREATE TABLESPACE small LOCATION '%s'", path);
    server_sql(&bench.server, sql);
    server_sql(&bench.server, "GRANT CREATE ON TABLESPACE small TO vmm;"
                              "ALTER ROLE vmm SET default_tablespace = 'small'");
}

static void fill_disk(const char *folder, char filler[160])
{
    static char zeros[8192];
    snprintf(filler, 160, "%s/filler", folder);
    int fd = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0600);
    cr_assert_geq(fd, 0);
    while (write(fd, zeros, sizeof(zeros)) > 0) {
    }
    close(fd);
}

Test(postgres, a_full_disk_holds_everything_back_until_there_is_space)
{
    char folder[128];
    char filler[160];
    tear_down();
    if (!may_mount()) {
        set_up();
        return;
    }
    open_bench(false);
    make_small_disk(folder);
    rig_start(&bench.rig);
    load();
    expect_equal();
    fill_disk(folder, filler);
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_metric(&bench.rig, "vmm_record_refusals_total") == 0) {
        cr_assert_lt(rig_now_ms(), until, "the disk is not full");
        make_events(20);
    }
    make_events(10);
    cr_expect_gt(rig_log_count(&bench.rig, "No space left on device"), 0);
    cr_expect_eq(unlink(filler), 0);
    expect_equal();
    expect_nothing_twice(&bench.server);
    rig_stop(&bench.rig);
    rig_start(&bench.rig); /* for the end of the test, which expects one that runs */
    server_stop(&bench.server);
    cr_expect_eq(umount(folder), 0);
}

/* ---- who may write what ---- */

Test(postgres, a_newer_schema_is_left_alone)
{
    expect_equal();
    long long events = number("SELECT count(*) FROM ai_event");
    server_sql(&bench.server, "UPDATE schema_version SET version = 99; SELECT"
                              " pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                              " application_name = 'vmm'");
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_log_count(&bench.rig, "the schema of the record is 99, made by a newer release;"
                                     " this one knows 2") == 0) {
        cr_assert_lt(rig_now_ms(), until, "it is not refused");
        usleep(20000);
    }
    make_events(3);
    cr_expect_eq(number("SELECT count(*) FROM ai_event"), events);
    cr_expect_eq(number("SELECT version FROM schema_version"), 99);
    server_sql(&bench.server, "UPDATE schema_version SET version = 2");
    char host[128];
    snprintf(host, sizeof(host), "\"%s\"", bench.server.folder);
    configure(host, ",\"months_ahead\":2"); /* a new session, without waiting for the next look */
    rig_plugins_reload(&bench.rig);
    expect_equal();
}

Test(postgres, a_site_that_another_node_has_is_left_to_it)
{
    expect_equal();
    server_sql(&bench.server, "UPDATE site SET epoch = 7, owner_node = 'other' WHERE id = 'north'");
    long long events = number("SELECT count(*) FROM ai_event WHERE site_id = 'north'");
    make_events(4);
    json_decref(rig_farm(&bench.rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_metric(&bench.rig, "vmm_record_dropped_total") < 4) {
        cr_assert_lt(rig_now_ms(), until, "nothing was dropped");
        usleep(20000);
    }
    cr_expect_eq(rig_ctl(&bench.rig, NULL, NULL, "camera", "rm", "cam-06", NULL), 0);
    cr_expect_eq(rig_ctl(&bench.rig, NULL, NULL, "site", "add", "west", "timezone=UTC", NULL), 0);
    while (number("SELECT count(*) FROM site WHERE id = 'west'") == 0) {
        cr_assert_lt(rig_now_ms(), until, "other sites go on");
        usleep(20000);
    }
    cr_expect_eq(number("SELECT count(*) FROM ai_event WHERE site_id = 'north'"), events);
    cr_expect_eq(number("SELECT count(*) FROM camera WHERE status = 'DISABLED'"), 0);
    cr_expect_eq(number("SELECT count(*) FROM camera"), 6, "also what this node takes away");
    cr_expect_str_eq(server_text(&bench.server, "SELECT owner_node FROM site WHERE id = 'north'"),
                     "other");
    cr_expect_geq(kept_number(bench.db,
                              "SELECT count(*) FROM notification_log WHERE error_message ="
                              " 'epoch 1 of site north is over: another node has it'"),
                  4);
}

Test(postgres, an_event_that_another_node_told_already_is_one_row)
{
    expect_equal();
    char state[16];
    pid_t host = rig_host(&bench.rig, "postgres", state);
    cr_assert_eq(kill(host, SIGSTOP), 0);
    make_events(1);
    char sql[700];
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_open(bench.db, &db), SQLITE_OK);
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    do {
        cr_assert_lt(rig_now_ms(), until);
        sqlite3_finalize(stmt);
        cr_assert_eq(sqlite3_prepare_v2(db,
                                        "SELECT dedup_key FROM ai_event WHERE event_type ="
                                        " 'camera.disabled'",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    } while (sqlite3_step(stmt) != SQLITE_ROW);
    snprintf(sql, sizeof(sql),
             "INSERT INTO ai_event VALUES (gen_random_uuid(), 'north', 'cam-01', 'camera.disabled',"
             " 'normal', 1, now() - interval '30 s', '%s', '{}', 'other', 1);"
             "INSERT INTO record_place VALUES ('other', 'ai_event', 'somewhere')",
             (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    server_sql(&bench.server, sql);
    long long events = number("SELECT count(*) FROM ai_event");
    cr_assert_eq(kill(host, SIGCONT), 0);
    make_events(1);
    while (number("SELECT count(*) FROM ai_event WHERE event_type = 'camera.disabled'") < 2) {
        cr_assert_lt(rig_now_ms(), until, "the next event does not come");
        usleep(20000);
    }
    cr_expect_eq(number("SELECT count(*) FROM ai_event"), events + 1);
    expect_nothing_twice(&bench.server);
}

/* ---- who may read what ---- */

static long long seen_by(const char *role, const char *site, const char *table)
{
    char sql[300];
    PGconn *conn = server_connect(&bench.server);
    snprintf(sql, sizeof(sql), "SET ROLE %s; SET vmm.site_id = '%s'; SELECT count(*) FROM %s", role,
             site, table);
    PGresult *result = PQexec(conn, sql);
    cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(conn));
    long long count = atoll(PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return count;
}

Test(postgres, a_reader_sees_one_site)
{
    static const char *const tables[] = {"site",     "camera",          "device",
                                         "ai_event", "poll_state",      "circuit_breaker_state",
                                         "tenant",   "notification_log"};
    cr_assert_eq(rig_ctl(&bench.rig, NULL, NULL, "camera", "add", "south-1", "site=south",
                         "provider=vivotek", "host=127.23.0.9", NULL),
                 0);
    expect_equal();
    server_sql(&bench.server, "CREATE ROLE reader; CREATE ROLE pinned;"
                              "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader, pinned;"
                              "INSERT INTO site_reader VALUES ('pinned', 'south')");
    cr_expect_eq(seen_by("reader", "north", "camera"), 6);
    cr_expect_eq(seen_by("reader", "south", "camera"), 1);
    cr_expect_eq(seen_by("reader", "north", "site"), 1);
    cr_expect_geq(seen_by("reader", "north", "ai_event"), 6);
    cr_expect_eq(seen_by("pinned", "south", "camera"), 1);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        cr_expect_eq(seen_by("reader", "", tables[i]), 0, "%s", tables[i]);
        cr_expect_eq(seen_by("reader", "nowhere", tables[i]), 0, "%s", tables[i]);
        cr_expect_eq(seen_by("pinned", "north", tables[i]), 0, "%s", tables[i]);
    }
    /* Nor by way of a partition. */
    PGconn *conn = server_connect(&bench.server);
    PGresult *result =
        PQexec(conn, "SET ROLE reader; SET vmm.site_id = 'south'; DO $$ DECLARE n int;"
                     " BEGIN EXECUTE 'SELECT count(*) FROM ai_event_' ||"
                     " to_char(now(), 'YYYY_MM') INTO n; IF n > 0 THEN RAISE"
                     " 'seen'; END IF; END $$");
    cr_expect_eq(PQresultStatus(result), PGRES_COMMAND_OK, "%s", PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}

/* ---- figures ---- */

Test(postgres, the_pool_is_a_gauge)
{
    expect_equal();
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_metric(&bench.rig, "vmm_db_pool_connections{state=\"idle\"}") != 1) {
        cr_assert_lt(rig_now_ms(), until, "no idle connection is told");
        usleep(50000);
    }
    server_stop(&bench.server);
    while (rig_metric(&bench.rig, "vmm_db_pool_connections{state=\"idle\"}") != 0) {
        cr_assert_lt(rig_now_ms(), until, "the connection is gone and counts as idle");
        usleep(50000);
    }
    cr_expect_gt(rig_metric(&bench.rig, "vmm_postgres_rows_total"), 0);
    server_start(&bench.server);
}
