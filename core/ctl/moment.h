/* SPDX-License-Identifier: MIT */
/* Times as an operator writes them: RFC 3339, or a span such as 30m, 6h, 2d. */
#ifndef CTL_MOMENT_H
#define CTL_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* "90s", "30m", "6h" or "2d" before now (`sign` -1) or from now on (1), else as it stands. False when it is no time at
 * all. */
bool moment_read(const char *text, int sign, int64_t now_us, char out[CLOCK_TEXT_SIZE]);

#endif
