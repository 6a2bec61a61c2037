/* SPDX-License-Identifier: MIT */
/* The gateway of a node, by its own objects: fed from the journal, its effects on disk, its messages on their way. */
#ifndef SIM_PEOPLE_H
#define SIM_PEOPLE_H

#include "gateway/gateway.h"
#include "sim/sim.h"

struct people {
    struct sim *sim;
    struct gateway *gateway;
    struct policy *policy;
    struct zone *zone;
    struct letter **letters; /* they go out with the next commit */
    size_t letter_count;
    size_t letter_room;
};

/* A start: what is on disk goes on. */
struct people *people_create(struct sim *sim);
void people_destroy(struct people *people);

/* All that gathered is on disk; `grown`: the journal has more. */
void people_committed(struct people *people, bool grown);

/* What was read of the journal from this number on comes again. */
void people_read_again(struct people *people, uint32_t from);

/* When it wants to be woken. */
int64_t people_next(const struct people *people);
void people_wake(struct people *people);

/* What the sink says of a message. */
void people_answered(struct people *people, const struct letter *letter);

/* What it has in memory is on disk. NULL is allowed. */
void people_check_disk(const struct people *people);

/* Nobody is owed anything. NULL is allowed. */
void people_check_end(const struct people *people);

#endif
