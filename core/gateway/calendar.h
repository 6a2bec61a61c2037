/* SPDX-License-Identifier: MIT */
/* When a place is open: spans of the week, less closed days and holidays, with special days of their own hours. */
#ifndef GATEWAY_CALENDAR_H
#define GATEWAY_CALENDAR_H

#include <stddef.h>

#include "gateway/window.h"

/* Days on which nothing is open, both included, as days since 1970-01-01. */
struct closed_days {
    int64_t first;
    int64_t last;
    bool yearly; /* again each year, up to the day `until` */
    int64_t until;
};

struct special_day {
    int64_t day;
    struct window window; /* its weekdays are not looked at */
};

struct calendar {
    char *name;
    struct window *open; /* none: always, but for closed days */
    size_t open_count;
    struct closed_days *closed;
    size_t closed_count;
    struct special_day *special;
    size_t special_count;
};

/* NULL without memory. */
struct calendar *calendar_create(const char *name);
void calendar_destroy(struct calendar *calendar);

/* Add "mon-fri 08:00-18:00"; "2026-12-25" or "2026-12-24..2027-01-02"; "2026-12-24 08:00-12:00". 0, VMM_E_INVAL when
 * the text is none, VMM_E_NOMEM. */
int calendar_add_open(struct calendar *calendar, const char *text);
int calendar_add_closed(struct calendar *calendar, const char *text);
int calendar_add_special(struct calendar *calendar, const char *text);
int calendar_add_days(struct calendar *calendar, const struct closed_days *days);

/* True when the place is open at this instant. A special day has its own hours, whatever else is said of it. */
bool calendar_is_open(const struct calendar *calendar, const struct zone *zone, int64_t time);

/* How many seconds before `time` belong to days without any opening, going back until `days` times 24 hours of other
 * days have been. A night's span belongs to the day it begins on. After a year of closed days they count as others. */
int64_t calendar_closed_before(const struct calendar *calendar, const struct zone *zone,
                               int64_t time, uint32_t days);

#endif
