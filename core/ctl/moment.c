/* SPDX-License-Identifier: MIT */
#include "ctl/moment.h"

#include <stdio.h>
#include <string.h>

bool moment_read(const char *text, int sign, int64_t now_us, char out[CLOCK_TEXT_SIZE])
{
    static const char units[] = "smhd";
    static const int64_t seconds[] = {1, 60, 3600, 86400};
    long count = 0;
    char unit = '\0';
    int used = 0;
    int64_t at = 0;
    if (sscanf(text, "%9ld%c%n", &count, &unit, &used) == 2 && text[used] == '\0' && count >= 0) {
        const char *found = strchr(units, unit);
        if (found == NULL || unit == '\0') {
            return false;
        }
        clock_text(now_us + sign * count * seconds[found - units] * (int64_t)CLOCK_S, out);
        return true;
    }
    if (clock_parse(text, &at) != 0) {
        return false;
    }
    clock_text(at, out);
    return true;
}
