/* SPDX-License-Identifier: MIT */
/* Means and their intervals, against values worked out by hand. */
#include <criterion/criterion.h>
#include <math.h>

#include "stats.h"

static void expect_near(double got, double want, double within)
{
    cr_expect(fabs(got - want) <= within, "%g is not %g", got, want);
}

Test(bench_stats, a_mean_has_the_interval_of_student)
{
    const double values[] = {1, 2, 3, 4, 5};
    struct estimate mean = stats_mean(values, 5);
    /* Standard deviation 1.5811, of the mean 0.7071, times 2.776 for four degrees of freedom. */
    expect_near(mean.value, 3, 1e-9);
    expect_near(mean.low, 3 - 1.963, 1e-3);
    expect_near(mean.high, 3 + 1.963, 1e-3);
}

Test(bench_stats, twelve_values_have_eleven_degrees_of_freedom)
{
    const double values[] = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
    struct estimate mean = stats_mean(values, 12);
    expect_near(mean.value, 0, 1e-9);
    expect_near(mean.high, 2.201 * sqrt(12.0 / 11) / sqrt(12), 1e-3);
}

Test(bench_stats, many_values_come_close_to_the_normal_distribution)
{
    double values[1000];
    for (int i = 0; i < 1000; i++) {
        values[i] = i % 2 == 0 ? 1 : -1;
    }
    expect_near(stats_mean(values, 1000).high, 1.962 / sqrt(1000), 1e-3);
}

Test(bench_stats, equal_ratios_leave_no_doubt)
{
    const double ours[] = {2, 4, 6, 100};
    const double theirs[] = {1, 2, 3, 50};
    struct estimate ratio = stats_ratio(ours, theirs, 4);
    expect_near(ratio.value, 2, 1e-9);
    expect_near(ratio.low, 2, 1e-9);
    expect_near(ratio.high, 2, 1e-9);
}

Test(bench_stats, the_mean_of_ratios_is_geometric)
{
    const double ours[] = {1, 4};
    const double theirs[] = {1, 1};
    struct estimate ratio = stats_ratio(ours, theirs, 2);
    expect_near(ratio.value, 2, 1e-9);
    /* On the logarithms: mean log 2, error log 2, 12.706 for one degree of freedom. */
    expect_near(log(ratio.high / ratio.value), 12.706 * log(2), 1e-6);
    expect_near(log(ratio.value / ratio.low), 12.706 * log(2), 1e-6);
    expect_near(stats_ratio(theirs, ours, 2).value, 0.5, 1e-9);
}

Test(bench_stats, the_median_is_the_middle)
{
    const double values[] = {9, 1, 5, 3};
    expect_near(stats_median(values, 3), 5, 0);
    expect_near(stats_median(values, 4), 4, 0);
    expect_near(stats_median(values, 0), 0, 0);
}
