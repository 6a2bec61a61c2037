/* SPDX-License-Identifier: MIT */
#include "farm/rng.h"

#include <math.h>

/* The 99 % quantile of the standard normal distribution. */
#define NORMAL_Q99 2.3263478740408408
#define TWO_PI     6.283185307179586

uint64_t rng_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t rng_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return rng_mix(*state);
}

double rng_unit(uint64_t *state)
{
    return (double)(rng_next(state) >> 11) * 0x1.0p-53;
}

double rng_lognormal(uint64_t *state, double median, double p99)
{
    double sigma = log(p99 / median) / NORMAL_Q99;
    /* Box-Muller; 1 - u keeps the logarithm's argument above zero. */
    double radius = sqrt(-2.0 * log(1.0 - rng_unit(state)));
    double normal = radius * cos(TWO_PI * rng_unit(state));
    return median * exp(sigma * normal);
}
