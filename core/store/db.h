/* SPDX-License-Identifier: MIT */
/* SQLite as the store and the vault open it: settings, permissions, errors. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

/*
 * Take the lock file <path>.lock, which keeps other processes away from the database. The
 * descriptor, to be closed at the end, or VMM_E_STATE (held by another process), VMM_E_IO; logged.
 */
int store_db_lock(const char *path);

/*
 * Make the file when it is not there, and leave it readable by its owner alone (SQLite gives -wal
 * and -shm the same mode). 0, VMM_E_DENIED when it belongs to another user, VMM_E_IO; logged.
 */
int store_db_secure(const char *path);

/*
 * Open a connection for one thread at a time: WAL, synchronous=FULL, foreign keys on, no checkpoint
 * by itself. `vfs` may be NULL. On error nothing stays open, and `error` (160 bytes) has the words.
 */
int store_db_open(const char *path, const char *vfs, sqlite3 **out, char error[160]);

/*
 * True when no page of the database contradicts another; `seconds` 0: look at everything, else stop
 * there and take the rest for good.
 */
bool store_db_is_sound(sqlite3 *db, unsigned seconds);

/*
 * Rename a damaged database to <path>.damaged-<UTC time>, never over another file. `aside` gets the
 * new path. 0 or VMM_E_IO; logged.
 */
int store_db_set_aside(const char *path, char *aside, size_t size);

/* Run SQL without results. 0 or the error of store_db_error(). */
int store_db_exec(sqlite3 *db, const char *sql);

/* The VMM_E_* of an SQLite result code; 0 for SQLITE_OK, SQLITE_ROW and SQLITE_DONE. */
int store_db_error(int rc);

/* True when the rows are at fault and not the disk: trying again is of no use. */
bool store_db_is_refusal(int rc);

/* A text column, never NULL. */
const char *store_db_text(sqlite3_stmt *stmt, int column);

#endif
