/* SPDX-License-Identifier: MIT */
#include "store/migrate.h"

#include <stdbool.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "store/db.h"

#define AREA "store"

static bool is_among(const char *const *areas, const char *area)
{
    for (; *areas != NULL; areas++) {
        if (strcmp(*areas, area) == 0) {
            return true;
        }
    }
    return false;
}

static int last_number(const struct store_migration *steps, const char *area)
{
    int last = 0;
    for (; steps->area != NULL; steps++) {
        if (strcmp(steps->area, area) == 0 && steps->number > last) {
            last = steps->number;
        }
    }
    return last;
}

/* Nothing in the database may be of a release that knows more than this one. */
static int check_newer(sqlite3 *db, const struct store_migration *steps, const char *const *areas)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT area, version FROM schema_version", -1, &stmt, NULL);
    int result = store_db_error(rc);
    while (result == 0) {
        rc = sqlite3_step(stmt);
        if (rc != SQLITE_ROW) {
            result = store_db_error(rc);
            break;
        }
        const char *area = store_db_text(stmt, 0);
        int have = sqlite3_column_int(stmt, 1);
        int known = is_among(areas, area) ? last_number(steps, area) : 0;
        if (have > known) {
            log_error(AREA,
                      "%s has schema %s %d, this release knows %d: made by a newer release, "
                      "not touched",
                      sqlite3_db_filename(db, "main"), area, have, known);
            result = VMM_E_VERSION;
        }
    }
    sqlite3_finalize(stmt);
    return result;
}

static int read_version(sqlite3 *db, const char *area, int *version)
{
    *version = 0;
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT version FROM schema_version WHERE area = ?1", -1, &stmt,
                                NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, area, -1, SQLITE_STATIC);
        rc = sqlite3_step(stmt);
        *version = rc == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
    }
    sqlite3_finalize(stmt);
    return store_db_error(rc);
}

static int write_version(sqlite3 *db, const struct store_migration *step)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db,
                                "INSERT INTO schema_version(area, version) VALUES(?1, ?2) "
                                "ON CONFLICT(area) DO UPDATE SET version = excluded.version",
                                -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, step->area, -1, SQLITE_STATIC);
        sqlite3_bind_int(stmt, 2, step->number);
        rc = sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    return store_db_error(rc);
}

static int apply(sqlite3 *db, const struct store_migration *step)
{
    int rc = store_db_exec(db, "BEGIN IMMEDIATE");
    rc = rc == 0 ? store_db_exec(db, step->sql) : rc;
    rc = rc == 0 ? write_version(db, step) : rc;
    rc = rc == 0 ? store_db_exec(db, "COMMIT") : rc;
    if (rc != 0) {
        log_error(AREA, "migration %s: %s", step->file, sqlite3_errmsg(db));
        store_db_exec(db, "ROLLBACK");
    }
    return rc;
}

static int apply_area(sqlite3 *db, const struct store_migration *steps, const char *area)
{
    int version = 0;
    int rc = read_version(db, area, &version);
    for (; rc == 0 && steps->area != NULL; steps++) {
        if (strcmp(steps->area, area) == 0 && steps->number > version) {
            rc = apply(db, steps);
        }
    }
    return rc;
}

int store_migrate(sqlite3 *db, const struct store_migration *steps, const char *const *areas)
{
    int rc = store_db_exec(db, "CREATE TABLE IF NOT EXISTS schema_version("
                               "area TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL"
                               ") STRICT, WITHOUT ROWID");
    if (rc != 0) {
        log_error(AREA, "%s: %s", sqlite3_db_filename(db, "main"), sqlite3_errmsg(db));
        return rc;
    }
    rc = check_newer(db, steps, areas);
    for (; rc == 0 && *areas != NULL; areas++) {
        rc = apply_area(db, steps, *areas);
    }
    return rc;
}
