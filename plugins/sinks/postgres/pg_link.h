/* SPDX-License-Identifier: MIT */
/*
 * One connection to the first server that takes writes, kept up by itself: names are resolved on a worker, all else
 * is asynchronous on the loop. What is said over it is one exchange at a time.
 *
 *   resolving ─▶ connecting ─▶ up ─▶ exchange … ─▶ lost ─▶ pause ─▶ resolving
 */
#ifndef PG_LINK_H
#define PG_LINK_H

#include "pg_exchange.h"
#include "pg_settings.h"

struct pg_link;

struct pg_link_events {
    void (*up)(void *arg);
    /* It was up, or could not come up; it is tried again by itself. */
    void (*down)(void *arg, const char *why);
};

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

/* The same of statements that end with COPY … FROM STDIN: `copy` is asked for its rows. */
bool pg_link_copy(struct pg_link *link, const char *sql, pg_copy_fn copy, pg_done_fn done,
                  void *arg);

/* The commands that were queued since pg_link_pipeline(), as one exchange: an error skips those after it. */
bool pg_link_pipeline(struct pg_link *link);
bool pg_link_run(struct pg_link *link, pg_result_fn result, pg_done_fn done, void *arg);

/* Close it and try again after the pause, at least `pause_us`: an exchange under way ends broken, then `down`. */
void pg_link_drop(struct pg_link *link, const char *why, uint64_t pause_us);

/* It works: the next pause is short again. */
void pg_link_works(struct pg_link *link);

#endif
