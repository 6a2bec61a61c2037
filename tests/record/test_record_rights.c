/* SPDX-License-Identifier: MIT */
/* Who may write into the record, who may read of it, and what is told of it. */
#include <criterion/criterion.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kept.h"
#include "node.h"
#include "rig_plugins.h"
#include "rig_watch.h"

TestSuite(rights, .init = node_set_up, .fini = node_tear_down, .timeout = 300);

/* ---- who may write what ---- */

Test(rights, a_newer_schema_is_left_alone)
{
    node_expect_equal();
    long long events = node_number("SELECT count(*) FROM ai_event");
    server_sql(&node.server, "UPDATE schema_version SET version = 99; SELECT"
                             " pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                             " application_name = 'vmm'");
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_log_count(&node.rig, "the schema of the record is 99, made by a newer release;"
                                    " this one knows 3") == 0) {
        cr_assert_lt(rig_now_ms(), until, "it is not refused");
        usleep(20000);
    }
    node_make_events(3);
    cr_expect_eq(node_number("SELECT count(*) FROM ai_event"), events);
    cr_expect_eq(node_number("SELECT version FROM schema_version"), 99);
    server_sql(&node.server, "UPDATE schema_version SET version = 3");
    char host[128];
    snprintf(host, sizeof(host), "\"%s\"", node.server.folder);
    node_configure(host,
                   ",\"months_ahead\":2"); /* a new session, without waiting for the next look */
    rig_plugins_reload(&node.rig);
    node_expect_equal();
}

Test(rights, a_site_that_another_node_has_is_left_to_it)
{
    node_expect_equal();
    server_sql(&node.server, "UPDATE site SET epoch = 7, owner_node = 'other' WHERE id = 'north'");
    long long events = node_number("SELECT count(*) FROM ai_event WHERE site_id = 'north'");
    node_make_events(4);
    json_decref(rig_farm(&node.rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_metric(&node.rig, "vmm_record_dropped_total") < 4) {
        cr_assert_lt(rig_now_ms(), until, "nothing was dropped");
        usleep(20000);
    }
    cr_expect_eq(rig_ctl(&node.rig, NULL, NULL, "camera", "rm", "cam-06", NULL), 0);
    cr_expect_eq(rig_ctl(&node.rig, NULL, NULL, "site", "add", "west", "timezone=UTC", NULL), 0);
    while (node_number("SELECT count(*) FROM site WHERE id = 'west'") == 0) {
        cr_assert_lt(rig_now_ms(), until, "other sites go on");
        usleep(20000);
    }
    cr_expect_eq(node_number("SELECT count(*) FROM ai_event WHERE site_id = 'north'"), events);
    cr_expect_eq(node_number("SELECT count(*) FROM camera WHERE status = 'DISABLED'"), 0);
    cr_expect_eq(node_number("SELECT count(*) FROM camera"), 6, "also what this node takes away");
    cr_expect_str_eq(server_text(&node.server, "SELECT owner_node FROM site WHERE id = 'north'"),
                     "other");
    cr_expect_geq(kept_number(node.db, "SELECT count(*) FROM notification_log WHERE error_message ="
                                       " 'epoch 1 of site north is over: another node has it'"),
                  4);
}

Test(rights, an_event_that_another_node_told_already_is_one_row)
{
    node_expect_equal();
    char state[16];
    pid_t host = rig_host(&node.rig, "postgres", state);
    cr_assert_eq(kill(host, SIGSTOP), 0);
    node_make_events(1);
    char sql[700];
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_open(node.db, &db), SQLITE_OK);
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
    server_sql(&node.server, sql);
    long long events = node_number("SELECT count(*) FROM ai_event");
    cr_assert_eq(kill(host, SIGCONT), 0);
    node_make_events(1);
    while (node_number("SELECT count(*) FROM ai_event WHERE event_type = 'camera.disabled'") < 2) {
        cr_assert_lt(rig_now_ms(), until, "the next event does not come");
        usleep(20000);
    }
    cr_expect_eq(node_number("SELECT count(*) FROM ai_event"), events + 1);
    node_expect_nothing_twice(&node.server);
}

/* ---- who may read what ---- */

/* What a role that has set this site gets of a query with one number; -1 when it is refused. */
static long long asked_by(const char *role, const char *site, const char *query)
{
    char sql[600];
    PGconn *conn = server_connect(&node.server);
    snprintf(sql, sizeof(sql), "SET ROLE %s; SET vmm.site_id = '%s'; %s", role, site, query);
    PGresult *result = PQexec(conn, sql);
    bool is_refused = PQresultStatus(result) == PGRES_FATAL_ERROR;
    const char *state = is_refused ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : "";
    cr_assert(!is_refused || strcmp(state, "42501") == 0, "%s: %s", sql, PQerrorMessage(conn));
    long long number = is_refused ? -1 : atoll(PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return number;
}

static long long seen_by(const char *role, const char *site, const char *table)
{
    char query[128];
    snprintf(query, sizeof(query), "SELECT count(*) FROM %s", table);
    return asked_by(role, site, query);
}

/* Of this table it sees rows of the site, and none of another. */
static void expect_one_site(const char *role, const char *site, const char *table)
{
    char query[256];
    const char *key = strcmp(table, "site") == 0 ? "id" : "site_id";
    snprintf(query, sizeof(query), "SELECT count(*) FROM %s WHERE %s = '%s'", table, key, site);
    cr_expect_gt(asked_by(role, site, query), 0, "%s sees no %s of %s", role, table, site);
    snprintf(query, sizeof(query), "SELECT count(*) FROM %s WHERE %s <> '%s'", table, key, site);
    cr_expect_eq(asked_by(role, site, query), 0, "%s at %s sees %s of another", role, site, table);
}

/* Both sites have rows in every table. */
static void fill_both_sites(void)
{
    server_sql(&node.server,
               "CREATE TEMP TABLE both_sites AS SELECT id FROM site WHERE id IN ('north', 'south');"
               "INSERT INTO tenant VALUES ('other', '', true);"
               "INSERT INTO nvr SELECT 'rec-' || id, id, '', 'OK', NULL, '', '', 0, '', '', '', '' "
               "FROM both_sites;"
               "INSERT INTO poll_state SELECT id, 'nvr:rec', 'normal', NULL, 0, 0, false, 'n', 1 "
               "FROM both_sites;"
               "INSERT INTO circuit_breaker_state"
               " SELECT id, 'device:rec', 'closed', 0, NULL, 0, NULL, 'n', 1 FROM both_sites;"
               "INSERT INTO ai_event SELECT gen_random_uuid(), id, NULL, 'camera.ok', 'normal', 1, "
               "now(), 'key-' || id,"
               " '{}', 'n', 1 FROM both_sites;"
               "INSERT INTO ai_artifact SELECT gen_random_uuid(), id, gen_random_uuid(), "
               "'snapshot.before', '', '{}'"
               " FROM both_sites;"
               "INSERT INTO notification_log SELECT row_number() OVER (), id, NULL, 'jsonl', "
               "'normal', 'sent', '', '', '',"
               " now(), 'n', 1 FROM both_sites");
}

/* No table with sites in it was forgotten, whichever migration made it; who reads which site is one, and has none. */
static void expect_every_table_guarded(void)
{
    cr_expect_str_eq(
        server_text(
            &node.server,
            "SELECT string_agg(c.relname, ',' ORDER BY c.relname) FROM pg_class AS c"
            " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'site_id'"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
            " AND NOT c.relrowsecurity"),
        "site_reader");
}

Test(rights, a_reader_sees_one_site)
{
    static const char *const tables[] = {"site",        "nvr",
                                         "camera",      "ai_event",
                                         "ai_artifact", "notification_log",
                                         "poll_state",  "circuit_breaker_state",
                                         "device",      "tenant"};
    cr_assert_eq(rig_ctl(&node.rig, NULL, NULL, "camera", "add", "south-1", "site=south",
                         "provider=vivotek", "host=127.23.0.9", NULL),
                 0);
    node_expect_equal();
    fill_both_sites();
    server_sql(&node.server, "CREATE ROLE reader; CREATE ROLE pinned;"
                             "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader, pinned;"
                             "INSERT INTO site_reader VALUES ('pinned', 'south')");
    cr_expect_eq(seen_by("reader", "north", "camera"), 6);
    cr_expect_eq(seen_by("reader", "south", "camera"), 1);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (strcmp(tables[i], "tenant") != 0) {
            expect_one_site("reader", "north", tables[i]);
            expect_one_site("reader", "south", tables[i]);
            expect_one_site("pinned", "south", tables[i]);
        }
        cr_expect_eq(seen_by("reader", "", tables[i]), 0, "%s", tables[i]);
        cr_expect_eq(seen_by("reader", "nowhere", tables[i]), 0, "%s", tables[i]);
        cr_expect_eq(seen_by("pinned", "north", tables[i]), 0, "%s", tables[i]);
    }
    cr_expect_eq(asked_by("pinned", "south", "SELECT count(*) FROM tenant WHERE id = 'default'"),
                 1);
    cr_expect_eq(seen_by("pinned", "south", "tenant"), 1);
    expect_every_table_guarded();
    /* Nor by way of a partition. */
    cr_expect_eq(asked_by("reader", "south",
                          "SELECT (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM "
                          "ai_event_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM'), false, true,"
                          " '')))[1]::text"),
                 0);
}

Test(rights, a_reader_changes_nothing)
{
    static const char *const changes[] = {
        "UPDATE camera SET name = '' RETURNING 1", "DELETE FROM ai_event RETURNING 1",
        "INSERT INTO site_reader VALUES ('pinned', 'north') RETURNING 1",
        "DELETE FROM site_reader RETURNING 1",
        "UPDATE site_reader SET site_id = 'north' RETURNING 1"};
    node_expect_equal(); /* the sink makes no tables any more, which GRANT would change beside it */
    server_sql(&node.server, "CREATE ROLE pinned;"
                             "GRANT SELECT ON ALL TABLES IN SCHEMA public TO pinned;"
                             "INSERT INTO site_reader VALUES ('pinned', 'south')");
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        cr_expect_eq(asked_by("pinned", "south", changes[i]), -1, "%s", changes[i]);
    }
}

/* ---- figures ---- */

Test(rights, the_pool_is_a_gauge)
{
    node_expect_equal();
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_metric(&node.rig, "vmm_db_pool_connections{state=\"idle\"}") != 1) {
        cr_assert_lt(rig_now_ms(), until, "no idle connection is told");
        usleep(50000);
    }
    server_stop(&node.server);
    while (rig_metric(&node.rig, "vmm_db_pool_connections{state=\"idle\"}") != 0) {
        cr_assert_lt(rig_now_ms(), until, "the connection is gone and counts as idle");
        usleep(50000);
    }
    cr_expect_gt(rig_metric(&node.rig, "vmm_postgres_rows_total"), 0);
    server_start(&node.server);
}
