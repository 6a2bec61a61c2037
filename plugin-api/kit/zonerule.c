/* SPDX-License-Identifier: MIT */
#include "kit/zonerule.h"

#include <stdio.h>

#define HOUR_S       3600
#define DAY_S        86400
#define CHANGE_S     (2 * HOUR_S) /* when no time is told */
#define OFFSET_MAX_S (15 * HOUR_S)
#define CHANGE_MAX_S (7 * DAY_S)

/* ---- Reading ---- */

static void skip(struct vmm_text *rest, size_t count)
{
    rest->data += count;
    rest->size -= count;
}

static bool take_mark(struct vmm_text *rest, char mark)
{
    bool there = rest->size > 0 && rest->data[0] == mark;
    if (there) {
        skip(rest, 1);
    }
    return there;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A name: letters, or anything between < and >. */
static int take_name(struct vmm_text *rest)
{
    size_t size = 0;
    if (take_mark(rest, '<')) {
        while (size < rest->size && rest->data[size] != '>') {
            size++;
        }
        if (size == rest->size) {
            return VMM_E_INVAL;
        }
        skip(rest, size + 1);
        return 0;
    }
    while (size < rest->size && is_letter(rest->data[size])) {
        size++;
    }
    skip(rest, size);
    return size == 0 ? VMM_E_INVAL : 0;
}

static int take_number(struct vmm_text *rest, int32_t max, int32_t *number)
{
    int32_t value = 0;
    size_t digits = 0;
    while (digits < rest->size && digits < 4 && rest->data[digits] >= '0' &&
           rest->data[digits] <= '9') {
        value = value * 10 + (rest->data[digits] - '0');
        digits++;
    }
    if (digits == 0) {
        return VMM_E_INVAL;
    }
    skip(rest, digits);
    *number = value;
    return value > max ? VMM_E_RANGE : 0;
}

/* [+-]hh[:mm[:ss]] as seconds. */
static int take_time(struct vmm_text *rest, int32_t max_s, int32_t *seconds)
{
    bool minus = take_mark(rest, '-');
    if (!minus) {
        (void)take_mark(rest, '+');
    }
    int32_t parts[3] = {0};
    int rc = take_number(rest, max_s / HOUR_S, &parts[0]);
    for (size_t i = 1; i < 3 && rc == 0 && take_mark(rest, ':'); i++) {
        rc = take_number(rest, 59, &parts[i]);
    }
    int32_t sum = parts[0] * HOUR_S + parts[1] * 60 + parts[2];
    *seconds = minus ? -sum : sum;
    return rc == 0 && sum > max_s ? VMM_E_RANGE : rc;
}

static int take_part_number(struct vmm_text *rest, char mark, int32_t min, int32_t max,
                            int32_t *number)
{
    if (!take_mark(rest, mark)) {
        return VMM_E_INVAL;
    }
    int rc = take_number(rest, max, number);
    return rc == 0 && *number < min ? VMM_E_RANGE : rc;
}

/* ,Mm.w.d[/time] */
static int take_change(struct vmm_text *rest, struct vmm_zonerule_change *change)
{
    if (!take_mark(rest, ',')) {
        return VMM_E_INVAL;
    }
    if (rest->size > 0 && rest->data[0] != 'M') {
        return VMM_E_NOTSUP;
    }
    int rc = take_part_number(rest, 'M', 1, 12, &change->month);
    rc = rc == 0 ? take_part_number(rest, '.', 1, 5, &change->week) : rc;
    rc = rc == 0 ? take_part_number(rest, '.', 0, 6, &change->day) : rc;
    change->seconds = CHANGE_S;
    if (rc == 0 && take_mark(rest, '/')) {
        rc = take_time(rest, CHANGE_MAX_S, &change->seconds);
    }
    return rc;
}

/* The zone during daylight saving, when it is told; else an hour more. */
static int take_daylight(struct vmm_text *rest, uint32_t flags, struct vmm_zonerule *rule)
{
    int rc = 0;
    rule->daylight_s = rule->standard_s + HOUR_S;
    if (rest->size > 0 && rest->data[0] != ',') {
        int32_t told = 0;
        rc = take_time(rest, OFFSET_MAX_S, &told);
        bool is_step = (flags & VMM_ZONERULE_STEP) != 0;
        rule->daylight_s = is_step ? rule->standard_s + told : -told;
    }
    if (rc == 0 && (rule->daylight_s < -OFFSET_MAX_S || rule->daylight_s > OFFSET_MAX_S)) {
        rc = VMM_E_RANGE;
    }
    return rc;
}

int vmm_zonerule_parse(struct vmm_text text, uint32_t flags, struct vmm_zonerule *rule)
{
    struct vmm_text rest = vmm_text_trim(text);
    struct vmm_zonerule read = {0};
    int rc = take_name(&rest);
    rc = rc == 0 ? take_time(&rest, OFFSET_MAX_S, &read.standard_s) : rc;
    read.standard_s = -read.standard_s;
    read.daylight_s = read.standard_s;
    if (rc == 0 && rest.size > 0) {
        read.has_daylight = true;
        rc = take_name(&rest);
        rc = rc == 0 ? take_daylight(&rest, flags, &read) : rc;
        rc = rc == 0 && rest.size == 0 ? VMM_E_NOTSUP : rc;
        rc = rc == 0 ? take_change(&rest, &read.begins) : rc;
        rc = rc == 0 ? take_change(&rest, &read.ends) : rc;
    }
    if (rc == 0 && rest.size > 0) {
        rc = VMM_E_INVAL;
    }
    if (rc == 0) {
        *rule = read;
    }
    return rc;
}

/* ---- Time ---- */

/* The day of the change in this year, days since 1970. */
static int64_t day_of(const struct vmm_zonerule_change *change, int32_t year)
{
    bool december = change->month == 12;
    int64_t first = vmm_datetime_days(year, change->month, 1);
    int64_t next =
        vmm_datetime_days(december ? year + 1 : year, december ? 1 : change->month + 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t day = first + (change->day - weekday + 7) % 7 + 7 * (change->week - 1);
    return day >= next ? day - 7 : day;
}

/* The moment of the change in this year, seconds since 1970 UTC; `offset_s` is the zone that ends. */
static int64_t moment_of(const struct vmm_zonerule_change *change, int32_t year, int32_t offset_s)
{
    return day_of(change, year) * DAY_S + change->seconds - offset_s;
}

/* The year in which this moment lies, with room for its neighbours. */
static int32_t year_of(int64_t utc_s)
{
    int64_t days = utc_s / DAY_S - (utc_s % DAY_S < 0);
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    vmm_datetime_date(days, &year, &month, &day);
    return year > 9998 ? 9998 : year;
}

int32_t vmm_zonerule_offset(const struct vmm_zonerule *rule, int64_t utc_ms)
{
    int64_t utc_s = utc_ms / 1000;
    if (!rule->has_daylight) {
        return rule->standard_s;
    }
    int32_t year = year_of(utc_s + rule->standard_s);
    int64_t begin = moment_of(&rule->begins, year, rule->standard_s);
    int64_t end = moment_of(&rule->ends, year, rule->daylight_s);
    bool within = begin < end ? utc_s >= begin && utc_s < end : utc_s >= begin || utc_s < end;
    return within ? rule->daylight_s : rule->standard_s;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

int64_t vmm_zonerule_utc_ms(const struct vmm_zonerule *rule, const struct vmm_datetime *wall,
                            int64_t near_ms)
{
    int64_t local_ms = vmm_datetime_epoch_ms(wall, 0);
    int64_t standard = local_ms - (int64_t)rule->standard_s * 1000;
    int64_t daylight = local_ms - (int64_t)rule->daylight_s * 1000;
    bool may_standard = vmm_zonerule_offset(rule, standard) == rule->standard_s;
    bool may_daylight = vmm_zonerule_offset(rule, daylight) == rule->daylight_s;
    if (may_standard && may_daylight) {
        return distance(standard, near_ms) <= distance(daylight, near_ms) ? standard : daylight;
    }
    return may_daylight ? daylight : standard;
}

/* ---- Writing ---- */

static void print_time(int32_t seconds, char *out, size_t size)
{
    int32_t all = seconds < 0 ? -seconds : seconds;
    const char *sign = seconds < 0 ? "-" : "";
    if (all % HOUR_S == 0) {
        snprintf(out, size, "%s%d", sign, all / HOUR_S);
    } else if (all % 60 == 0) {
        snprintf(out, size, "%s%d:%02d", sign, all / HOUR_S, all / 60 % 60);
    } else {
        snprintf(out, size, "%s%d:%02d:%02d", sign, all / HOUR_S, all / 60 % 60, all % 60);
    }
}

static void print_change(const struct vmm_zonerule_change *change, char *out, size_t size)
{
    char at[16];
    print_time(change->seconds, at, sizeof(at));
    snprintf(out, size, ",M%d.%d.%d/%s", change->month, change->week, change->day, at);
}

void vmm_zonerule_print(const struct vmm_zonerule *rule, char out[VMM_ZONERULE_TEXT])
{
    char standard[16];
    char daylight[16];
    char begins[32];
    char ends[32];
    print_time(-rule->standard_s, standard, sizeof(standard));
    if (!rule->has_daylight) {
        snprintf(out, VMM_ZONERULE_TEXT, "STD%s", standard);
        return;
    }
    print_time(-rule->daylight_s, daylight, sizeof(daylight));
    print_change(&rule->begins, begins, sizeof(begins));
    print_change(&rule->ends, ends, sizeof(ends));
    snprintf(out, VMM_ZONERULE_TEXT, "STD%sDST%s%s%s", standard, daylight, begins, ends);
}
