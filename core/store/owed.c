/* SPDX-License-Identifier: MIT */
#include "store/owed.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "base/hash.h"

void store_owed_init(struct store_owed *owed, size_t max_bytes)
{
    *owed = (struct store_owed){.max_bytes = max_bytes, .compact_at = max_bytes / 4};
}

void store_owed_finish(struct store_owed *owed)
{
    for (size_t i = 0; i < owed->count; i++) {
        store_batch_destroy(owed->batches[i]);
    }
    free(owed->batches);
    *owed = (struct store_owed){0};
}

int store_owed_add(struct store_owed *owed, struct store_batch *batch)
{
    if (owed->count == owed->capacity) {
        size_t capacity = owed->capacity == 0 ? 64 : owed->capacity * 2;
        struct store_batch **batches = realloc(owed->batches, capacity * sizeof(*batches));
        if (batches == NULL) {
            return VMM_E_NOMEM;
        }
        owed->batches = batches;
        owed->capacity = capacity;
    }
    owed->batches[owed->count++] = batch;
    owed->bytes += store_batch_size(batch);
    return 0;
}

struct store_batch *store_owed_take(struct store_owed *owed, size_t index)
{
    struct store_batch *batch = owed->batches[index];
    owed->count--;
    memmove(&owed->batches[index], &owed->batches[index + 1],
            (owed->count - index) * sizeof(struct store_batch *));
    owed->bytes -= store_batch_size(batch);
    return batch;
}

void store_owed_clear(struct store_owed *owed)
{
    owed->count = 0;
    owed->bytes = 0;
    owed->compact_at = owed->max_bytes / 4;
}

/*
 * The operations looked through, and which of them are still needed. `slots` is a hash table from
 * key to the latest operation of that key (its number plus one; 0: free).
 */
struct survey {
    struct store_owed *owed;
    bool *dropped; /* one an operation, in order */
    const uint8_t **raws;
    uint32_t *slots;
    size_t slot_count;
    size_t op_count;
    size_t bytes; /* of the operations not dropped */
};

static int survey_init(struct survey *survey, struct store_owed *owed)
{
    *survey = (struct survey){.owed = owed, .slot_count = 64};
    for (size_t i = 0; i < owed->count; i++) {
        survey->op_count += owed->batches[i]->op_count;
    }
    while (survey->slot_count < survey->op_count * 2) {
        survey->slot_count *= 2;
    }
    survey->dropped = calloc(survey->op_count + 1, sizeof(*survey->dropped));
    survey->raws = calloc(survey->op_count + 1, sizeof(*survey->raws));
    survey->slots = calloc(survey->slot_count, sizeof(*survey->slots));
    return survey->dropped != NULL && survey->raws != NULL && survey->slots != NULL ? 0
                                                                                    : VMM_E_NOMEM;
}

static void survey_finish(struct survey *survey)
{
    free(survey->dropped);
    free(survey->raws);
    free(survey->slots);
}

/* The slot of the key of `op`: the one that holds it, or the free one where it belongs. */
static uint32_t *find_slot(const struct survey *survey, const struct store_op *op)
{
    const uint8_t *key = op->raw + STORE_OP_HEAD;
    size_t mask = survey->slot_count - 1;
    for (size_t i = (size_t)hash_bytes(key, op->key_size, op->kind) & mask;; i = (i + 1) & mask) {
        uint32_t number = survey->slots[i];
        if (number == 0) {
            return &survey->slots[i];
        }
        struct store_op other;
        store_op_head(survey->raws[number - 1], &other);
        if (other.kind == op->kind && other.key_size == op->key_size &&
            memcmp(other.raw + STORE_OP_HEAD, key, op->key_size) == 0) {
            return &survey->slots[i];
        }
    }
}

static void drop(struct survey *survey, size_t number)
{
    struct store_op op;
    store_op_head(survey->raws[number], &op);
    survey->dropped[number] = true;
    survey->bytes -= op.raw_size;
}

/* Mark what a later operation of the same key makes needless. */
static void drop_replaced(struct survey *survey)
{
    size_t number = 0;
    for (size_t i = 0; i < survey->owed->count; i++) {
        struct store_op op;
        size_t offset = 0;
        while (store_op_next(survey->owed->batches[i], &offset, &op)) {
            survey->raws[number++] = op.raw;
            survey->bytes += op.raw_size;
            if (!store_rule(op.kind)->is_replaced) {
                continue;
            }
            uint32_t *slot = find_slot(survey, &op);
            if (*slot != 0) {
                drop(survey, *slot - 1);
            }
            *slot = (uint32_t)number;
        }
    }
}

static void drop_events(struct survey *survey, size_t limit)
{
    struct store_owed *owed = survey->owed;
    for (uint32_t severity = 0; severity < VMM_SEVERITY_COUNT; severity++) {
        for (size_t i = 0; i < survey->op_count && survey->bytes > limit; i++) {
            struct store_op op;
            store_op_head(survey->raws[i], &op);
            if (survey->dropped[i] || op.severity != severity ||
                !store_rule(op.kind)->is_droppable) {
                continue;
            }
            drop(survey, i);
            owed->events_lost += op.kind == STORE_PUT_EVENT;
            owed->deliveries_lost += op.kind == STORE_PUT_DELIVERY;
        }
    }
}

/*
 * Write a batch again without what was dropped. Without memory for that it stays as it is, which
 * loses nothing.
 */
static void rewrite(const struct survey *survey, struct store_batch *batch, size_t first)
{
    struct store_batch kept = {0};
    buf_init(&kept.ops);
    struct store_op op;
    size_t offset = 0;
    for (size_t number = first; store_op_next(batch, &offset, &op); number++) {
        if (!survey->dropped[number]) {
            store_op_copy(&kept, &op);
        }
    }
    if (kept.rc != 0) {
        buf_finish(&kept.ops);
        return;
    }
    buf_finish(&batch->ops);
    batch->ops = kept.ops;
    batch->op_count = kept.op_count;
    batch->hard_count = kept.hard_count;
}

static void rewrite_all(const struct survey *survey, struct store_answers *given_up)
{
    struct store_owed *owed = survey->owed;
    bool is_full = survey->bytes + owed->count * sizeof(struct store_batch) > owed->max_bytes / 2;
    size_t number = 0;
    size_t kept = 0;
    owed->bytes = 0;
    for (size_t i = 0; i < owed->count; i++) {
        struct store_batch *batch = owed->batches[i];
        size_t count = batch->op_count;
        rewrite(survey, batch, number);
        number += count;
        if (batch->op_count == 0 && (batch->committed == NULL || is_full)) {
            batch->answer.rc = VMM_E_TOOBIG;
            store_answers_add(given_up, &batch->answer);
            continue;
        }
        owed->bytes += store_batch_size(batch);
        owed->batches[kept++] = batch;
    }
    owed->count = kept;
}

void store_owed_bound(struct store_owed *owed, struct store_answers *given_up)
{
    if (owed->bytes < owed->compact_at) {
        return;
    }
    struct survey survey;
    if (survey_init(&survey, owed) == 0) {
        drop_replaced(&survey);
        if (survey.bytes + owed->count * sizeof(struct store_batch) > owed->max_bytes) {
            /* Down to half, so that the next event does not begin the search again. */
            drop_events(&survey, owed->max_bytes / 2);
        }
        rewrite_all(&survey, given_up);
    }
    survey_finish(&survey);
    size_t doubled = owed->bytes * 2 < owed->max_bytes ? owed->bytes * 2 : owed->max_bytes;
    size_t least = owed->bytes + owed->max_bytes / 8;
    owed->compact_at = doubled > least ? doubled : least;
}
