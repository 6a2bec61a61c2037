/* SPDX-License-Identifier: MIT */
#include "health/pace.h"

/* A sixteenth of the new one at a time, as RFC 3550 smooths the jitter of a stream. */
static uint32_t smooth(uint32_t mean, uint32_t value)
{
    return (uint32_t)((int64_t)mean + ((int64_t)value - (int64_t)mean) / 16);
}

void pace_take(struct pace *pace, uint32_t latency_us)
{
    uint32_t last = pace->latency_us;
    uint32_t change = latency_us > last ? latency_us - last : last - latency_us;
    pace->smooth_us = pace->looks == 0 ? latency_us : smooth(pace->smooth_us, latency_us);
    pace->jitter_us =
        pace->looks <= 1 ? (pace->looks == 0 ? 0 : change) : smooth(pace->jitter_us, change);
    pace->latency_us = latency_us;
    pace->looks += pace->looks < UINT32_MAX;
}
