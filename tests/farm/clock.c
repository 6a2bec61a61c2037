/* SPDX-License-Identifier: MIT */
#include "farm/clock.h"

#include <time.h>

void clock_format(const struct clock *clock, int64_t wall_us, bool local, const char *format,
                  struct out *out)
{
    time_t seconds = (time_t)(wall_us / 1000000 + clock->offset_s);
    if (local) {
        seconds += (time_t)clock->zone_min * 60;
    }
    struct tm parts = {0};
    if (gmtime_r(&seconds, &parts) == NULL) {
        return;
    }
    char text[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    /* The format is the personality's: that is what the variable {date:FORMAT} is. */
    size_t length = strftime(text, sizeof text, format, &parts);
#pragma GCC diagnostic pop
    out_bytes(out, text, length);
}
