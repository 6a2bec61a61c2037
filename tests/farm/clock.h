/* SPDX-License-Identifier: MIT */
/* The clock of a simulated device: the farm's own time, moved, in a zone. */
#ifndef FARM_CLOCK_H
#define FARM_CLOCK_H

#include "farm/text.h"

struct clock {
    int64_t offset_s; /* how far the device's clock is ahead of the true time */
    int32_t zone_min; /* minutes east of UTC */
};

/* Appends the device's local time at WALL_US (microseconds since 1970), written by the strftime
 * FORMAT in the C locale. LOCAL false: the device's idea of UTC. */
void clock_format(const struct clock *clock, int64_t wall_us, bool local, const char *format,
                  struct out *out);

#endif
