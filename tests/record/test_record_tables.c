/* SPDX-License-Identifier: MIT */
/* What people's queries rely on: names, types and keys of the tables, in both databases. */
#include <criterion/criterion.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "node.h"

TestSuite(tables, .init = node_set_up, .fini = node_tear_down, .timeout = 300);

#define TIME "timestamp with time zone"

/* Further columns may be there; none of these may be missing, or be something else. */
static const struct table {
    const char *name;
    const char *key;
    const char *const *columns; /* a name, and its type in PostgreSQL, by turns */
} tables[] = {
    {"site", "id", (const char *const[]){"id", "text", "name", "text", "enabled", "boolean", NULL}},
    {"nvr", "id",
     (const char *const[]){"id", "text", "site_id", "text", "name", "text", "status", "text",
                           NULL}},
    {"camera", "id",
     (const char *const[]){"id", "text", "site_id", "text", "nvr_id", "text", "name", "text",
                           "status", "text", "last_seen_at", TIME, NULL}},
    {"ai_event", "id, ts_event",
     (const char *const[]){"id", "uuid", "site_id", "text", "camera_id", "text", "event_type",
                           "text", "severity", "text", "score", "double precision", "ts_event",
                           TIME, "dedup_key", "text", "metadata_json", "json", NULL}},
    {"ai_artifact", "id",
     (const char *const[]){"id", "uuid", "site_id", "text", "event_id", "uuid", "type", "text",
                           "storage_path", "text", "metadata_json", "json", NULL}},
    {"notification_log", "id",
     (const char *const[]){"id", "bigint", "site_id", "text", "channel", "text", "severity", "text",
                           "status", "text", "target", "text", "payload", "text", "error_message",
                           "text", "created_at", TIME, NULL}},
    {"poll_state", "site_id, component",
     (const char *const[]){"site_id", "text", "component", "text", "severity", "text",
                           "next_poll_at", TIME, "last_latency_ms", "bigint",
                           "consecutive_failures", "bigint", "load_shed_mode", "boolean", NULL}},
    {"circuit_breaker_state", "site_id, target_service",
     (const char *const[]){"site_id", "text", "target_service", "text", "state", "text",
                           "failure_count", "bigint", "last_failure_at", TIME, "last_latency_ms",
                           "bigint", "opened_at", TIME, NULL}}};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

Test(tables, have_their_names_types_and_keys_in_postgresql)
{
    char sql[400];
    node_expect_equal();
    for (size_t i = 0; i < TABLES; i++) {
        for (const char *const *column = tables[i].columns; *column != NULL; column += 2) {
            snprintf(sql, sizeof(sql),
                     "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid ="
                     " '%s'::regclass AND attname = '%s' AND NOT attisdropped",
                     tables[i].name, column[0]);
            cr_expect_str_eq(server_text(&node.server, sql), column[1], "%s.%s", tables[i].name,
                             column[0]);
        }
        snprintf(sql, sizeof(sql),
                 "SELECT string_agg(a.attname, ', ' ORDER BY array_position(i.indkey::int2[],"
                 " a.attnum)) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND"
                 " a.attnum = ANY (i.indkey) WHERE i.indrelid = '%s'::regclass AND i.indisprimary",
                 tables[i].name);
        cr_expect_str_eq(server_text(&node.server, sql), tables[i].key, "%s", tables[i].name);
        snprintf(sql, sizeof(sql),
                 "SELECT relrowsecurity::int FROM pg_class WHERE oid = '%s'::regclass",
                 tables[i].name);
        cr_expect_eq(node_number(sql), 1, "%s: rows are not secured", tables[i].name);
    }
    cr_expect_str_eq(server_text(&node.server, "SELECT pg_get_partkeydef('ai_event'::regclass)"),
                     "RANGE (ts_event)");
}

Test(tables, have_the_same_columns_in_sqlite)
{
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open_v2(node.db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    for (size_t i = 0; i < TABLES; i++) {
        for (const char *const *column = tables[i].columns; *column != NULL; column += 2) {
            char sql[200];
            sqlite3_stmt *stmt = NULL;
            snprintf(sql, sizeof(sql), "SELECT %s FROM %s LIMIT 1", column[0], tables[i].name);
            cr_expect_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s: %s", sql,
                         sqlite3_errmsg(db));
            sqlite3_finalize(stmt);
        }
    }
    sqlite3_close(db);
}

Test(tables, ids_grow_with_time_and_words_are_the_documented_ones)
{
    node_make_events(4);
    node_expect_equal();
    cr_expect_gt(node_number("SELECT count(*) FROM ai_event"), 0);
    cr_expect_eq(node_number("SELECT count(*) FROM ai_event WHERE substr(id::text, 15, 1) <> '7'"),
                 0, "an id is no UUID of version 7");
    cr_expect_eq(node_number("SELECT count(*) FROM ai_event WHERE severity NOT IN ('normal',"
                             " 'suspect', 'critical') OR score < 0 OR score > 1"),
                 0);
    cr_expect_eq(node_number("SELECT count(*) FROM camera WHERE status NOT IN ('OK', 'DEGRADED',"
                             " 'DOWN', 'BLACKFRAME', 'UNKNOWN', 'DISABLED')"),
                 0);
    cr_expect_eq(node_number("SELECT count(*) FROM notification_log WHERE status NOT IN ('sent',"
                             " 'failed', 'queued', 'merged', 'suppressed')"),
                 0);
    cr_expect_eq(node_number("SELECT count(*) FROM poll_state WHERE component !~"
                             " '^(site$|(node|nvr|camera):)'"),
                 0);
    cr_expect_eq(node_number("SELECT count(*) FROM circuit_breaker_state WHERE target_service !~"
                             " '^(device|provider|sink):'"),
                 0);
}
