/* SPDX-License-Identifier: MIT */
/*
 * The rows of health_day, made of the journal in its order, a few at a time, on the writer's connection: what is
 * counted and how far the journal was read are one commit. A layout of the states that this program does not know
 * has all that the journal still holds counted anew.
 */
#ifndef STORE_DAYS_H
#define STORE_DAYS_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "store/day.h"
#include "store/store.h"

#define STORE_DAYS_VERSION 2    /* of struct stored_day and of how it is made */
#define STORE_DAYS_LIMIT   200u /* of a step: some milliseconds of the writer's */

/* What lies in a column `state`. */
struct stored_day {
    struct day_state day;
    int64_t is_seed; /* not begun by an event: what it was before the first one is not known yet */
    int64_t fixed;   /* seconds: rows of the days before this stay as they are */
};

enum store_days_sql {
    DAYS_NEED,
    DAYS_PLACE,
    DAYS_EVENTS,
    DAYS_DUE,
    DAYS_SITE,
    DAYS_GET,
    DAYS_PUT,
    DAYS_DEL,
    DAYS_ROW,
    DAYS_UNDO,
    DAYS_MOVE,
    DAYS_RESET,
    DAYS_FIRST,
    DAYS_ALL,
    DAYS_LATEST,
    DAYS_SPANS,
    DAYS_SPAN_UNWATCHED,
    DAYS_SPAN_BEGIN,
    DAYS_SPAN_END,
    DAYS_SPAN_CUT,
    DAYS_SPAN_REDO,
    DAYS_SPAN_REDO_END,
    DAYS_SPAN_REDO_CUT,
    DAYS_SPAN_RESET,
    DAYS_SQL_COUNT
};

struct day_span_list {
    struct day_span *items;
    size_t count;
    size_t room;
};

struct store_days {
    sqlite3 *db;
    store_zone_fn zone_of; /* NULL: all is UTC */
    void *zone_arg;
    struct zone *utc;
    sqlite3_stmt *sql[DAYS_SQL_COUNT];
    struct day_span_list unwatched; /* of the component that is counted */
    struct day_span_list maintenance;
    int64_t unwatched_until; /* the last time without watch ended then; -1: to be read */
    int rc;                  /* the first that went wrong */
};

void store_days_init(struct store_days *days, sqlite3 *db);
void store_days_finish(struct store_days *days);

/* True when store_days_step() has something to do. */
bool store_days_are_due(struct store_days *days, int64_t now);

/* Count at most `limit` events, then write at most `limit` days that are over at `now`, in microseconds. Answers the
 * SQLite result; the caller has begun the transaction. `more`: there is more to do at once. */
int store_days_step(struct store_days *days, int64_t now, uint32_t limit, bool *more);

#endif
