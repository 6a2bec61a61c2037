/* SPDX-License-Identifier: MIT */
#include "base/civil.h"

#include <string.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Years begin in March, so that the leap day is the last day of a year. */
int64_t civil_days(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400);
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * 146097 + days - 719468;
}

void civil_split(int64_t seconds, struct civil *out)
{
    int64_t days = floor_div(seconds, CIVIL_DAY);
    int64_t rest = seconds - days * CIVIL_DAY;
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    out->day = (int)(of_year - (153 * month + 2) / 5 + 1);
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = year + era * 400 + (out->month <= 2);
    out->hour = (int)(rest / 3600);
    out->minute = (int)(rest / 60 % 60);
    out->second = (int)(rest % 60);
    out->weekday = (int)(((days % 7) + 11) % 7);
}

int64_t civil_midnight(int64_t seconds)
{
    return floor_div(seconds, CIVIL_DAY) * CIVIL_DAY;
}

bool civil_is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int civil_month_days(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && civil_is_leap(year));
}

/* `count` digits at *p, which moves behind them. */
static bool digits(const char **p, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        char c = (*p)[i];
        if (c < '0' || c > '9') {
            return false;
        }
        *value = *value * 10 + (c - '0');
    }
    *p += count;
    return true;
}

bool civil_parse_date(const char *text, int64_t *days)
{
    int year;
    int month;
    int day;
    const char *p = text;
    if (!digits(&p, 4, &year)) {
        return false;
    }
    bool dashes = *p == '-';
    p += dashes;
    if (!digits(&p, 2, &month) || (dashes && *p != '-')) {
        return false;
    }
    p += dashes;
    if (!digits(&p, 2, &day) || *p != '\0' || month < 1 || month > 12 || day < 1 ||
        day > civil_month_days(year, month)) {
        return false;
    }
    *days = civil_days(year, month, day);
    return true;
}

bool civil_parse_time(const char *text, int64_t *seconds)
{
    int hour;
    int minute;
    const char *p = text;
    if (!digits(&p, 2, &hour) || *p++ != ':' || !digits(&p, 2, &minute) || *p != '\0' ||
        minute > 59 || hour > 24 || (hour == 24 && minute > 0)) {
        return false;
    }
    *seconds = hour * 3600ll + minute * 60ll;
    return true;
}
