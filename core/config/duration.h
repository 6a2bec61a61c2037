/* SPDX-License-Identifier: MIT */
/* Durations: a whole number with its unit, ms, s, m, h or d. */
#ifndef CONFIG_DURATION_H
#define CONFIG_DURATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define DURATION_MAX_MS   (3650ll * 86400 * 1000) /* ten years */
#define DURATION_TEXT_MAX 32

/* Read "4m" as 240000. VMM_E_INVAL: no duration; VMM_E_RANGE: over DURATION_MAX_MS. */
int duration_parse(const char *text, int64_t *ms);

/* Write it with the largest unit that loses nothing. Returns `text`. */
const char *duration_text(int64_t ms, char text[DURATION_TEXT_MAX]);

/* Append the expression of exactly the durations from min_ms to max_ms. */
void duration_pattern(struct buf *out, int64_t min_ms, int64_t max_ms);

#endif
