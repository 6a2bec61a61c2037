/* SPDX-License-Identifier: MIT */
#include "store/vacuum.h"

#include "store/db.h"

#define IDLE_LEAST 1024 /* pages that may lie idle in any case: 4 MiB */
#define IDLE_PART  10   /* and this part of the file */

static long long read_number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    long long number = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW) {
        number = sqlite3_column_int64(stmt, 0);
    }
    sqlite3_finalize(stmt);
    return number;
}

static bool is_too_much(sqlite3 *db)
{
    long long idle = read_number(db, "PRAGMA freelist_count");
    return idle > IDLE_LEAST && idle > read_number(db, "PRAGMA page_count") / IDLE_PART;
}

#define TEXT(number) #number
#define STEP(number) "PRAGMA incremental_vacuum(" TEXT(number) ")"

bool store_vacuum(sqlite3 *db)
{
    if (!is_too_much(db) || read_number(db, "PRAGMA auto_vacuum") == 0) {
        return false;
    }
    return store_db_exec(db, STEP(STORE_VACUUM_PAGES)) == 0 && is_too_much(db);
}
