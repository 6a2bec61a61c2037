/* SPDX-License-Identifier: MIT */
/* What pairs of measurements say, with the interval that holds the truth in 95 of 100 runs. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

struct estimate {
    double value;
    double low; /* of the 95 % interval */
    double high;
};

/* The geometric mean of a[i] / b[i], with Student's t on the logarithms. All must be above 0; count >= 2. */
struct estimate stats_ratio(const double *a, const double *b, size_t count);

/* The mean, with Student's t. count >= 2. */
struct estimate stats_mean(const double *a, size_t count);

/* The middle one; 0 of none. */
double stats_median(const double *a, size_t count);

#endif
