/* SPDX-License-Identifier: MIT */
/* Days and seconds of the Gregorian calendar, without zones: "civil" seconds count as if the clock showed UTC. */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define CIVIL_DAY 86400ll

struct civil {
    int64_t year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
    int hour;
    int minute;
    int second;
    int weekday; /* 0 Sunday to 6 Saturday */
};

/* Days since 1970-01-01 of a date. */
int64_t civil_days(int64_t year, int month, int day);

/* Civil seconds as a date and time. */
void civil_split(int64_t seconds, struct civil *out);

/* The start of the day that these civil seconds fall into. */
int64_t civil_midnight(int64_t seconds);

bool civil_is_leap(int64_t year);
int civil_month_days(int64_t year, int month);

/* Read "2026-12-25" or "20261225" as days since 1970-01-01. False: no date. */
bool civil_parse_date(const char *text, int64_t *days);

/* Read "08:30" (to "24:00") as seconds of a day. False: no time. */
bool civil_parse_time(const char *text, int64_t *seconds);

#endif
