/* SPDX-License-Identifier: MIT */
#include "slice.h"

/* Allocations within a sample: looks make a tenth of these, the rows of a slice five times as many. */
#define BUSY 3000u
#define CALM 5u

bool slice_ended(struct slice_watch *watch, uint64_t counted)
{
    uint64_t more = watch->has_begun ? counted - watch->counted : 0;
    watch->has_begun = true;
    watch->counted = counted;
    if (more >= BUSY) {
        watch->inside = true;
        watch->calm = 0;
        return false;
    }
    watch->calm++;
    bool ended = watch->inside && watch->calm == CALM;
    watch->inside = watch->inside && !ended;
    return ended;
}
