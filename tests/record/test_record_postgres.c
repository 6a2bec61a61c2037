/* SPDX-License-Identifier: MIT */
/* The record in a real PostgreSQL, under everything that happens to a database. */
#include <criterion/criterion.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "equal.h"
#include "journal_row.h"
#include "kept.h"
#include "node.h"
#include "rig_plugins.h"
#include "rig_watch.h"

TestSuite(postgres, .init = node_set_up, .fini = node_tear_down, .timeout = 300);

Test(postgres, both_stores_become_equal_and_stay_so)
{
    node_expect_equal();
    json_decref(rig_farm(&node.rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"down\"}"));
    rig_wait_health(&node.rig, "cam-01", "DOWN unreachable");
    node_expect_equal();
    cr_expect_eq(server_number(&node.server, "SELECT count(*) FROM camera"), 6);
    cr_expect_geq(server_number(&node.server, "SELECT count(*) FROM ai_event"), 7);
    node_wait("SELECT count(*) FROM notification_log", 1);
    cr_expect_eq(server_number(&node.server, "SELECT count(*) FROM camera WHERE status = 'DOWN'"),
                 1);
}

/* The days since something that became true three days ago, and was written down now. */
Test(postgres, days_that_are_over)
{
    node_make_days();
    node_expect_equal();
    cr_expect_eq(server_number(&node.server, "SELECT count(*) FROM health_day WHERE component ="
                                             " 'camera:cam-01'"),
                 3);
    cr_expect_eq(server_number(&node.server,
                               "SELECT count(*) FROM health_day WHERE length_s <> ok_s + degraded_s"
                               " + blackframe_s + down_s + unknown_s + disabled_s"),
                 0);
    cr_expect_eq(server_number(&node.server, "SELECT count(*) FROM health_day WHERE length_s ="
                                             " recording_proven_s + recording_missing_s +"
                                             " recording_unjudged_s AND unwatched_s = 0 AND"
                                             " maintenance_s = 0 AND commissioning_s = 0"),
                 server_number(&node.server, "SELECT count(*) FROM health_day"));
}

/* ---- outages ---- */

Test(postgres, a_server_that_is_stopped_gets_everything_when_it_is_back, .timeout = 5400)
{
    node_expect_equal();
    server_stop(&node.server);
    node_make_events(10);
    for (size_t left = rig_soak(0, 60, "minutes of a stopped server"); left > 0; left--) {
        poll(NULL, 0, 60000);
        node_make_events(4);
    }
    cr_expect_eq(rig_ctl(&node.rig, NULL, NULL, "camera", "rm", "cam-06", NULL), 0);
    server_start(&node.server);
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
    cr_expect_eq(node_number("SELECT count(*) FROM camera"), 5);
    cr_expect_eq(rig_log_count(&node.rig, "connected: the record is written"), 2,
                 "the end of each silence is told once");
}

static void kill_server(void)
{
    server_kill(&node.server);
    server_start(&node.server);
}

static void kill_host(void)
{
    char state[16];
    pid_t host = rig_host(&node.rig, "postgres", state);
    if (host > 0) {
        kill(host, SIGKILL);
    }
}

static void end_connections(void)
{
    server_sql(&node.server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                             " WHERE application_name = 'vmm'");
}

enum victim { VICTIM_SERVER, VICTIM_VMMD, VICTIM_HOST, VICTIM_CONNECTIONS, VICTIMS };

static void kill_one_of(enum victim victim)
{
    switch (victim) {
    case VICTIM_SERVER:
        kill_server();
        break;
    case VICTIM_VMMD:
        rig_kill(&node.rig);
        rig_start(&node.rig);
        break;
    case VICTIM_HOST:
        kill_host();
        break;
    default:
        end_connections();
        break;
    }
}

Test(postgres, whoever_is_killed_nothing_is_lost_or_twice, .timeout = 1800)
{
    node_tear_down();
    node_open(true); /* what it says is committed is on disk */
    rig_start(&node.rig);
    node_load();
    size_t rounds =
        rig_soak(3, 50, "rounds of killing vmmd, the sink, the server and its connections");
    for (size_t round = 0; round < rounds; round++) {
        for (enum victim victim = 0; victim < VICTIMS; victim++) {
            for (int i = 0; i < 3; i++) {
                node_make_event();
            }
            kill_one_of(victim);
        }
    }
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
}

/* From now on the standby lacks what the primary takes. */
static void cut_replication(void)
{
    server_sql(&node.standby, "ALTER SYSTEM SET primary_conninfo TO ''");
    server_sql(&node.standby, "SELECT pg_reload_conf()");
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (node_number("SELECT count(*) FROM pg_stat_replication") != 0) {
        cr_assert_lt(rig_now_ms(), until, "the standby still follows");
        usleep(20000);
    }
}

Test(postgres, a_standby_that_is_behind_takes_over)
{
    char hosts[300];
    node_expect_equal();
    server_open_standby(&node.standby, &node.server);
    snprintf(hosts, sizeof(hosts), "\"%s\",\"%s\"", node.standby.folder, node.server.folder);
    node_configure(hosts, "");
    rig_plugins_reload(&node.rig);
    node_make_events(4);
    node_expect_equal(); /* the standby comes first in the list, and takes no writes */
    cut_replication();
    long long before = node_number("SELECT count(*) FROM ai_event");
    node_make_events(8);
    node_expect_equal();
    server_kill(&node.server);
    cr_expect_leq(server_number(&node.standby, "SELECT count(*) FROM ai_event"), before);
    server_promote(&node.standby);
    node_make_events(2);
    equal_wait(&node.rig, node.db, &node.standby, NODE_EQUAL_MS);
    node_expect_nothing_twice(&node.standby);
}

/* There is always a batch under way; the answer of the last one comes while vmmd is already stopping. */
Test(postgres, a_stop_in_the_middle_of_a_long_copy_is_in_order)
{
    node_expect_equal();
    long long before = node_number("SELECT count(*) FROM ai_event");
    journal_row_fill(node.db, "many-", 30000);
    node_make_event();
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (node_number("SELECT count(*) FROM ai_event") < before + 512) {
        cr_assert_lt(rig_now_ms(), until, "nothing is copied");
        poll(NULL, 0, 5);
    }
    cr_expect_eq(rig_stop(&node.rig), 0);
    cr_expect_eq(rig_log_count(&node.rig, "what the protocol does not allow"), 0);
    cr_expect_lt(node_number("SELECT count(*) FROM ai_event"), before + 30000, "it was not long");
    rig_start(&node.rig);
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
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
        node_expect_equal();
        server_sql(&node.server, drops[i]);
        node_make_events(2);
    }
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
}

Test(postgres, places_that_are_lost_write_everything_again_and_nothing_twice)
{
    node_make_events(20);
    node_expect_equal();
    server_sql(&node.server, "DELETE FROM record_place");
    node_make_events(1);
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
    server_sql(&node.server,
               "DELETE FROM ai_event WHERE event_type <> 'camera.ok';"
               "UPDATE camera SET name = 'wrong', nvr_channel = NULL;"
               "INSERT INTO camera SELECT 'ghost', site_id, nvr_id, nvr_channel, name,"
               " status, last_seen_at, provider, host, port, model, firmware, serial,"
               " mac, priority, tags_json, expected, commissioned_at, retired_at,"
               " enabled FROM camera WHERE id = 'cam-01';"
               "DELETE FROM record_place");
    node_make_events(1);
    node_expect_equal();
}

/* Killed again and again while it makes the schema, at another point each time. */
Test(postgres, a_schema_that_is_killed_while_it_is_made_is_made_in_the_end)
{
    for (unsigned ms = 0; ms < 60; ms += 5) {
        server_sql(&node.server,
                   "DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION vmm");
        end_connections();
        rig_wait_plugin(&node.rig, "postgres", "ready");
        usleep(ms * 1000); /* the point of the kill */
        kill_one_of(ms % 10 == 0 ? VICTIM_HOST : VICTIM_SERVER);
    }
    node_make_events(2);
    node_expect_equal();
    cr_expect_eq(node_number("SELECT version FROM schema_version WHERE area = 'record'"), 3);
}

/* The schema of before there were days, full of rows; and killed while the new one is made of it. */
Test(postgres, an_older_schema_with_rows_in_it_becomes_the_new_one)
{
    node_make_days();
    node_expect_equal();
    long long events = node_number("SELECT count(*) FROM ai_event");
    for (unsigned ms = 0; ms < 40; ms += 10) {
        server_sql(&node.server, "DROP TABLE IF EXISTS health_day;"
                                 "DELETE FROM record_place WHERE table_name = 'health_day';"
                                 "UPDATE schema_version SET version = 1 WHERE area = 'record'");
        end_connections();
        rig_wait_plugin(&node.rig, "postgres", "ready");
        usleep(ms * 1000); /* the point of the kill */
        kill_one_of(ms % 20 == 0 ? VICTIM_HOST : VICTIM_SERVER);
    }
    node_make_events(2);
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
    cr_expect_eq(node_number("SELECT version FROM schema_version WHERE area = 'record'"), 3);
    cr_expect_eq(server_number(&node.server, "SELECT count(*) FROM ai_event"), events + 2,
                 "what was there has stayed");
}
