/* SPDX-License-Identifier: MIT */
#include "journal_row.h"

#include <criterion/criterion.h>

#include <sqlite3.h>

static void run(const char *path, const char *sql, int number, const char *key,
                const char *metadata)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_bind_int(stmt, 1, number);
    sqlite3_bind_text(stmt, 2, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, metadata, -1, SQLITE_STATIC);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_DONE, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

#define COLUMNS                                                                                    \
    "INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"          \
    " dedup_key, metadata_json, node_id, epoch) "

void journal_row_fill(const char *path, const char *key, int count)
{
    run(path,
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < ?1)" COLUMNS
        "SELECT printf('01a20000-0000-7000-8000-%012x', i), 'north', 'cam-01',"
        " 'camera.down', 'suspect', 1, unixepoch() * 1000000 + i, ?2 || i, ?3, 'node', 1 FROM n",
        count, key, "{}");
}

void journal_row_put(const char *path, const char *key, int days, const char *metadata)
{
    static const char sql[] =
        COLUMNS "SELECT lower(substr(h, 1, 8) || '-' ||"
                " substr(h, 9, 4) || '-7' || substr(h, 14, 3) || '-8' || substr(h, 18, 3) || '-' ||"
                " substr(h, 21, 12)), 'north', 'cam-01', 'camera.down', 'suspect', 1,"
                " (unixepoch() - ?1 * 86400) * 1000000, ?2, ?3, 'node', 1 FROM (SELECT"
                " hex(randomblob(16)) AS h)";
    run(path, sql, days, key, metadata);
}
