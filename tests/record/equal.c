/* SPDX-License-Identifier: MIT */
#include "equal.h"

#include <criterion/criterion.h>

#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const tables[][2] = {{"tenant", "id"},
                                        {"site", "id"},
                                        {"nvr", "id"},
                                        {"camera", "id"},
                                        {"device", "id"},
                                        {"poll_state", "site_id, component"},
                                        {"circuit_breaker_state", "site_id, target_service"},
                                        {"ai_event", "id"},
                                        {"ai_artifact", "id"},
                                        {"notification_log", "id"},
                                        {"health_day", "id"}};

static char differs[900];

/* What to select of a table so that a row is one text on both sides: the columns that PostgreSQL has, their values as
 * SQLite writes them. */
static void write_select(PGconn *conn, const char *table, const char *order, char pg[4000],
                         char lite[4000])
{
    char sql[400];
    snprintf(sql, sizeof(sql),
             "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid ="
             " '%s'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
             table);
    PGresult *columns = PQexec(conn, sql);
    int used = snprintf(pg, 4000, "SELECT concat_ws('|'");
    int used_lite = snprintf(lite, 4000, "SELECT ''");
    for (int i = 0; i < PQntuples(columns); i++) {
        const char *name = PQgetvalue(columns, i, 0);
        const char *type = PQgetvalue(columns, i, 1);
        bool is_time = strncmp(type, "timestamp", 9) == 0;
        bool is_real = strcmp(type, "double precision") == 0;
        const char *before = is_time ? "(extract(epoch FROM " : "";
        const char *after = is_time                        ? ") * 1000000)::bigint"
                            : strcmp(type, "boolean") == 0 ? "::int"
                                                           : "";
        used += snprintf(pg + used, 4000 - (size_t)used, ", coalesce((%s%s%s)::text, '-')", before,
                         name, after);
        used_lite += snprintf(lite + used_lite, 4000 - (size_t)used_lite,
                              "%s || coalesce(%s%s%s, '-')", i > 0 ? " || '|'" : "",
                              is_real ? "printf('%g', " : "", name, is_real ? ")" : "");
    }
    PQclear(columns);
    snprintf(pg + used, 4000 - (size_t)used, ") FROM %s ORDER BY %s", table, order);
    snprintf(lite + used_lite, 4000 - (size_t)used_lite, " FROM %s ORDER BY %s", table, order);
}

static bool compare(PGconn *conn, sqlite3 *db, size_t table)
{
    char pg[4000];
    char lite[4000];
    sqlite3_stmt *stmt = NULL;
    int row = 0;
    write_select(conn, tables[table][0], tables[table][1], pg, lite);
    PGresult *result = PQexec(conn, pg);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        snprintf(differs, sizeof(differs), "%s: %s", tables[table][0], PQerrorMessage(conn));
        PQclear(result);
        return false;
    }
    cr_assert_eq(sqlite3_prepare_v2(db, lite, -1, &stmt, NULL), SQLITE_OK, "%s: %s", lite,
                 sqlite3_errmsg(db));
    bool equal = true;
    for (; equal && sqlite3_step(stmt) == SQLITE_ROW; row++) {
        const char *here = (const char *)sqlite3_column_text(stmt, 0);
        const char *there = row < PQntuples(result) ? PQgetvalue(result, row, 0) : "nothing";
        equal = strcmp(here, there) == 0;
        if (!equal) {
            snprintf(differs, sizeof(differs), "%s row %d: %.380s against %.380s", tables[table][0],
                     row, here, there);
        }
    }
    if (equal && row != PQntuples(result)) {
        equal = false;
        snprintf(differs, sizeof(differs), "%s: %d rows against %d", tables[table][0], row,
                 PQntuples(result));
    }
    sqlite3_finalize(stmt);
    PQclear(result);
    return equal;
}

const char *equal_differs(const char *path, const struct server *server)
{
    sqlite3 *db = NULL;
    char conninfo[200];
    differs[0] = '\0';
    snprintf(conninfo, sizeof(conninfo), "host=%s dbname=vmm user=postgres", server->folder);
    PGconn *conn = PQconnectdb(conninfo);
    if (PQstatus(conn) != CONNECTION_OK) {
        snprintf(differs, sizeof(differs), "%s", PQerrorMessage(conn));
        PQfinish(conn);
        return differs;
    }
    cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    bool equal = true;
    for (size_t i = 0; equal && i < sizeof(tables) / sizeof(tables[0]); i++) {
        equal = compare(conn, db, i);
    }
    sqlite3_close(db);
    PQfinish(conn);
    return differs;
}

void equal_wait(struct rig *rig, const char *db, const struct server *server, int ms)
{
    uint64_t until = rig_now_ms() + (uint64_t)ms;
    rig_written(rig);
    while (equal_differs(db, server)[0] != '\0') {
        cr_assert_lt(rig_now_ms(), until, "not equal: %s", differs);
        poll(NULL, 0, 100);
    }
}
