/* SPDX-License-Identifier: MIT */
/*
 * The schema, one step after the other. Each area (a folder of migrations/) counts by itself, in
 * the table schema_version, and has one owner. Each migration is one transaction: a kill leaves the
 * one before it.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stddef.h>

#include <sqlite3.h>

struct store_migration {
    const char *area;
    int number; /* 1 and on */
    const char *file;
    const char *sql;
};

/* All migrations, by area and number; the last has no area. Made at build time. */
extern const struct store_migration store_migrations[];

/*
 * Bring these areas (ended by NULL) of a database to the last of `steps` (ended as above). 0;
 * VMM_E_VERSION when the database has an area or a number that `steps` does not: a newer release
 * made it, nothing was changed; VMM_E_CORRUPT, VMM_E_IO, VMM_E_NOMEM. Logged in one line.
 */
int store_migrate(sqlite3 *db, const struct store_migration *steps, const char *const *areas);

#endif
