/* SPDX-License-Identifier: MIT */
#include "kit/datetime.h"

#include <stdio.h>
#include <string.h>

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

/* A date while it is read: what the letters of the format have given so far. */
struct reading {
    struct vmm_text rest;
    struct vmm_datetime at;
    int32_t hour_of_12; /* 0: not given */
    int32_t half;       /* 0 none, 1 AM, 2 PM */
};

static int read_format(struct reading *r, const char *format);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Between `least` and `most` digits off the front. */
static int read_number(struct vmm_text *rest, size_t least, size_t most, int64_t *number)
{
    size_t size = 0;
    while (size < rest->size && size < most && is_digit(rest->data[size])) {
        size++;
    }
    if (size < least) {
        return VMM_E_INVAL;
    }
    int rc = vmm_text_int((struct vmm_text){rest->data, size}, 0, INT64_MAX, number);
    rest->data += size;
    rest->size -= size;
    return rc;
}

static int read_field(struct vmm_text *rest, size_t least, size_t most, int32_t min, int32_t max,
                      int32_t *field)
{
    int64_t number = 0;
    int rc = read_number(rest, least, most, &number);
    if (rc != 0) {
        return rc;
    }
    if (number < min || number > max) {
        return VMM_E_RANGE;
    }
    *field = (int32_t)number;
    return 0;
}

/* Skip a name of the list, long form before short (its first three letters); answers its place or
 * -1. */
static int read_name(struct vmm_text *rest, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        char brief[4] = {names[i][0], names[i][1], names[i][2], '\0'};
        size_t size = vmm_text_begins(*rest, names[i]) ? strlen(names[i])
                      : vmm_text_begins(*rest, brief)  ? 3
                                                       : 0;
        if (size > 0) {
            rest->data += size;
            rest->size -= size;
            return i;
        }
    }
    return -1;
}

static int read_month_name(struct reading *r)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    int place = read_name(&r->rest, months, 12);
    r->at.month = place + 1;
    return place < 0 ? VMM_E_INVAL : 0;
}

static int read_weekday(struct reading *r)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    return read_name(&r->rest, days, 7) < 0 ? VMM_E_INVAL : 0;
}

static int read_half(struct reading *r)
{
    if (!vmm_text_begins(r->rest, "AM") && !vmm_text_begins(r->rest, "PM")) {
        return VMM_E_INVAL;
    }
    r->half = vmm_text_begins(r->rest, "AM") ? 1 : 2;
    r->rest.data += 2;
    r->rest.size -= 2;
    return 0;
}

/* Digits after the point; beyond the third they are read and dropped. */
static int read_fraction(struct reading *r)
{
    size_t digits = 0;
    r->at.millisecond = 0;
    int32_t weight = 100;
    while (digits < r->rest.size && is_digit(r->rest.data[digits])) {
        r->at.millisecond += (r->rest.data[digits] - '0') * weight;
        weight /= 10;
        digits++;
    }
    r->rest.data += digits;
    r->rest.size -= digits;
    return digits == 0 ? VMM_E_INVAL : 0;
}

static int read_short_year(struct reading *r)
{
    int32_t year = 0;
    int rc = read_field(&r->rest, 2, 2, 0, 99, &year);
    r->at.year = year + (year >= 69 ? 1900 : 2000); /* POSIX strptime */
    return rc;
}

static int read_zone(struct vmm_text *rest, int32_t *minutes)
{
    if (vmm_text_begins(*rest, "Z")) {
        rest->data++;
        rest->size--;
        *minutes = 0;
        return 0;
    }
    if (rest->size == 0 || (rest->data[0] != '+' && rest->data[0] != '-')) {
        return VMM_E_INVAL;
    }
    int32_t sign = rest->data[0] == '-' ? -1 : 1;
    rest->data++;
    rest->size--;
    int32_t hour = 0;
    int32_t minute = 0;
    int rc = read_field(rest, 1, 2, 0, 14, &hour);
    bool colon = rc == 0 && rest->size > 0 && rest->data[0] == ':';
    if (colon) {
        rest->data++;
        rest->size--;
    }
    if (rc == 0 && (colon || (rest->size > 0 && is_digit(rest->data[0])))) {
        rc = read_field(rest, 2, 2, 0, 59, &minute);
    }
    *minutes = sign * (hour * 60 + minute);
    if (rc == 0 && (*minutes < VMM_ZONE_MIN || *minutes > VMM_ZONE_MAX)) {
        return VMM_E_RANGE;
    }
    return rc;
}

/* A civil date of a day count, by the method of Howard Hinnant, "chrono-compatible low-level date
 * algorithms", civil_from_days. */
static void set_civil(struct vmm_datetime *at, int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    at->day = (int32_t)(doy - (153 * mp + 2) / 5 + 1);
    at->month = (int32_t)(mp < 10 ? mp + 3 : mp - 9);
    at->year = (int32_t)(yoe + era * 400 + (at->month <= 2 ? 1 : 0));
}

static void set_seconds(struct vmm_datetime *at, int64_t seconds)
{
    int32_t left = (int32_t)(seconds % 86400);
    set_civil(at, seconds / 86400);
    at->hour = left / 3600;
    at->minute = left % 3600 / 60;
    at->second = left % 60;
}

static int read_epoch(struct reading *r)
{
    int64_t seconds = 0;
    int rc = read_number(&r->rest, 1, 12, &seconds);
    if (rc != 0 || seconds > LAST_SECOND) {
        return rc != 0 ? rc : VMM_E_RANGE;
    }
    set_seconds(&r->at, seconds);
    r->at.zone_minutes = 0;
    r->at.has_zone = true;
    return 0;
}

static int read_named_zone(struct reading *r)
{
    r->at.has_zone = true;
    return read_zone(&r->rest, &r->at.zone_minutes);
}

static int read_letter(struct reading *r, char letter)
{
    struct vmm_datetime *at = &r->at;
    switch (letter) {
    case 'Y':
        return read_field(&r->rest, 4, 4, 1, 9999, &at->year);
    case 'y':
        return read_short_year(r);
    case 'm':
        return read_field(&r->rest, 1, 2, 1, 12, &at->month);
    case 'd':
    case 'e':
        return read_field(&r->rest, 1, 2, 1, 31, &at->day);
    case 'H':
        return read_field(&r->rest, 1, 2, 0, 23, &at->hour);
    case 'I':
        return read_field(&r->rest, 1, 2, 1, 12, &r->hour_of_12);
    case 'M':
        return read_field(&r->rest, 1, 2, 0, 59, &at->minute);
    case 'S':
        return read_field(&r->rest, 1, 2, 0, 60, &at->second);
    case 'p':
        return read_half(r);
    case 'b':
    case 'B':
        return read_month_name(r);
    case 'a':
    case 'A':
        return read_weekday(r);
    case 'f':
        return read_fraction(r);
    case 'F':
        return read_format(r, "%Y-%m-%d");
    case 'T':
        return read_format(r, "%H:%M:%S");
    case 'z':
        return read_named_zone(r);
    case 's':
        return read_epoch(r);
    default:
        return VMM_E_INVAL;
    }
}

static int read_plain(struct reading *r, char c)
{
    if (r->rest.size == 0 || r->rest.data[0] != c) {
        return VMM_E_INVAL;
    }
    r->rest.data++;
    r->rest.size--;
    return 0;
}

static void skip_spaces(struct reading *r)
{
    while (r->rest.size > 0 && (r->rest.data[0] == ' ' || r->rest.data[0] == '\t')) {
        r->rest.data++;
        r->rest.size--;
    }
}

static int read_format(struct reading *r, const char *format)
{
    int rc = 0;
    for (const char *f = format; *f != '\0' && rc == 0; f++) {
        if (*f == ' ') {
            skip_spaces(r);
        } else if (*f != '%') {
            rc = read_plain(r, *f);
        } else {
            f++;
            if (*f == '\0') {
                return VMM_E_INVAL;
            }
            rc = *f == '%' ? read_plain(r, '%') : read_letter(r, *f);
        }
    }
    return rc;
}

static int32_t days_of_month(int32_t year, int32_t month)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Put the halves of the day together and look whether such a day exists. */
static int complete(struct reading *r)
{
    if ((r->half != 0) != (r->hour_of_12 != 0)) {
        return VMM_E_INVAL;
    }
    if (r->half != 0) {
        r->at.hour = r->hour_of_12 % 12 + (r->half == 2 ? 12 : 0);
    }
    if (r->at.year == 0 || r->at.month == 0 || r->at.day == 0) {
        return VMM_E_INVAL; /* a time of day alone says nothing about the clock's date */
    }
    return r->at.day > days_of_month(r->at.year, r->at.month) ? VMM_E_RANGE : 0;
}

int vmm_datetime_parse(struct vmm_text text, const char *format, struct vmm_datetime *out)
{
    struct reading r = {.rest = vmm_text_trim(text)};
    int rc = read_format(&r, format);
    if (rc == 0 && r.rest.size > 0) {
        rc = VMM_E_INVAL;
    }
    if (rc == 0) {
        rc = complete(&r);
    }
    if (rc == 0) {
        *out = r.at;
    }
    return rc;
}

int vmm_datetime_zone(struct vmm_text text, int32_t *minutes)
{
    struct vmm_text rest = vmm_text_trim(text);
    if (vmm_text_begins(rest, "UTC") || vmm_text_begins(rest, "GMT")) {
        rest.data += 3;
        rest.size -= 3;
        if (rest.size == 0) {
            *minutes = 0;
            return 0;
        }
    }
    int32_t east = 0;
    int rc = read_zone(&rest, &east);
    if (rc == 0 && rest.size > 0) {
        rc = VMM_E_INVAL;
    }
    if (rc == 0) {
        *minutes = east;
    }
    return rc;
}

/* Howard Hinnant, as above, days_from_civil. */
int64_t vmm_datetime_days(int32_t year, int32_t month, int32_t day)
{
    int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

int64_t vmm_datetime_epoch_ms(const struct vmm_datetime *local, int32_t zone_minutes)
{
    int64_t seconds = vmm_datetime_days(local->year, local->month, local->day) * 86400 +
                      (int64_t)local->hour * 3600 + (int64_t)local->minute * 60 + local->second -
                      (int64_t)zone_minutes * 60;
    return seconds * 1000 + local->millisecond;
}

void vmm_datetime_date(int64_t days, int32_t *year, int32_t *month, int32_t *day)
{
    int64_t first = vmm_datetime_days(1, 1, 1);
    int64_t last = vmm_datetime_days(9999, 12, 31);
    int64_t at = days < first ? first : days > last ? last : days;
    int32_t y = (int32_t)((at - first) * 400 / 146097) + 1; /* right, or a year off */
    while (y > 1 && vmm_datetime_days(y, 1, 1) > at) {
        y--;
    }
    while (y < 9999 && vmm_datetime_days(y + 1, 1, 1) <= at) {
        y++;
    }
    int32_t m = 1;
    while (m < 12 && vmm_datetime_days(y, m + 1, 1) <= at) {
        m++;
    }
    *year = y;
    *month = m;
    *day = (int32_t)(at - vmm_datetime_days(y, m, 1)) + 1;
}

void vmm_datetime_print(int64_t ms, const char *between, char out[VMM_DATETIME_TEXT_SIZE])
{
    int64_t seconds = ms < 0 ? 0 : ms / 1000;
    struct vmm_datetime at = {0};
    set_seconds(&at, seconds < LAST_SECOND ? seconds : LAST_SECOND);
    /* The remainders change nothing: they tell the compiler that it fits. */
    snprintf(out, VMM_DATETIME_TEXT_SIZE, "%04u-%02u-%02u%.3s%02u:%02u:%02u",
             (unsigned)at.year % 10000u, (unsigned)at.month % 100u, (unsigned)at.day % 100u,
             between, (unsigned)at.hour % 100u, (unsigned)at.minute % 100u,
             (unsigned)at.second % 100u);
}
