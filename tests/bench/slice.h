/* SPDX-License-Identifier: MIT */
/*
 * When vmmd has just written a slice of soft rows. A window that begins and ends there has whole slices in it: what is
 * counted over it, and divided by looks, does not depend on where the window lay.
 */
#ifndef BENCH_SLICE_H
#define BENCH_SLICE_H

#include <stdbool.h>
#include <stdint.h>

#define SLICE_SAMPLE_MS 50u

struct slice_watch {
    uint64_t at_us; /* the last sample; 0: none yet */
    uint64_t counted;
    uint64_t busy_us; /* the last sample with rows in it */
    bool inside;
};

/* Told the allocations so far, every SLICE_SAMPLE_MS or, on a busy machine, later: whether a slice was over a few
 * samples ago. */
bool slice_ended(struct slice_watch *watch, uint64_t now_us, uint64_t counted);

#endif
