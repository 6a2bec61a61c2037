/* SPDX-License-Identifier: MIT */
/* The POSIX TZ text at the end of a TZif file, "EST5EDT,M3.2.0,M11.1.0": what holds for ever after. */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H

#include "base/zone.h"

/* A day of the year on which the clock is set. */
struct zone_day {
    enum { ZONE_DAY_NONE, ZONE_DAY_MONTH, ZONE_DAY_JULIAN, ZONE_DAY_NUMBER } kind;
    int month; /* MONTH: 1 to 12, week 1 to 5 (5: the last), weekday 0 to 6 */
    int week;
    int weekday;
    int number;     /* JULIAN: 1 to 365 without the leap day; NUMBER: 0 to 365 */
    int32_t second; /* of that day, by the clock before it is set; may be below 0 or over a day */
};

struct zone_rule {
    struct zone_type standard;
    struct zone_type summer;
    struct zone_day begin; /* kind NONE: there is no summer time */
    struct zone_day end;
};

/* False: not such a text. */
bool zone_rule_parse(const char *text, struct zone_rule *out);

/* What holds at an instant. */
void zone_rule_at(const struct zone_rule *rule, int64_t time, struct zone_type *out);

#endif
