/* SPDX-License-Identifier: MIT */
/*
 * The soft rows: the newest of each component, in memory, until its slice comes.
 *
 * The components are walked in the order of their keys, which is the order of the rows on disk,
 * once a period, a slice at a time. A slice is never smaller than SOFT_SLICE_MIN rows: rows written
 * together share their pages, and that is what keeps a look under 0.5 KiB of writes.
 */
#ifndef STORE_SOFT_H
#define STORE_SOFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "store/batch.h"

#define SOFT_SLICE_MIN   256u
#define SOFT_SLICE_EVERY 4000000ull /* microseconds between slices of a large fleet */

struct soft_row {
    char *key; /* site, '\1', component */
    int64_t next_poll_at;
    int64_t last_seen_at;
    uint32_t last_latency_ms;
    bool is_dirty;
    bool has_note; /* the note waits too */
    uint16_t note_size;
    uint16_t note_capacity;
    uint8_t *note;
};

struct store_soft_table {
    struct soft_row *rows; /* dense; a removed one is replaced by the last */
    uint32_t count;
    uint32_t capacity;
    uint32_t *order; /* the numbers of the rows, by key when `is_sorted` */
    uint32_t order_capacity;
    uint32_t position; /* in `order`: what the next slice begins with */
    char *next_key;    /* its key; NULL: the first */
    size_t dirty;
    bool is_sorted;
    struct map map;
};

void store_soft_init(struct store_soft_table *table);
void store_soft_finish(struct store_soft_table *table);

/* Take what a batch says of soft rows: soft rows are merged, rows that a component, note or removal
 * overtakes are set right. A row that finds no memory is forgotten: the next look brings it again.
 */
void store_soft_take(struct store_soft_table *table, const struct store_batch *batch);

/*
 * How many rows a slice visits, and the microseconds from one slice to the next, so that `count`
 * rows take one period.
 */
void store_soft_pace(uint32_t count, uint64_t period_us, uint32_t *rows, uint64_t *every_us);

/* Visit the next `visit` rows and put those that wait into the batch; they wait no longer. */
void store_soft_slice(struct store_soft_table *table, uint32_t visit, struct store_batch *out);

#endif
