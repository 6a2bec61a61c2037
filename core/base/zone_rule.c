/* SPDX-License-Identifier: MIT */
#include "base/zone_rule.h"

#include <ctype.h>
#include <string.h>

/* ---- reading ---- */

static bool read_number(const char **p, int max, int *out)
{
    if (!isdigit((unsigned char)**p)) {
        return false;
    }
    int value = 0;
    while (isdigit((unsigned char)**p)) {
        value = value * 10 + (**p - '0');
        if (value > max) {
            return false;
        }
        (*p)++;
    }
    *out = value;
    return true;
}

/* "CST" or "<+0330>". */
static bool read_name(const char **p, char name[ZONE_NAME_MAX])
{
    bool quoted = **p == '<';
    const char *from = *p + quoted;
    size_t length = 0;
    while (quoted
               ? isalnum((unsigned char)from[length]) || from[length] == '+' || from[length] == '-'
               : isalpha((unsigned char)from[length])) {
        length++;
    }
    if (length < 3 || length >= ZONE_NAME_MAX || (quoted && from[length] != '>')) {
        return false;
    }
    memcpy(name, from, length);
    name[length] = '\0';
    *p = from + length + quoted;
    return true;
}

/* "[+-]h[h][h][:mm[:ss]]" in seconds. */
static bool read_clock(const char **p, int max_hours, int32_t *out)
{
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    bool negative = **p == '-';
    *p += **p == '-' || **p == '+';
    if (!read_number(p, max_hours, &hours)) {
        return false;
    }
    if (**p == ':') {
        (*p)++;
        if (!read_number(p, 59, &minutes)) {
            return false;
        }
        if (**p == ':') {
            (*p)++;
            if (!read_number(p, 59, &seconds)) {
                return false;
            }
        }
    }
    int32_t value = hours * 3600 + minutes * 60 + seconds;
    *out = negative ? -value : value;
    return true;
}

static bool read_month_day(const char **p, struct zone_day *day)
{
    day->kind = ZONE_DAY_MONTH;
    if (!read_number(p, 12, &day->month) || day->month < 1 || *(*p)++ != '.') {
        return false;
    }
    if (!read_number(p, 5, &day->week) || day->week < 1 || *(*p)++ != '.') {
        return false;
    }
    return read_number(p, 6, &day->weekday);
}

static bool read_day(const char **p, struct zone_day *day)
{
    bool good;
    *day = (struct zone_day){.second = 2 * 3600};
    if (*(*p)++ != ',') {
        return false;
    }
    if (**p == 'M') {
        (*p)++;
        good = read_month_day(p, day);
    } else if (**p == 'J') {
        (*p)++;
        day->kind = ZONE_DAY_JULIAN;
        good = read_number(p, 365, &day->number) && day->number >= 1;
    } else {
        day->kind = ZONE_DAY_NUMBER;
        good = read_number(p, 365, &day->number);
    }
    if (good && **p == '/') {
        (*p)++;
        good = read_clock(p, 167, &day->second);
    }
    return good;
}

bool zone_rule_parse(const char *text, struct zone_rule *out)
{
    const char *p = text;
    int32_t west;
    *out = (struct zone_rule){0};
    if (!read_name(&p, out->standard.name) || !read_clock(&p, 24, &west)) {
        return false;
    }
    out->standard.offset = -west;
    if (*p == '\0') {
        return true;
    }
    if (!read_name(&p, out->summer.name)) {
        return false;
    }
    out->summer.is_dst = true;
    out->summer.offset = out->standard.offset + 3600;
    if (*p != ',') {
        if (!read_clock(&p, 24, &west)) {
            return false;
        }
        out->summer.offset = -west;
    }
    return read_day(&p, &out->begin) && read_day(&p, &out->end) && *p == '\0';
}

/* ---- asking ---- */

/* Days since 1970-01-01. */
static int64_t month_day(const struct zone_day *day, int64_t year)
{
    int64_t first = civil_days(year, day->month, 1);
    struct civil civil;
    civil_split(first * CIVIL_DAY, &civil);
    int of_month = 1 + (day->weekday - civil.weekday + 7) % 7 + (day->week - 1) * 7;
    while (of_month > civil_month_days(year, day->month)) {
        of_month -= 7;
    }
    return first + of_month - 1;
}

static int64_t day_of(const struct zone_day *day, int64_t year)
{
    if (day->kind == ZONE_DAY_MONTH) {
        return month_day(day, year);
    }
    int64_t first = civil_days(year, 1, 1);
    if (day->kind == ZONE_DAY_JULIAN) {
        bool after_leap = civil_is_leap(year) && day->number >= 60;
        return first + day->number - 1 + after_leap;
    }
    return first + day->number;
}

/* When the clock is set that showed `offset` until then. */
static int64_t set_at(const struct zone_day *day, int64_t year, int32_t offset)
{
    return day_of(day, year) * CIVIL_DAY + day->second - offset;
}

void zone_rule_at(const struct zone_rule *rule, int64_t time, struct zone_type *out)
{
    if (rule->begin.kind == ZONE_DAY_NONE) {
        *out = rule->standard;
        return;
    }
    struct civil civil;
    civil_split(time + rule->standard.offset, &civil);
    int64_t begin = set_at(&rule->begin, civil.year, rule->standard.offset);
    int64_t end = set_at(&rule->end, civil.year, rule->summer.offset);
    bool summer = begin < end ? time >= begin && time < end : time >= begin || time < end;
    *out = summer ? rule->summer : rule->standard;
}
