/* SPDX-License-Identifier: MIT */
/* Seeded chance: the same seed gives the same farm, bit for bit. Not for secrets. */
#ifndef FARM_RNG_H
#define FARM_RNG_H

#include <stdint.h>

/* A well mixed 64-bit value of X (the finaliser of splitmix64). */
uint64_t rng_mix(uint64_t x);

/* The next value of the sequence kept in *STATE. Any state is a good one. */
uint64_t rng_next(uint64_t *state);

/* A number from 0 (included) to 1 (not included). */
double rng_unit(uint64_t *state);

/* A log-normal time with this MEDIAN and 99th percentile P99 (same unit, MEDIAN > 0, P99 >= MEDIAN). */
double rng_lognormal(uint64_t *state, double median, double p99);

#endif
