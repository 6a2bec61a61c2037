/* SPDX-License-Identifier: MIT */
/*
 * What will happen, by time; of one time in the order in which it was put in, so that a run can be had again.
 *
 * It is a sorted array, the next at its end. Nearly all that is put in are the ends of looks, a fraction of a second
 * ahead, and pass only the few that are sooner still; all else that waits lies below and is not touched. With ten
 * looks under way this costs half of what a heap does, with a thousand no more.
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum happening_kind {
    HAPPENING_LOOK_END, /* `number`: the slot of the look */
    HAPPENING_COMMIT,
    HAPPENING_AGAIN,      /* the journal from `number` on is handed to the gateway again */
    HAPPENING_ARRIVE,     /* a message reaches its destination; `thing`: the letter, owned */
    HAPPENING_ANSWER,     /* what the sink says of it; `thing`: the letter, owned */
    HAPPENING_CHECK,      /* `number`: the outage that has to be known by now */
    HAPPENING_CREDENTIAL, /* the operator sets that of device `number` */
    HAPPENING_WISH,       /* the operator asks for something, or takes it back */
    HAPPENING_OWED,       /* whatever nobody asked to be spared has to be told by now */
    HAPPENING_CUT,        /* the network of the node goes, or comes back */
    HAPPENING_TROUBLE     /* a crash, a pause, a step of the clock */
};

struct happening {
    int64_t at;
    void *thing;
    enum happening_kind kind;
    uint32_t number;
    uint32_t life; /* of the node it belongs to */
};

struct heap {
    struct happening *items; /* the last is the next */
    size_t count;
    size_t room;
};

void heap_init(struct heap *heap);

/* Release each thing that is left by `destroy`, and the heap. */
void heap_finish(struct heap *heap, void (*destroy)(void *thing));

/* A place for what happens at `at`, to be filled at once. */
struct happening *heap_place(struct heap *heap, int64_t at);

static inline void heap_put(struct heap *heap, struct happening what)
{
    *heap_place(heap, what.at) = what;
}

/* The time of the next; INT64_MAX when there is none. */
int64_t heap_next(const struct heap *heap);

/* Take the next; there must be one. */
struct happening heap_take(struct heap *heap);

#endif
