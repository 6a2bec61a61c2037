/* SPDX-License-Identifier: MIT */
/* What one run is made of: all of it follows from the options and the seed. */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/loss.h"

#define PLAN_S   INT64_C(1000000)
#define PLAN_MIN (60 * PLAN_S)
#define PLAN_H   (60 * PLAN_MIN)
#define PLAN_DAY (24 * PLAN_H)

struct plan_options {
    uint64_t first_seed;
    uint32_t seeds;
    uint32_t devices; /* 0: small fleets, another one with each seed, and every kind of trouble */
    uint32_t outages;
    double days;
    struct loss_model loss;
    bool bare;  /* schedule, judging and causes alone: no journal, no messages, nothing checked */
    bool trace; /* what happens is told on standard error */
};

struct plan {
    uint64_t seed;
    uint32_t devices;
    uint32_t outages;
    int64_t span_us;
    struct loss_model loss;
    bool bare;
    bool trace;
    int64_t shortest_us; /* outages last from this */
    int64_t longest_us;
    bool small;       /* every other outage is short: it is over before all have heard of it */
    bool overlaps;    /* outages of a site may meet */
    uint32_t crashes; /* of vmmd */
    uint32_t pauses;  /* of its machine */
    uint32_t steps;   /* of its wall clock */
    uint32_t cuts;    /* of its network */
    bool accounts;    /* devices want logins, and passwords are changed */
    uint32_t wishes;  /* what the operator does: asks to be spared something, or takes it back */
    bool faults;      /* destinations refuse, hang, and drop what they have taken */
};

/* Read the arguments; false when they are wrong or help is asked for: usage was printed. */
bool plan_read(int argc, char **argv, struct plan_options *options);

/* The plan of one seed. */
void plan_make(const struct plan_options *options, uint64_t seed, struct plan *plan);

#endif
