/* SPDX-License-Identifier: MIT */
/* How long to wait before the next attempt at a destination. */
#ifndef GATEWAY_BACKOFF_H
#define GATEWAY_BACKOFF_H

#include <stdint.h>

#define BACKOFF_FIRST_US 1000000ull
#define BACKOFF_MAX_US   300000000ull

/* Exponential from 1 s to 5 min with full jitter, but never before the time the destination asked for.
 * `failures` counts the one just seen. */
uint64_t backoff_pause(uint32_t failures, uint64_t asked_us, uint64_t random);

#endif
