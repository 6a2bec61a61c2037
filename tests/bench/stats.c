/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The 97.5th percentile of Student's t by degrees of freedom; beyond the table it is close to the normal's. */
static double t_factor(size_t freedom)
{
    static const double table[] = {0,     12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365,
                                   2.306, 2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
                                   2.120, 2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069,
                                   2.064, 2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
    size_t last = sizeof(table) / sizeof(table[0]) - 1;
    return freedom <= last ? table[freedom] : 1.96 + 2.5 / (double)freedom;
}

struct estimate stats_mean(const double *a, size_t count)
{
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += a[i];
    }
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++) {
        squares += (a[i] - mean) * (a[i] - mean);
    }
    double error = sqrt(squares / (double)(count - 1) / (double)count);
    double half = t_factor(count - 1) * error;
    return (struct estimate){.value = mean, .low = mean - half, .high = mean + half};
}

struct estimate stats_ratio(const double *a, const double *b, size_t count)
{
    double *logs = malloc(count * sizeof(*logs));
    if (logs == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        logs[i] = log(a[i] / b[i]);
    }
    struct estimate of_logs = stats_mean(logs, count);
    free(logs);
    return (struct estimate){
        .value = exp(of_logs.value), .low = exp(of_logs.low), .high = exp(of_logs.high)};
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

double stats_median(const double *a, size_t count)
{
    double *sorted = malloc(count * sizeof(*sorted));
    if (count == 0 || sorted == NULL) {
        free(sorted);
        return 0;
    }
    memcpy(sorted, a, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    double middle =
        count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
    free(sorted);
    return middle;
}
