/* SPDX-License-Identifier: MIT */
/* Opening hours, holidays, and the days on which clocks are set. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "gateway/calendar.h"
#include "gateway/ics.h"

static struct zone *load(const char *name)
{
    static uint8_t bytes[65536];
    char path[256];
    struct zone *zone = NULL;
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_assert_eq(zone_parse(name, bytes, size, &zone), 0);
    return zone;
}

static int64_t at(int year, int month, int day, int hour, int minute)
{
    return civil_days(year, month, day) * CIVIL_DAY + hour * 3600 + minute * 60;
}

static struct calendar *office(void)
{
    struct calendar *calendar = calendar_create("office");
    cr_assert_eq(calendar_add_open(calendar, "mon-fri 08:00-18:00"), 0);
    cr_assert_eq(calendar_add_open(calendar, "sat 09:00-13:00"), 0);
    cr_assert_eq(calendar_add_closed(calendar, "2026-12-25"), 0);
    cr_assert_eq(calendar_add_closed(calendar, "2026-12-31..2027-01-03"), 0);
    cr_assert_eq(calendar_add_special(calendar, "2026-12-24 08:00-12:00"), 0);
    return calendar;
}

Test(calendar, is_open_by_the_clock_of_the_site)
{
    struct zone *taipei = load("Asia/Taipei");
    struct calendar *calendar = office();
    const struct {
        int64_t civil;
        bool open;
    } table[] = {
        {at(2026, 11, 23, 7, 59), false}, {at(2026, 11, 23, 8, 0), true},
        {at(2026, 11, 23, 17, 59), true}, {at(2026, 11, 23, 18, 0), false},
        {at(2026, 11, 21, 10, 0), true}, /* Saturday */
        {at(2026, 11, 21, 14, 0), false}, {at(2026, 11, 22, 10, 0), false},
        {at(2026, 12, 25, 10, 0), false}, {at(2026, 12, 24, 10, 0), true},
        {at(2026, 12, 24, 15, 0), false}, {at(2027, 1, 1, 10, 0), false},
        {at(2027, 1, 4, 10, 0), true},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int64_t time = zone_first(taipei, table[i].civil);
        cr_expect_eq(calendar_is_open(calendar, taipei, time), table[i].open, "row %zu", i);
    }
    calendar_destroy(calendar);
    zone_destroy(taipei);
}

Test(calendar, without_hours_it_is_open_but_on_closed_days)
{
    struct zone *utc = zone_utc();
    struct calendar *calendar = calendar_create("any");
    calendar_add_closed(calendar, "2026-12-25");
    cr_assert(calendar_is_open(calendar, utc, at(2026, 12, 24, 23, 59)));
    cr_assert_not(calendar_is_open(calendar, utc, at(2026, 12, 25, 0, 0)));
    calendar_destroy(calendar);
    zone_destroy(utc);
}

/* ---- days without any opening ---- */

Test(closed, days_are_left_out_until_enough_others_have_been)
{
    struct zone *taipei = load("Asia/Taipei");
    struct calendar *calendar = office();
    const struct {
        int64_t civil;
        uint32_t days;
        int64_t hours;
    } table[] = {
        {at(2026, 11, 20, 12, 0), 3, 0},    /* a Friday, back to Tuesday */
        {at(2026, 11, 23, 12, 0), 3, 24},   /* a Monday: Sunday is closed, Saturday has its hours */
        {at(2026, 11, 22, 7, 0), 1, 7},     /* of Sunday itself only what has been */
        {at(2026, 12, 26, 12, 0), 1, 24},   /* the 25th; the 24th is a special day */
        {at(2027, 1, 4, 12, 0), 3, 4 * 24}, /* the turn of the year */
        {at(2027, 1, 4, 0, 0), 1, 4 * 24},  /* at midnight the day before is asked */
        {at(2027, 1, 4, 12, 0), 10, 7 * 24}, /* two Sundays and Christmas Day too */
        {at(2026, 11, 23, 12, 0), 0, 0},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int64_t time = zone_first(taipei, table[i].civil);
        int64_t closed = calendar_closed_before(calendar, taipei, time, table[i].days);
        cr_expect_eq(closed, table[i].hours * 3600, "row %zu: %lld", i, (long long)closed);
    }
    calendar_destroy(calendar);
    zone_destroy(taipei);
}

static void expect_closed(const char *zone_name, const char *day, int64_t civil, int64_t seconds)
{
    struct zone *zone = load(zone_name);
    struct calendar *calendar = calendar_create("any");
    cr_assert_eq(calendar_add_closed(calendar, day), 0);
    int64_t closed = calendar_closed_before(calendar, zone, zone_first(zone, civil), 3);
    cr_expect_eq(closed, seconds, "%s %s: %lld", zone_name, day, (long long)closed);
    calendar_destroy(calendar);
    zone_destroy(zone);
}

Test(closed, a_day_on_which_a_clock_is_set_is_as_long_as_it_is)
{
    expect_closed("Asia/Taipei", "2026-10-25", at(2026, 10, 27, 9, 0), 24 * 3600);
    expect_closed("Europe/London", "2026-10-25", at(2026, 10, 27, 9, 0), 25 * 3600);
    expect_closed("Europe/London", "2026-03-29", at(2026, 3, 30, 0, 0), 23 * 3600);
    expect_closed("Australia/Lord_Howe", "2026-04-05", at(2026, 4, 7, 9, 0), 24 * 3600 + 1800);
    expect_closed("Australia/Lord_Howe", "2026-10-04", at(2026, 10, 6, 9, 0), 23 * 3600 + 1800);
    expect_closed("America/Sao_Paulo", "2018-11-04", at(2018, 11, 6, 9, 0), 23 * 3600);
    /* Set back from midnight to 23:00: that hour is shown twice. */
    expect_closed("America/Sao_Paulo", "2018-02-17", at(2018, 2, 19, 9, 0), 25 * 3600);
    /* The day after, from its own start. */
    expect_closed("America/Sao_Paulo", "2018-02-18", at(2018, 2, 19, 9, 0), 24 * 3600);
}

Test(closed, a_night_belongs_to_the_day_it_begins_on)
{
    struct zone *utc = zone_utc();
    struct calendar *calendar = calendar_create("night");
    calendar_add_open(calendar, "fri 22:00-06:00");
    cr_expect_eq(calendar_closed_before(calendar, utc, at(2026, 11, 21, 4, 0), 1), 4 * 3600);
    cr_expect_eq(calendar_closed_before(calendar, utc, at(2026, 11, 20, 23, 0), 1), 6 * CIVIL_DAY,
                 "an hour of the Friday before it is needed");
    calendar_destroy(calendar);
    zone_destroy(utc);
}

Test(closed, a_place_that_never_opens_is_not_searched_for_ever)
{
    struct zone *utc = zone_utc();
    struct calendar *calendar = calendar_create("gone");
    calendar_add_closed(calendar, "2000-01-01..2099-12-31");
    cr_expect_eq(calendar_closed_before(calendar, utc, at(2026, 11, 21, 0, 0), 3), 366 * CIVIL_DAY);
    calendar_destroy(calendar);
    zone_destroy(utc);
}

Test(calendar, what_is_not_understood_is_refused)
{
    struct calendar *calendar = calendar_create("x");
    static const char *const bad[] = {"",
                                      "mon",
                                      "mon-fri",
                                      "mon-fri 8:00-18:00",
                                      "08:00-08:00",
                                      "monday 08:00-18:00",
                                      "mon,,tue 08:00-18:00",
                                      "24:00-08:00",
                                      "mon-fri  08:00-18:00"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_eq(calendar_add_open(calendar, bad[i]), VMM_E_INVAL, "%s", bad[i]);
    }
    cr_expect_eq(calendar_add_closed(calendar, "2026-13-01"), VMM_E_INVAL);
    cr_expect_eq(calendar_add_closed(calendar, "2026-12-02..2026-12-01"), VMM_E_INVAL);
    cr_expect_eq(calendar_add_special(calendar, "2026-12-24"), VMM_E_INVAL);
    cr_expect_eq(calendar_add_special(calendar, "2026-12-24 mon 08:00-09:00"), VMM_E_INVAL);
    calendar_destroy(calendar);
}

/* ---- days on which clocks are set ---- */

static void expect_span(const char *zone_name, const char *text, int64_t midnight, int64_t begin,
                        int64_t hours_in_quarters)
{
    struct zone *zone = load(zone_name);
    struct window window;
    int64_t from;
    int64_t to;
    cr_assert(window_parse(text, &window));
    window_span(&window, zone, midnight, &from, &to);
    cr_expect_eq(from, begin, "%s %s begins at %lld, not %lld", zone_name, text, (long long)from,
                 (long long)begin);
    cr_expect_eq((to - from) / 900, hours_in_quarters, "%s %s lasts %lld quarters", zone_name, text,
                 (long long)((to - from) / 900));
    cr_expect(window_holds(&window, zone, from));
    cr_expect(window_holds(&window, zone, to - 1));
    cr_expect_not(window_holds(&window, zone, to));
    cr_expect_not(window_holds(&window, zone, from - 1));
    zone_destroy(zone);
}

Test(window, runs_from_its_first_start_to_its_last_end)
{
    /* London, 25 October 2026: 01:00 to 02:00 is shown twice. */
    expect_span("Europe/London", "01:00-02:00", at(2026, 10, 25, 0, 0), at(2026, 10, 25, 0, 0), 8);
    expect_span("Europe/London", "01:30-01:45", at(2026, 10, 25, 0, 0), at(2026, 10, 25, 0, 30), 5);
    expect_span("Europe/London", "00:00-06:00", at(2026, 10, 25, 0, 0), at(2026, 10, 24, 23, 0),
                28);
    /* London, 29 March 2026: 01:00 to 02:00 is never shown. */
    expect_span("Europe/London", "01:30-03:00", at(2026, 3, 29, 0, 0), at(2026, 3, 29, 1, 0), 4);
    expect_span("Europe/London", "00:00-06:00", at(2026, 3, 29, 0, 0), at(2026, 3, 29, 0, 0), 20);
    /* Lord Howe, 5 April 2026: 01:30 to 02:00 is shown twice, a step of half an hour. */
    expect_span("Australia/Lord_Howe", "01:00-03:00", at(2026, 4, 5, 0, 0), at(2026, 4, 4, 14, 0),
                10);
    /* São Paulo, 4 November 2018: the day began at 01:00. */
    expect_span("America/Sao_Paulo", "00:00-06:00", at(2018, 11, 4, 0, 0), at(2018, 11, 4, 3, 0),
                20);
    /* Taipei never changes; a span over midnight. */
    expect_span("Asia/Taipei", "22:00-06:00", at(2026, 11, 21, 0, 0), at(2026, 11, 21, 14, 0), 32);
}

static size_t runs(const char *zone_name, int64_t second, int64_t from, int64_t to)
{
    struct zone *zone = load(zone_name);
    int64_t last = window_last_start(zone, second, from);
    size_t count = 0;
    for (int64_t t = from; t < to; t += 60) {
        int64_t start = window_last_start(zone, second, t);
        count += start != last;
        cr_assert_leq(start, t);
        last = start;
    }
    zone_destroy(zone);
    return count;
}

Test(window, a_daily_job_runs_once_a_day_whatever_the_clock_does)
{
    int64_t quarter_past_one = 5400 - 900;
    cr_expect_eq(
        runs("Europe/London", quarter_past_one, at(2026, 10, 20, 12, 0), at(2026, 10, 30, 12, 0)),
        10);
    cr_expect_eq(
        runs("Europe/London", quarter_past_one, at(2026, 3, 25, 12, 0), at(2026, 4, 4, 12, 0)), 10);
    cr_expect_eq(
        runs("Australia/Lord_Howe", 2 * 3600 + 900, at(2026, 9, 30, 0, 0), at(2026, 10, 10, 0, 0)),
        10);
    cr_expect_eq(runs("America/Sao_Paulo", 0, at(2018, 11, 1, 12, 0), at(2018, 11, 11, 12, 0)), 10);
    cr_expect_eq(runs("Asia/Taipei", 8 * 3600, at(2026, 1, 1, 12, 0), at(2026, 1, 11, 12, 0)), 10);
}

/* ---- holidays ---- */

static int add(void *arg, const struct closed_days *days)
{
    return calendar_add_days(arg, days);
}

static const char holidays[] = "BEGIN:VCALENDAR\r\n"
                               "VERSION:2.0\r\n"
                               "BEGIN:VEVENT\r\n"
                               "SUMMARY:New Year, and a line that is\r\n"
                               "  folded\r\n"
                               "DTSTART;VALUE=DATE:20260216\r\n"
                               "DTEND;VALUE=DATE:20260221\r\n"
                               "END:VEVENT\r\n"
                               "BEGIN:VEVENT\r\n"
                               "RRULE:FREQ=YEARLY;COUNT=3\r\n"
                               "DTSTART;VALUE=DATE:20261010\r\n"
                               "END:VEVENT\r\n"
                               "BEGIN:VEVENT\r\n"
                               "DTSTART;VALUE=DATE:20260101\r\n"
                               "RRULE:FREQ=WEEKLY\r\n"
                               "END:VEVENT\r\n"
                               "END:VCALENDAR\r\n";

Test(ics, whole_days_and_yearly_ones_are_closed_days)
{
    struct zone *taipei = load("Asia/Taipei");
    struct calendar *calendar = calendar_create("tw");
    size_t skipped = 0;
    cr_assert_eq(ics_parse(holidays, sizeof(holidays) - 1, add, calendar, &skipped), 2);
    cr_assert_eq(skipped, 1, "what is weekly is no holiday");
    const struct {
        int64_t civil;
        bool open;
    } table[] = {
        {at(2026, 2, 15, 12, 0), true},   {at(2026, 2, 16, 12, 0), false},
        {at(2026, 2, 20, 23, 59), false}, {at(2026, 2, 21, 0, 0), true},
        {at(2026, 10, 10, 0, 0), false},  {at(2027, 10, 10, 12, 0), false},
        {at(2028, 10, 10, 12, 0), false}, {at(2029, 10, 10, 12, 0), true},
        {at(2025, 10, 10, 12, 0), true},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int64_t time = zone_first(taipei, table[i].civil);
        cr_expect_eq(calendar_is_open(calendar, taipei, time), table[i].open, "row %zu", i);
    }
    calendar_destroy(calendar);
    zone_destroy(taipei);
}

Test(ics, what_is_no_calendar_is_refused)
{
    size_t skipped = 0;
    cr_assert_eq(ics_parse("", 0, add, NULL, &skipped), VMM_E_INVAL);
    cr_assert_eq(ics_parse("hello", 5, add, NULL, &skipped), VMM_E_INVAL);
}
