/* SPDX-License-Identifier: MIT */
/*
 * Batches that are not on disk yet, in their order, and what gives way when they become too many.
 */
#ifndef STORE_OWED_H
#define STORE_OWED_H

#include <stddef.h>
#include <stdint.h>

#include "store/answer.h"
#include "store/batch.h"

struct store_owed {
    struct store_batch **batches;
    size_t count;
    size_t capacity;
    size_t bytes; /* memory of the batches */
    size_t max_bytes;
    size_t compact_at; /* bytes at which it is looked through next */
    uint64_t events_lost;
    uint64_t deliveries_lost;
};

void store_owed_init(struct store_owed *owed, size_t max_bytes);

/* Destroys the batches that are left, without calling anybody. */
void store_owed_finish(struct store_owed *owed);

/* Add a batch at the end. 0 or VMM_E_NOMEM; then the batch is still the caller's. */
int store_owed_add(struct store_owed *owed, struct store_batch *batch);

/*
 * Keep to the bounds when the last additions passed them: first rows that a later one replaces go,
 * then events and delivery rows, the lowest severity first and of that the oldest. A batch left
 * empty by that goes to `given_up` with VMM_E_TOOBIG when there is still no room. All that is left
 * has to be committed together.
 */
void store_owed_bound(struct store_owed *owed, struct store_answers *given_up);

/* Take one batch out of its place. It is the caller's. */
struct store_batch *store_owed_take(struct store_owed *owed, size_t index);

/* Forget all batches: they belong to somebody else now. */
void store_owed_clear(struct store_owed *owed);

#endif
