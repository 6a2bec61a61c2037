/* SPDX-License-Identifier: MIT */
/* Holidays from an iCalendar file (RFC 5545): the whole days of its events. */
#ifndef GATEWAY_ICS_H
#define GATEWAY_ICS_H

#include <stddef.h>

#include "gateway/calendar.h"

#define ICS_SIZE_MAX (1u << 20)

/* Called for each event. A negative answer ends the reading. */
typedef int (*ics_days_fn)(void *arg, const struct closed_days *days);

/* Read the events of `text`. An event is a day, or the days from DTSTART to before DTEND; RRULE may be FREQ=YEARLY with
 * UNTIL or COUNT and INTERVAL=1. How many events were understood; *skipped counts the others. VMM_E_INVAL: no
 * calendar; or what `days` answered. */
int ics_parse(const char *text, size_t size, ics_days_fn days, void *arg, size_t *skipped);

#endif
