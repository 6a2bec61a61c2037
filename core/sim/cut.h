/* SPDX-License-Identifier: MIT */
/*
 * Cuts: the machine that watches loses its network, while the devices are well. The kernel tells it when its carrier,
 * its address or its route is gone; behind a router that is silent only its references tell, where it has some.
 */
#ifndef SIM_CUT_H
#define SIM_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/plan.h"

#define CUT_REFERENCES 2u /* addresses that the node asks, where it asks any */

struct cut {
    int64_t start;
    int64_t end;
    uint32_t why; /* ISOLATION_* */
    bool
        waits; /* from `start` on it waits for a look, to come just before its answer is taken in */
};

struct cuts {
    struct cut *all; /* one after the other */
    uint32_t count;
    bool has_references;
    struct cut *next; /* the one that waits now; NULL */
};

struct attempt;
struct sim;

void cuts_init(struct sim *sim);
void cuts_finish(struct sim *sim);

/* One begins, ends, or is over for a while. */
void cut_happens(struct sim *sim, uint32_t number);

/* The cut that lasts at `at`; NULL. */
const struct cut *cut_at(const struct cuts *cuts, int64_t at);

/* The first one that lasts, or begins, between the two; NULL. */
const struct cut *cut_between(const struct cuts *cuts, int64_t from, int64_t until);

/* What a cut makes of an attempt that was begun at `at`. */
void cut_attempt(struct sim *sim, struct attempt *attempt, int64_t at, int64_t deadline_us);

#endif
