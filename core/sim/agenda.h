/* SPDX-License-Identifier: MIT */
/*
 * What will happen, by time; of one time in the order in which it was put in, so that a run can be had again.
 *
 * It is a sorted array, the next at its end. Nearly all that is put in are the ends of looks, a fraction of a second
 * ahead, and pass only the few that are sooner still; all else that waits lies below and is not touched. With the ten
 * looks or so that are under way in a fleet of 10,000 this takes less than half of the time of a heap.
 */
#ifndef SIM_AGENDA_H
#define SIM_AGENDA_H

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

struct agenda {
    struct happening *items; /* the last is the next */
    size_t count;
    size_t room;
};

void agenda_init(struct agenda *agenda);

/* Release each thing that is left by `destroy`, and the agenda. */
void agenda_finish(struct agenda *agenda, void (*destroy)(void *thing));

/* A place for what happens at `at`, to be filled at once. */
struct happening *agenda_place(struct agenda *agenda, int64_t at);

static inline void agenda_put(struct agenda *agenda, struct happening what)
{
    *agenda_place(agenda, what.at) = what;
}

/* The time of the next; INT64_MAX when there is none. */
int64_t agenda_next(const struct agenda *agenda);

/* Take the next; there must be one. */
struct happening agenda_take(struct agenda *agenda);

#endif
