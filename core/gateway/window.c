/* SPDX-License-Identifier: MIT */
#include "gateway/window.h"

#include <string.h>

#include "base/text.h"

static const char *const day_words[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

bool window_parse_day(const char *text, uint32_t *weekday)
{
    for (uint32_t i = 0; i < 7; i++) {
        if (strcmp(text, day_words[i]) == 0) {
            *weekday = i;
            return true;
        }
    }
    return false;
}

/* "mon", "mon-fri" or "fri-mon". */
static bool parse_part(char *part, uint32_t *weekdays)
{
    uint32_t first;
    uint32_t last;
    char *dash = strchr(part, '-');
    if (dash != NULL) {
        *dash = '\0';
    }
    if (!window_parse_day(part, &first) ||
        !window_parse_day(dash != NULL ? dash + 1 : part, &last)) {
        return false;
    }
    for (uint32_t day = first;; day = (day + 1) % 7) {
        *weekdays |= 1u << day;
        if (day == last) {
            return true;
        }
    }
}

static bool parse_days(const char *text, size_t size, uint32_t *weekdays)
{
    char copy[64];
    char *rest = copy;
    if (size >= sizeof(copy)) {
        return false;
    }
    text_format(copy, sizeof(copy), "%.*s", (int)size, text);
    *weekdays = 0;
    if (strcmp(copy, "daily") == 0) {
        *weekdays = WINDOW_DAILY;
        return true;
    }
    for (char *part = strsep(&rest, ","); part != NULL; part = strsep(&rest, ",")) {
        if (!parse_part(part, weekdays)) {
            return false;
        }
    }
    return true;
}

/* "08:00-18:00". */
static bool parse_times(const char *text, struct window *out)
{
    char from[6];
    if (strlen(text) != 11 || text[5] != '-') {
        return false;
    }
    memcpy(from, text, 5);
    from[5] = '\0';
    return civil_parse_time(from, &out->from) && civil_parse_time(text + 6, &out->to) &&
           out->from < CIVIL_DAY && out->from != out->to;
}

bool window_parse(const char *text, struct window *out)
{
    const char *space = strchr(text, ' ');
    *out = (struct window){.weekdays = WINDOW_DAILY};
    if (space == NULL) {
        return parse_times(text, out);
    }
    return parse_days(text, (size_t)(space - text), &out->weekdays) && parse_times(space + 1, out);
}

void window_span(const struct window *window, const struct zone *zone, int64_t midnight,
                 int64_t *begin, int64_t *end)
{
    int64_t over = window->to <= window->from ? CIVIL_DAY : 0;
    *begin = zone_first(zone, midnight + window->from);
    *end = zone_last(zone, midnight + over + window->to);
}

static bool is_day(const struct window *window, int64_t midnight)
{
    struct civil civil;
    civil_split(midnight, &civil);
    return (window->weekdays & 1u << civil.weekday) != 0;
}

bool window_current(const struct window *window, const struct zone *zone, int64_t time,
                    int64_t *begin, int64_t *end)
{
    int64_t midnight = civil_midnight(zone_local(zone, time));
    for (int64_t day = midnight - CIVIL_DAY; day <= midnight; day += CIVIL_DAY) {
        window_span(window, zone, day, begin, end);
        if (is_day(window, day) && time >= *begin && time < *end) {
            return true;
        }
    }
    return false;
}

bool window_holds(const struct window *window, const struct zone *zone, int64_t time)
{
    int64_t begin;
    int64_t end;
    return window_current(window, zone, time, &begin, &end);
}

int64_t window_last_start(const struct zone *zone, int64_t second, int64_t time)
{
    int64_t midnight = civil_midnight(zone_local(zone, time)) + CIVIL_DAY;
    int64_t start;
    do {
        start = zone_first(zone, midnight + second);
        midnight -= CIVIL_DAY;
    } while (start > time);
    return start;
}
