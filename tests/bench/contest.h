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
#define CONTEST_TURNS  12

struct contestant {
    const char *name;
    void *arg;
    void (*go)(void *arg);
    void (*stop)(void *arg);
    /* Growing; the first is CPU time in microseconds. */
    double (*meters[CONTEST_METERS])(void *arg);
    struct farm *farm; /* what it looks at */
    uint32_t turn_ms;  /* of its own; 0: the contest's */
};

struct contest {
    struct contestant contestants[CONTEST_MAX];
    int count;
    int meters;
    uint32_t turn_ms;                                        /* the first third is left out */
    double cost[CONTEST_METERS][CONTEST_MAX][CONTEST_TURNS]; /* a look */
    double looks[CONTEST_MAX][CONTEST_TURNS];                /* in the window */
    double requests[CONTEST_MAX][CONTEST_TURNS];             /* a look */
};

/* All are stopped before and after. */
void contest_run(struct contest *contest);

/* So many rounds that are not noted: the looks a second of one of them. */
double contest_pace(struct contest *contest, int who, int rounds);

/* Add the figure of the first against another, by one meter; `unit` is what the meter counts. Contestants that
 * did not look at the same pace, or not with the same requests, leave it undecided. */
void contest_figure(const struct contest *contest, int other, int meter, const char *unit,
                    const char *name, double limit);

/* vmm as a contestant. */
struct contestant contest_subject(const char *name, struct subject *subject, struct farm *farm);

/* A peer, measured by its own time. */
struct contestant contest_peer(const char *name, struct child *peer, struct farm *farm);

#endif
