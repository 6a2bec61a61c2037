/* SPDX-License-Identifier: MIT */
/* A PostgreSQL server of the bench's own: a cluster in a folder under /tmp, a unix socket in it, no TCP port. */
#ifndef BENCH_DATABASE_H
#define BENCH_DATABASE_H

#include <libpq-fe.h>

#include "child.h"

struct database {
    struct child child;
    char folder[64]; /* also of its socket */
    PGconn *conn;    /* as superuser, to the database vmm; the caller may use it */
};

/*
 * Make and start it, with the role and the database vmm: settings as packaged, but that it notes the time of each commit
 * and vacuums nothing by itself. It goes with the bench, folder and all. The bench ends when PostgreSQL is not installed.
 */
void database_start(struct database *database, const char *log);
void database_stop(struct database *database);

/* Run SQL; the bench ends when it fails. */
void database_sql(PGconn *conn, const char *sql);

/* One value as a number, or as text of the caller; -1 and "" when there is no row. */
double database_number(PGconn *conn, const char *sql);
void database_text(PGconn *conn, const char *sql, char *out, size_t size);

#endif
