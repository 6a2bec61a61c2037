/* SPDX-License-Identifier: MIT */
/*
 * Spans of a site's local day, "mon-fri 08:00-18:00". On the day a clock is changed a span runs from the first time its
 * start is shown to the last time its end is; a start that is never shown is the instant the clock is set.
 */
#ifndef GATEWAY_WINDOW_H
#define GATEWAY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/zone.h"

struct window {
    uint32_t weekdays; /* bit n: weekday n, 0 Sunday */
    int64_t from;      /* seconds of the day */
    int64_t to;        /* not above `from`: of the next day */
};

#define WINDOW_DAILY 127u

/* "08:00-18:00", with days before it or without: "mon-fri …", "sat,sun …", "daily …". False: no such text. */
bool window_parse(const char *text, struct window *out);

/* "mon" … "sun" as 0 Sunday to 6; false: no such word. */
bool window_parse_day(const char *text, uint32_t *weekday);

/* The instants of the span that begins on the local day with this midnight (civil seconds). */
void window_span(const struct window *window, const struct zone *zone, int64_t midnight,
                 int64_t *begin, int64_t *end);

/* The span of today or of yesterday that `time` lies in; false: in none. */
bool window_current(const struct window *window, const struct zone *zone, int64_t time,
                    int64_t *begin, int64_t *end);

/* True when `time` lies in the span of today or of yesterday. */
bool window_holds(const struct window *window, const struct zone *zone, int64_t time);

/* The last instant up to `time` at which the clock began to show this second of a day: when a daily job was due. */
int64_t window_last_start(const struct zone *zone, int64_t second, int64_t time);

#endif
