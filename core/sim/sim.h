/* SPDX-License-Identifier: MIT */
/*
 * One run: the world, the node that watches it, what the node has on disk, those whom it tells, and who looks over its
 * shoulder. Time is microseconds of the node's monotonic clock; its wall clock is that plus an offset that can jump.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "base/rng.h"
#include "cause/cause.h"
#include "gateway/alarm.h"
#include "sim/account.h"
#include "sim/check.h"
#include "sim/cut.h"
#include "sim/disk.h"
#include "sim/figures.h"
#include "sim/agenda.h"
#include "sim/operator.h"
#include "sim/receiver.h"
#include "sim/world.h"

#define SIM_BEGIN (10 * PLAN_S)
#define SIM_WALL  INT64_C(1795300141000000) /* 2026-11-21 22:29:01 UTC, at monotonic 0 */

struct node;
struct people;

struct sim {
    struct plan plan;
    struct world world;
    struct disk disk;
    struct agenda agenda;
    struct check check;
    struct figures figures;
    struct receivers receivers;
    struct operator_desk desk;
    struct cuts cuts;
    struct node *node;        /* NULL: it is down */
    struct people *people;    /* NULL: it is down, or there is none */
    struct account *accounts; /* one a device; NULL: nobody has to log in */
    struct rng rng;
    int64_t now;
    int64_t wall_offset;
    int64_t paused_until; /* the machine stands still */
    uint32_t life;        /* of the node: grows with each start */
    bool committing;      /* a commit is on its way */
    uint32_t crashes;     /* left that come in the middle of something */
};

static inline int64_t sim_wall(const struct sim *sim)
{
    return sim->now + sim->wall_offset;
}

static inline struct cause_time sim_time(const struct sim *sim)
{
    return (struct cause_time){.wall_us = sim_wall(sim), .mono_us = sim->now};
}

static inline struct gateway_now sim_gateway_now(const struct sim *sim)
{
    return (struct gateway_now){.wall = sim_wall(sim), .mono = (uint64_t)sim->now};
}

/* Rows have gathered: they become durable soon. */
void sim_commit_soon(struct sim *sim);

/* Tell it when a trace is asked for. */
void sim_trace(const struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A number from 0 to n - 1. */
static inline uint64_t sim_below(struct sim *sim, uint64_t n)
{
    return rng_below(&sim->rng, n);
}

/* Run the plan from its start to its end. */
void sim_run(struct sim *sim, const struct plan *plan);
void sim_finish(struct sim *sim);

#endif
