/* SPDX-License-Identifier: MIT */
/*
 * Contestants look at the same devices at the same pace, one after another: A B A B …, so that what disturbs the
 * machine disturbs both. Of each turn the first part is left out, while looks under way build up; so is the whole
 * first round.
 */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include "farm.h"
#include "subject.h"

#define CONTEST_MAX    3
#define CONTEST_METERS 3
#define CONTEST_TURNS  12 /* where a contest does not say */
#define CONTEST_MOST   24

struct contestant {
    const char *name;
    void *arg;
    void (*go)(void *arg); /* NULL: it runs all the time, and its windows have no lead */
    void (*stop)(void *arg);
    /* Growing; the first is CPU time in microseconds. */
    double (*meters[CONTEST_METERS])(void *arg);
    struct farm *farm; /* what it looks at */
    bool own_pace;     /* it cannot keep the pace of the first, and is not held to it */
};

struct contest {
    struct contestant contestants[CONTEST_MAX];
    int count;
    int meters;
    int turns;        /* that are noted, at most CONTEST_MOST; 0: CONTEST_TURNS */
    uint32_t turn_ms; /* where it begins and ends, the first third is left out */
    double cost[CONTEST_METERS][CONTEST_MAX][CONTEST_MOST]; /* a look */
    double looks[CONTEST_MAX][CONTEST_MOST];                /* in the window */
    double requests[CONTEST_MAX][CONTEST_MOST];             /* a look */
};

/* All are stopped before and after. */
void contest_run(struct contest *contest);

/* Add the figure of the first against another, by one meter; `unit` is what the meter counts. Contestants that
 * did not look at the same pace, or not with the same requests, leave it undecided. */
void contest_figure(const struct contest *contest, int other, int meter, const char *unit,
                    const char *name, double limit);

/* vmm as a contestant. */
struct contestant contest_subject(const char *name, struct subject *subject, struct farm *farm);

/* A peer, measured by its own time. */
struct contestant contest_peer(const char *name, struct child *peer, struct farm *farm);

#endif
