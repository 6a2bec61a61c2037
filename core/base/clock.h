/* SPDX-License-Identifier: MIT */
/* Time as the shells read it. Decisions never call these: they are given their time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define CLOCK_MS 1000ull
#define CLOCK_S  1000000ull

/* Microseconds of CLOCK_MONOTONIC. */
uint64_t clock_mono_us(void);

/* The same, counting on while the machine is suspended (CLOCK_BOOTTIME). */
uint64_t clock_boot_us(void);

/* Microseconds since 1970-01-01 UTC. */
int64_t clock_wall_us(void);

/* A time span as timers want it. */
struct timeval clock_span(uint64_t us);

#define CLOCK_TEXT_SIZE 32

/* RFC 3339 in UTC with milliseconds, "2026-11-21T22:49:01.123Z", or "" for 0. Returns `text`. */
const char *clock_text(int64_t wall_us, char text[CLOCK_TEXT_SIZE]);

/* The reverse: reads RFC 3339 with any fraction and any offset. 0 or VMM_E_INVAL. */
int clock_parse(const char *text, int64_t *wall_us);

#endif
