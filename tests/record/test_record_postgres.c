/* SPDX-License-Identifier: MIT */
/* The record in a real PostgreSQL, under everything that happens to a database. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "equal.h"
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
    cr_expect_eq(number("SELECT version FROM schema_version WHERE area = 'record'"), 1);
}
