/* SPDX-License-Identifier: MIT */
/* The figures of a run: a table for people, a JSON array for programs. */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "stats.h"

struct figure {
    const char *name;
    struct estimate estimate;
    const char *unit;
    double baseline; /* what the other side of a ratio came to; not a number: no ratio */
    double limit;    /* the most it may be */
    bool is_least;   /* no: the least it has to be */
    bool unmeasured; /* it could not be measured here: undecided, without a value */
    char note[200];  /* one line for people */
};

/* Collects figures; copies what it is given. All of it is of one thread. */
void figure_add(const struct figure *figure);

/* "ok": the upper end is inside the limit; "missed": the lower end is outside; else "undecided". */
const char *figure_verdict(const struct figure *figure);

void figure_print_table(void);

/* 0, or -1 with a line on standard error. */
int figure_write_json(const char *path);

/* Whether any was missed. */
bool figure_any_missed(void);

#endif
