/* SPDX-License-Identifier: MIT */
/*
 * A PostgreSQL server of the test's own: a cluster in a folder under /tmp, a unix socket in it, no TCP port. It runs as
 * an ordinary user also where the test runs as root, because the server refuses root.
 */
#ifndef RECORD_SERVER_H
#define RECORD_SERVER_H

#include <jansson.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <sys/types.h>

struct server {
    char folder[96]; /* also of its socket */
    pid_t pid;       /* of the postmaster; 0: it does not run */
    bool is_durable; /* fsync is on */
};

/* True when PostgreSQL 15 is installed; otherwise the test says that it is skipped. */
bool server_is_there(void);

/* Make a cluster with the role vmm and the database vmm, and start it. `settings` are lines of postgresql.conf, or NULL.
 * With `durable` it syncs its files. */
void server_open(struct server *server, const char *settings, bool durable);

/* Make a copy of a running server that follows it (pg_basebackup), and start it. */
void server_open_standby(struct server *standby, const struct server *primary);

/* Start a stopped one and wait until it takes connections. */
void server_start(struct server *server);

/* SIGINT: connections are ended, it stops in order. */
void server_stop(struct server *server);

/* SIGKILL to all its processes. */
void server_kill(struct server *server);

/* The standby becomes a server of its own; returns when it takes writes. */
void server_promote(struct server *standby);

/* Stop it and remove its folder. */
void server_close(struct server *server);

/* A connection as superuser to the database vmm; the test fails when there is none. */
PGconn *server_connect(const struct server *server);

/* Run SQL as superuser, again after a deadlock; the test fails when it fails. */
void server_sql(const struct server *server, const char *sql);

/* One number, one text (in static memory), or -1 and "" when the query fails or has no row. */
long long server_number(const struct server *server, const char *sql);
const char *server_text(const struct server *server, const char *sql);

#endif
