/* SPDX-License-Identifier: MIT */
#include "ctl/capture_time.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"

#define FAR_S      (400 * CIVIL_DAY)
#define EPOCH_S    (2 * CIVIL_DAY)
#define DATE_SIZE  10u
#define TIME_SIZE  8u
#define APART_MAX  80u /* bytes between a date and its time */
#define EPOCH_SIZE 10u
#define PART_MAX   800u

static bool is_digits(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return true;
}

static int number(const char *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* "2026-11-22" or "2026/11/22" as days; false: no date. */
static bool read_date(const char *text, size_t size, int64_t *days)
{
    if (size < DATE_SIZE || !is_digits(text, 4) || (text[4] != '-' && text[4] != '/') ||
        text[7] != text[4] || !is_digits(text + 5, 2) || !is_digits(text + 8, 2)) {
        return false;
    }
    int year = number(text, 4);
    int month = number(text + 5, 2);
    int day = number(text + 8, 2);
    if (month < 1 || month > 12 || day < 1 || day > civil_month_days(year, month)) {
        return false;
    }
    *days = civil_days(year, month, day);
    return true;
}

/* "06:01:02" as seconds; false: no time. A colon before or behind it makes it a hardware address. */
static bool read_time(const char *text, size_t size, int64_t *seconds)
{
    if (size < TIME_SIZE || !is_digits(text, 2) || text[2] != ':' || !is_digits(text + 3, 2) ||
        text[5] != ':' || !is_digits(text + 6, 2) || (size > TIME_SIZE && text[TIME_SIZE] == ':')) {
        return false;
    }
    int hour = number(text, 2);
    int minute = number(text + 3, 2);
    int second = number(text + 6, 2);
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

static bool is_near(int64_t shift_s, int64_t limit_s)
{
    return llabs(shift_s) <= limit_s;
}

static void put(struct buf *out, const char *kind, int64_t shift_s, const char *format)
{
    buf_printf(out, "{%s", kind);
    if (shift_s != 0) {
        buf_printf(out, "%+lld", (long long)shift_s);
    }
    buf_printf(out, "%s%s}", format[0] != '\0' ? ":" : "", format);
}

static void put_date(struct buf *out, char separator, int64_t shift_s)
{
    put(out, "utc", shift_s, separator == '/' ? "%Y/%m/%d" : "%Y-%m-%d");
}

/* Where the time of a date stands that is no part of the same word; 0: nowhere near. */
static size_t find_time(const char *text, size_t size, size_t from, int64_t *seconds)
{
    int64_t days = 0;
    for (size_t i = from; i < size && i < from + APART_MAX; i++) {
        bool begins = !isalnum((unsigned char)text[i - 1]) && text[i - 1] != ':';
        if (begins && read_time(text + i, size - i, seconds)) {
            return i;
        }
        if (begins && read_date(text + i, size - i, &days)) {
            return 0; /* the time is that one's */
        }
    }
    return 0;
}

static size_t take_date(struct capture_time *state, const char *text, size_t size, size_t at,
                        int64_t now_s, struct buf *out)
{
    int64_t days = 0;
    int64_t seconds = 0;
    if (!read_date(text + at, size - at, &days)) {
        return 0;
    }
    size_t behind = at + DATE_SIZE;
    bool joined = behind + 1 + TIME_SIZE <= size && (text[behind] == 'T' || text[behind] == ' ') &&
                  read_time(text + behind + 1, size - behind - 1, &seconds);
    size_t time_at = joined ? behind + 1 : find_time(text, size, behind, &seconds);
    int64_t shift_s = days * CIVIL_DAY + seconds - now_s;
    if (time_at == 0 || !is_near(shift_s, FAR_S)) {
        return 0;
    }
    put_date(out, text[at + 4], shift_s);
    state->date_shift_s = shift_s;
    state->time_at = time_at;
    return DATE_SIZE;
}

static size_t take_epoch(const char *text, size_t size, size_t at, int64_t now_s, struct buf *out)
{
    if (size - at < EPOCH_SIZE || !is_digits(text + at, EPOCH_SIZE) ||
        (size - at > EPOCH_SIZE && isalnum((unsigned char)text[at + EPOCH_SIZE]))) {
        return 0;
    }
    int64_t shift_s = strtoll(text + at, NULL, 10) - now_s;
    if (!is_near(shift_s, EPOCH_S)) {
        return 0;
    }
    put(out, "epoch", shift_s, "");
    return EPOCH_SIZE;
}

/* ---- ONVIF: year to second are elements of their own ---- */

static const struct {
    const char *name;
    const char *format;
} parts[] = {{"Year>", "%Y"}, {"Month>", "%m"},  {"Day>", "%d"},
             {"Hour>", "%H"}, {"Minute>", "%M"}, {"Second>", "%S"}};

static bool begins(const char *text, size_t size, size_t at, const char *word)
{
    size_t length = strlen(word);
    return size - at >= length && memcmp(text + at, word, length) == 0;
}

/* The number in the element NAME between `from` and `end`; -1: none. */
static int part_of(const char *text, size_t from, size_t end, const char *name)
{
    const char *found = memmem(text + from, end - from, name, strlen(name));
    return found != NULL && isdigit((unsigned char)found[strlen(name)]) ? atoi(found + strlen(name))
                                                                        : -1;
}

/* At the begin of UTCDateTime or LocalDateTime: how far what it says is from now. */
static void enter_parts(struct capture_time *state, const char *text, size_t size, size_t at,
                        int64_t now_s)
{
    const char *word = begins(text, size, at, "UTCDateTime>")     ? "UTCDateTime>"
                       : begins(text, size, at, "LocalDateTime>") ? "LocalDateTime>"
                                                                  : NULL;
    if (word == NULL || at < state->part_end) {
        return;
    }
    size_t from = at + strlen(word);
    size_t room = size - from < PART_MAX ? size - from : PART_MAX;
    const char *close = memmem(text + from, room, word, strlen(word));
    int value[6];
    for (size_t i = 0; close != NULL && i < 6; i++) {
        value[i] = part_of(text, from, (size_t)(close - text), parts[i].name);
        close = value[i] < 0 ? NULL : close;
    }
    if (close != NULL) {
        state->part_shift_s = civil_days(value[0], value[1], value[2]) * CIVIL_DAY +
                              value[3] * 3600 + value[4] * 60 + value[5] - now_s;
        state->part_end = (size_t)(close - text) + strlen(word);
    }
}

static size_t take_part(const struct capture_time *state, const char *text, size_t size, size_t at,
                        struct buf *out)
{
    for (size_t i = 0; at < state->part_end && i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t length = strlen(parts[i].name);
        bool is_open = begins(text, size, at, parts[i].name) && at + length < size &&
                       isdigit((unsigned char)text[at + length]);
        if (is_open && is_near(state->part_shift_s, FAR_S)) {
            size_t end = at + length;
            while (end < size && isdigit((unsigned char)text[end])) {
                end++;
            }
            buf_text(out, parts[i].name);
            put(out, "utc", state->part_shift_s, parts[i].format);
            return end - at;
        }
    }
    return 0;
}

size_t capture_time_take(struct capture_time *state, const char *text, size_t size, size_t at,
                         int64_t now_s, struct buf *out)
{
    unsigned char before = at > 0 ? (unsigned char)text[at - 1] : ' ';
    enter_parts(state, text, size, at, now_s);
    size_t taken = take_part(state, text, size, at, out);
    if (taken == 0 && state->time_at != 0 && at == state->time_at) {
        state->time_at = 0;
        put(out, "utc", state->date_shift_s, "%H:%M:%S");
        return TIME_SIZE;
    }
    if (taken == 0 && !isalnum(before) && before != '.') {
        taken = take_date(state, text, size, at, now_s, out);
        taken = taken == 0 ? take_epoch(text, size, at, now_s, out) : taken;
    }
    return taken;
}
