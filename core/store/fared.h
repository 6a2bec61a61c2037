/* SPDX-License-Identifier: MIT */
/* How cameras, recorders and sites fared: the days that are over, summed or one by one, and the one in progress. */
#ifndef STORE_FARED_H
#define STORE_FARED_H

#include "store/day.h"
#include "store/store.h"

struct store_fared {
    const char *site_id;
    const char *component; /* "camera:<id>", "nvr:<id>" or "site" */
    const char *day;       /* as 2026-11-22; "": a sum of days */
    int64_t days;          /* that are over */
    int64_t health_s[VMM_HEALTH_COUNT];
    int64_t fault_s[DAY_FAULTS]; /* that of DAY_FAULT_NONE is not filled in */
    int64_t recording_s[DAY_RECORDINGS];
    int64_t unwatched_s;
    int64_t maintenance_s;
    int64_t commissioning_s;
    int64_t changes;
    int64_t outages;
    int64_t longest_s;
    int64_t first_failure; /* microseconds; 0: there was none */
    int64_t last_failure;
    int64_t clock_ms; /* the clock's offset that was farthest from 0 */
    bool has_clock;
    int64_t written;   /* seconds: up to here the days are over */
    const void *state; /* what has happened since; see store_fared_add() */
    size_t state_size;
    const char *spans; /* that lie over it */
};

struct store_fared_filter {
    const char *site_id;   /* "": any */
    const char *component; /* "": any */
    const char *since;     /* the first day, as 2026-11-22 */
    uint32_t limit;        /* at most STORE_PAGE_MAX */
    bool
        by_day; /* a row for each day that is over, the oldest first, and then one of what has been since */
};

/* Sums come with the longest outage time first. As store_query_events(). */
typedef void (*store_fared_fn)(void *arg, int rc, const struct store_fared *rows, size_t count);
int store_query_fared(struct store *store, const struct store_fared_filter *filter,
                      store_fared_fn answer, void *arg);

/* Add what has been since the last day that is over, up to `now` in microseconds. */
void store_fared_add(struct store_fared *row, const struct zone *zone, int64_t now);

#endif
