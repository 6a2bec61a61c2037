/* SPDX-License-Identifier: MIT */
#include "slice.h"

/* Allocations of a sample on time: looks make a tenth of these, the rows of a slice five times as many. A sample that
 * comes late has more of the looks' in it, at most so many a millisecond. */
#define BUSY    3000u
#define LOOKS   12u
#define CALM_US (5 * SLICE_SAMPLE_MS * 1000u)

static bool is_busy(uint64_t counted, uint64_t took_us)
{
    uint64_t took_ms = took_us / 1000;
    uint64_t late_ms = took_ms > SLICE_SAMPLE_MS ? took_ms - SLICE_SAMPLE_MS : 0;
    return counted >= BUSY + late_ms * LOOKS;
}

bool slice_ended(struct slice_watch *watch, uint64_t now_us, uint64_t counted)
{
    bool busy = watch->at_us != 0 && is_busy(counted - watch->counted, now_us - watch->at_us);
    watch->at_us = now_us;
    watch->counted = counted;
    if (busy) {
        watch->inside = true;
        watch->busy_us = now_us;
        return false;
    }
    bool ended = watch->inside && now_us - watch->busy_us >= CALM_US;
    watch->inside = watch->inside && !ended;
    return ended;
}
