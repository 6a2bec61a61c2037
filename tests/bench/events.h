/* SPDX-License-Identifier: MIT */
/* Events made up for benchmarks, as long as a node's own: cameras of one site that fail and recover, one after another. */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include "store/store.h"

#define EVENTS_SITE    "bench"
#define EVENTS_NODE    "bench"
#define EVENTS_STEP_US 10000 /* from one to the next */

struct made_event {
    struct store_event event; /* points to what follows */
    char id[40];
    char camera[16];
    char dedup_key[96];
    char metadata[640];
};

/* Event `number`, from 0, of a series that begins at `first_us`: the same numbers make the same event. */
void events_make(struct made_event *out, uint32_t number, int64_t first_us);

/* When a series of so many has to begin so that it ends now. */
int64_t events_begin(uint32_t count);

/*
 * Write a series to the journal of the core.db at `path`, which is made when it is not there, with its site; ends the bench
 * when that fails. Returns how long it took, in microseconds, from the first event to the commit of the last.
 */
struct events_written {
    uint64_t us;
    uint64_t commits;
};
struct events_written events_write(const char *path, uint32_t count, int64_t first_us);

#endif
