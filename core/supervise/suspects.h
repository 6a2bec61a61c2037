/* SPDX-License-Identifier: MIT */
/*
 * Which device makes a provider crash.
 *
 * A crash makes everything that was under way suspect. Suspects are run again one at a time in a host of their
 * own; only a device that was alone under way at two crashes is left out: for an hour, and twice as long each
 * time it does it again.
 */
#ifndef SUPERVISE_SUSPECTS_H
#define SUPERVISE_SUSPECTS_H

#include <stdbool.h>
#include <stdint.h>

#define SUSPECT_FIRST_US   3600000000ull        /* an hour */
#define SUSPECT_LONGEST_US (86400000000ull * 7) /* a week */

/* What is remembered of a device; all zero for one that never was suspect. */
struct suspect {
    uint8_t lone_crashes; /* while it was the only one under way */
    uint8_t rounds;       /* times it was left out */
    bool suspect;         /* to be run alone */
    uint64_t until_us;    /* left out until then, by a monotonic clock; 0: not */
};

/* The host crashed while `under_way` devices, this one among them, were being looked at. True when it is left
 * out from now on. */
bool suspect_crash(struct suspect *suspect, uint32_t under_way, uint64_t now_us);

/* A look at it ended without a crash. */
void suspect_clear(struct suspect *suspect);

/* True while it is left out; after that it is run alone. */
bool suspect_is_out(const struct suspect *suspect, uint64_t now_us);

#endif
