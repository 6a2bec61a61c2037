/* SPDX-License-Identifier: MIT */
#include "gateway/calendar.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"

#define CLOSED_DAYS_MAX 366u /* nobody looks back for longer */

struct calendar *calendar_create(const char *name)
{
    struct calendar *calendar = calloc(1, sizeof(*calendar));
    if (calendar == NULL) {
        return NULL;
    }
    calendar->name = strdup(name);
    if (calendar->name == NULL) {
        free(calendar);
        return NULL;
    }
    return calendar;
}

void calendar_destroy(struct calendar *calendar)
{
    if (calendar == NULL) {
        return;
    }
    free(calendar->name);
    free(calendar->open);
    free(calendar->closed);
    free(calendar->special);
    free(calendar);
}

/* ---- making ---- */

int calendar_add_open(struct calendar *calendar, const char *text)
{
    struct window window;
    if (!window_parse(text, &window)) {
        return VMM_E_INVAL;
    }
    struct window *open =
        realloc(calendar->open, (calendar->open_count + 1) * sizeof(*calendar->open));
    if (open == NULL) {
        return VMM_E_NOMEM;
    }
    calendar->open = open;
    open[calendar->open_count++] = window;
    return 0;
}

int calendar_add_days(struct calendar *calendar, const struct closed_days *days)
{
    struct closed_days *closed =
        realloc(calendar->closed, (calendar->closed_count + 1) * sizeof(*calendar->closed));
    if (closed == NULL) {
        return VMM_E_NOMEM;
    }
    calendar->closed = closed;
    closed[calendar->closed_count++] = *days;
    return 0;
}

int calendar_add_closed(struct calendar *calendar, const char *text)
{
    struct closed_days days = {0};
    char first[16];
    const char *dots = strstr(text, "..");
    size_t size = dots != NULL ? (size_t)(dots - text) : strlen(text);
    if (size >= sizeof(first)) {
        return VMM_E_INVAL;
    }
    text_format(first, sizeof(first), "%.*s", (int)size, text);
    if (!civil_parse_date(first, &days.first) ||
        !civil_parse_date(dots != NULL ? dots + 2 : first, &days.last) || days.last < days.first) {
        return VMM_E_INVAL;
    }
    return calendar_add_days(calendar, &days);
}

int calendar_add_special(struct calendar *calendar, const char *text)
{
    struct special_day special;
    char date[16];
    const char *space = strchr(text, ' ');
    if (space == NULL || (size_t)(space - text) >= sizeof(date)) {
        return VMM_E_INVAL;
    }
    text_format(date, sizeof(date), "%.*s", (int)(space - text), text);
    if (!civil_parse_date(date, &special.day) || strchr(space + 1, ' ') != NULL ||
        !window_parse(space + 1, &special.window)) {
        return VMM_E_INVAL;
    }
    struct special_day *list =
        realloc(calendar->special, (calendar->special_count + 1) * sizeof(*list));
    if (list == NULL) {
        return VMM_E_NOMEM;
    }
    calendar->special = list;
    list[calendar->special_count++] = special;
    return 0;
}

/* ---- asking ---- */

/* The same day of another year; the last of February stands for the 29th where there is none. */
static int64_t in_year(int64_t day, int64_t year)
{
    struct civil civil;
    civil_split(day * CIVIL_DAY, &civil);
    int most = civil_month_days(year, civil.month);
    return civil_days(year, civil.month, civil.day < most ? civil.day : most);
}

static bool covers(const struct closed_days *days, int64_t day)
{
    if (day >= days->first && day <= days->last) {
        return true;
    }
    if (!days->yearly || day < days->first || day > days->until) {
        return false;
    }
    struct civil civil;
    civil_split(day * CIVIL_DAY, &civil);
    for (int64_t year = civil.year - 1; year <= civil.year; year++) {
        int64_t first = in_year(days->first, year);
        if (day >= first && day <= first + (days->last - days->first)) {
            return true;
        }
    }
    return false;
}

static bool is_closed_day(const struct calendar *calendar, int64_t day)
{
    for (size_t i = 0; i < calendar->closed_count; i++) {
        if (covers(&calendar->closed[i], day)) {
            return true;
        }
    }
    return false;
}

static bool within(const struct window *window, const struct zone *zone, int64_t day, int64_t time)
{
    int64_t begin;
    int64_t end;
    window_span(window, zone, day * CIVIL_DAY, &begin, &end);
    return time >= begin && time < end;
}

/* True when a special day says what holds on this day. */
static bool is_special(const struct calendar *calendar, const struct zone *zone, int64_t day,
                       int64_t time, bool *open)
{
    bool found = false;
    for (size_t i = 0; i < calendar->special_count; i++) {
        if (calendar->special[i].day == day) {
            found = true;
            *open = *open || within(&calendar->special[i].window, zone, day, time);
        }
    }
    return found;
}

static bool opens_on(const struct calendar *calendar, const struct zone *zone, int64_t day,
                     int64_t time)
{
    struct civil civil;
    bool open = false;
    if (is_special(calendar, zone, day, time, &open)) {
        return open;
    }
    if (is_closed_day(calendar, day)) {
        return false;
    }
    civil_split(day * CIVIL_DAY, &civil);
    for (size_t i = 0; i < calendar->open_count; i++) {
        const struct window *window = &calendar->open[i];
        if ((window->weekdays & 1u << civil.weekday) != 0 && within(window, zone, day, time)) {
            return true;
        }
    }
    return false;
}

bool calendar_is_open(const struct calendar *calendar, const struct zone *zone, int64_t time)
{
    int64_t today = civil_midnight(zone_local(zone, time)) / CIVIL_DAY;
    bool open = false;
    if (calendar->open_count == 0 && !is_special(calendar, zone, today, time, &open)) {
        return !is_closed_day(calendar, today);
    }
    return opens_on(calendar, zone, today, time) || opens_on(calendar, zone, today - 1, time);
}

/* True when the place opens at all on this local day, for however short. */
static bool opens_at_all(const struct calendar *calendar, int64_t day)
{
    struct civil civil;
    for (size_t i = 0; i < calendar->special_count; i++) {
        if (calendar->special[i].day == day) {
            return true;
        }
    }
    if (is_closed_day(calendar, day)) {
        return false;
    }
    civil_split(day * CIVIL_DAY, &civil);
    for (size_t i = 0; i < calendar->open_count; i++) {
        if ((calendar->open[i].weekdays & 1u << civil.weekday) != 0) {
            return true;
        }
    }
    return calendar->open_count == 0;
}

/* The local day that an instant lies in. Where clocks are set back over midnight, the new day has begun all the same. */
static int64_t day_at(const struct zone *zone, int64_t time)
{
    int64_t day = civil_midnight(zone_local(zone, time)) / CIVIL_DAY;
    return time >= zone_first(zone, (day + 1) * CIVIL_DAY) ? day + 1 : day;
}

int64_t calendar_closed_before(const struct calendar *calendar, const struct zone *zone,
                               int64_t time, uint32_t days)
{
    int64_t left = days * CIVIL_DAY;
    int64_t closed = 0;
    uint32_t closed_days = 0;
    while (left > 0 && closed_days < CLOSED_DAYS_MAX) {
        int64_t day = day_at(zone, time - 1);
        int64_t begins = zone_first(zone, day * CIVIL_DAY);
        if (opens_at_all(calendar, day)) {
            left -= time - begins;
        } else {
            closed += time - begins;
            closed_days++;
        }
        time = begins;
    }
    return closed;
}
