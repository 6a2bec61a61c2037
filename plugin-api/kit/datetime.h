/* SPDX-License-Identifier: MIT */
/*
 * Dates and times as devices write them. No locale, no TZ variable, no table of zones.
 */
#ifndef VMM_KIT_DATETIME_H
#define VMM_KIT_DATETIME_H

#include <kit/text.h>

/* What a device said: its own wall clock, and its zone when it named one. */
struct vmm_datetime {
    int32_t year;   /* 1 to 9999 */
    int32_t month;  /* 1 to 12 */
    int32_t day;    /* 1 to 31 */
    int32_t hour;   /* 0 to 23 */
    int32_t minute; /* 0 to 59 */
    int32_t second; /* 0 to 60 */
    int32_t millisecond;
    int32_t zone_minutes; /* east of UTC; has_zone tells whether it was named */
    bool has_zone;
};

#define VMM_ZONE_MIN (-14 * 60) /* minutes east of UTC; real zones lie within -12 h and +14 h */
#define VMM_ZONE_MAX (14 * 60)

/*
 * Read the whole of `text` by `format`, strptime's letters:
 *   %Y year, 4 digits   %y year, 2 digits (69 to 99: 19xx)   %m %d (or %e) %H %M %S numbers, 1 or 2
 * digits %I hour of 12 with %p (AM, PM)   %b %B month and %a %A weekday in English, short or long
 * (the weekday is not checked)   %f fraction of a second   %F = %Y-%m-%d   %T = %H:%M:%S   %z zone:
 * Z, +hh, +hhmm, +hh:mm   %s seconds since 1970 UTC   %% a per cent sign A space in the format
 * stands for any number of spaces; all else stands for itself. 0; VMM_E_INVAL when text or format
 * do not fit; VMM_E_RANGE for a date or time that does not exist.
 */
int vmm_datetime_parse(struct vmm_text text, const char *format, struct vmm_datetime *out);

/* A zone alone: Z, UTC, GMT, +hh, +hhmm, +hh:mm, with UTC or GMT in front if it likes; minutes east
 * of UTC. POSIX TZ names (CST-8), whose sign runs the other way, are refused. 0, VMM_E_INVAL or
 * VMM_E_RANGE. */
int vmm_datetime_zone(struct vmm_text text, int32_t *minutes);

/* Milliseconds since 1970 UTC of this wall clock in the zone `zone_minutes` east of UTC. */
int64_t vmm_datetime_epoch_ms(const struct vmm_datetime *local, int32_t zone_minutes);

/* Days from 1970-01-01 to this date of the Gregorian calendar. */
int64_t vmm_datetime_days(int32_t year, int32_t month, int32_t day);

/* The date of the day that is so many days after 1970-01-01; years 1 to 9999, what lies outside is
 * the nearest day inside. */
void vmm_datetime_date(int64_t days, int32_t *year, int32_t *month, int32_t *day);

#define VMM_DATETIME_TEXT_SIZE 24

/* Write the wall clock `ms` after 1970 began: 2024-01-31, `between` (" ", "T" or "%20"; more than three bytes of it are
 * left out), 23:59:59. What lies before 1970 is its first second, what lies after the year 9999 its last. */
void vmm_datetime_print(int64_t ms, const char *between, char out[VMM_DATETIME_TEXT_SIZE]);

#endif
