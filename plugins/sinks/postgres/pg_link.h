/* SPDX-License-Identifier: MIT */
/*
 * One connection to the first server that takes writes, kept up by itself: names are resolved on a worker, all else
 * is asynchronous on the loop. What is said over it is one exchange at a time.
 *
 *   resolving ─▶ connecting ─▶ up ─▶ exchange … ─▶ lost ─▶ pause ─▶ resolving
 */
#ifndef PG_LINK_H
#define PG_LINK_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "pg_settings.h"

#define PG_TEXT_MAX   240u
#define PG_DETAIL_MAX 4096u

struct pg_link;

struct pg_link_events {
    void (*up)(void *arg);
    /* It was up, or could not come up; it is tried again by itself. */
    void (*down)(void *arg, const char *why);
};

/* How an exchange failed. */
struct pg_failure {
    char state[6]; /* SQLSTATE; "": the connection broke */
    char text[PG_TEXT_MAX];
    char detail[PG_DETAIL_MAX]; /* a list is cut behind one of its commas */
};

/* Each result of an exchange that is no error, in order; valid for the call. */
typedef void (*pg_result_fn)(void *arg, const PGresult *result);

/* Its end; `failure` is NULL when nothing went wrong. */
typedef void (*pg_done_fn)(void *arg, const struct pg_failure *failure);

/* Everything given outlives the link. NULL without memory. */
struct pg_link *pg_link_create(const struct vmm_host *host, const struct pg_settings *settings,
                               const struct pg_link_events *events, void *arg);
void pg_link_destroy(struct pg_link *link);

/* Begin; once. */
void pg_link_start(struct pg_link *link);

/* The connection, for queueing commands of an exchange; NULL while it is not up or an exchange is under way. */
PGconn *pg_link_connection(struct pg_link *link);

/* Statements in one text, one after the other, as one exchange. False: it could not begin, `done` is not called. */
bool pg_link_simple(struct pg_link *link, const char *sql, pg_result_fn result, pg_done_fn done,
                    void *arg);

/* The commands that were queued since pg_link_pipeline(), as one exchange: an error skips those after it. */
bool pg_link_pipeline(struct pg_link *link);
bool pg_link_run(struct pg_link *link, pg_result_fn result, pg_done_fn done, void *arg);

/* Close it and try again after the pause, at least `pause_us`: an exchange under way ends broken, then `down`. */
void pg_link_drop(struct pg_link *link, const char *why, uint64_t pause_us);

/* It works: the next pause is short again. */
void pg_link_works(struct pg_link *link);

#endif
