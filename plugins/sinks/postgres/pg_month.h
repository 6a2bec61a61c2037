/* SPDX-License-Identifier: MIT */
/* Months of UTC, as numbers that count on: the partitions of ai_event. Pure. */
#ifndef PG_MONTH_H
#define PG_MONTH_H

#include <stdint.h>

/* The month of a time in microseconds since 1970 UTC: 12 * year + month - 1. */
int32_t pg_month_of(int64_t wall_us);

#define PG_MONTH_TEXT 24

/* "2026-11-01". Returns `text`. */
const char *pg_month_text(int32_t month, char text[PG_MONTH_TEXT]);

#endif
