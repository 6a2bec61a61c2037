/* SPDX-License-Identifier: MIT */
/* Zones against the C library's own reading of the same database, and the days on which clocks are set. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <vmm/errors.h>

#include "base/rng.h"
#include "base/zone.h"

static struct zone *load(const char *name)
{
    static uint8_t bytes[ZONE_BYTES_MAX];
    char path[256];
    struct zone *zone = NULL;
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_assert_eq(zone_parse(name, bytes, size, &zone), 0, "%s", name);
    return zone;
}

static int64_t at(int year, int month, int day, int hour, int minute)
{
    return civil_days(year, month, day) * CIVIL_DAY + hour * 3600 + minute * 60;
}

static void expect_like_libc(const char *name, int64_t time)
{
    static const struct zone *zone;
    if (zone == NULL || strcmp(zone_name(zone), name) != 0) {
        zone_destroy((struct zone *)zone);
        zone = load(name);
        setenv("TZ", name, 1);
        tzset();
    }
    struct tm tm;
    time_t t = (time_t)time;
    localtime_r(&t, &tm);
    struct zone_type type;
    zone_at(zone, time, &type);
    cr_assert_eq(type.offset, tm.tm_gmtoff, "%s at %lld: %d, not %ld", name, (long long)time,
                 type.offset, tm.tm_gmtoff);
    cr_assert_str_eq(type.name, tm.tm_zone, "%s at %lld", name, (long long)time);
    cr_assert_eq(type.is_dst, tm.tm_isdst > 0, "%s at %lld", name, (long long)time);
    struct civil civil;
    civil_split(zone_local(zone, time), &civil);
    cr_assert_eq(civil.year, tm.tm_year + 1900);
    cr_assert_eq(civil.month, tm.tm_mon + 1);
    cr_assert_eq(civil.day, tm.tm_mday);
    cr_assert_eq(civil.weekday, tm.tm_wday);
    cr_assert_eq(civil.hour, tm.tm_hour);
    cr_assert_eq(civil.minute, tm.tm_min);
}

static const char *const zones[] = {
    "Asia/Taipei",     "Europe/London",    "Australia/Lord_Howe", "America/Sao_Paulo",
    "Europe/Dublin",   "America/New_York", "Pacific/Apia",        "Africa/Casablanca",
    "Asia/Kathmandu",  "Asia/Gaza",        "America/Nuuk",        "Antarctica/Troll",
    "Pacific/Chatham", "Europe/Lisbon",    "Etc/GMT+5",           "UTC",
};

Test(zone, is_what_the_c_library_says)
{
    struct rng rng;
    rng_init(&rng, 1);
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        for (int n = 0; n < 3000; n++) {
            /* 1950 to 2150: before the first change and long after the last. */
            int64_t span = at(2150, 1, 1, 0, 0) - at(1950, 1, 1, 0, 0);
            expect_like_libc(zones[i],
                             at(1950, 1, 1, 0, 0) + (int64_t)rng_below(&rng, (uint64_t)span));
        }
    }
}

Test(zone, each_hour_of_two_years)
{
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        for (int64_t t = at(2018, 1, 1, 0, 0); t < at(2020, 1, 1, 0, 0); t += 3600) {
            expect_like_libc(zones[i], t);
            expect_like_libc(zones[i], t - 1);
        }
    }
}

static void expect(const char *name, int64_t civil, int64_t first, int64_t last)
{
    struct zone *zone = load(name);
    cr_expect_eq(zone_first(zone, civil), first, "%s first: %lld, not %lld", name,
                 (long long)zone_first(zone, civil), (long long)first);
    cr_expect_eq(zone_last(zone, civil), last, "%s last: %lld, not %lld", name,
                 (long long)zone_last(zone, civil), (long long)last);
    zone_destroy(zone);
}

Test(zone, a_clock_that_never_changes_shows_each_time_once)
{
    int64_t t = at(2026, 11, 21, 0, 0);
    expect("Asia/Taipei", at(2026, 11, 21, 8, 0), t, t);
}

Test(zone, london_is_set_at_one)
{
    /* 2026-03-29 01:00 GMT becomes 02:00 BST: 01:30 is never shown. */
    expect("Europe/London", at(2026, 3, 29, 1, 30), at(2026, 3, 29, 1, 0), at(2026, 3, 29, 1, 0));
    expect("Europe/London", at(2026, 3, 29, 2, 0), at(2026, 3, 29, 1, 0), at(2026, 3, 29, 1, 0));
    expect("Europe/London", at(2026, 3, 29, 0, 59), at(2026, 3, 29, 0, 59), at(2026, 3, 29, 0, 59));
    /* 2026-10-25 02:00 BST becomes 01:00 GMT: 01:30 is shown twice. */
    expect("Europe/London", at(2026, 10, 25, 1, 30), at(2026, 10, 25, 0, 30),
           at(2026, 10, 25, 1, 30));
    expect("Europe/London", at(2026, 10, 25, 2, 0), at(2026, 10, 25, 2, 0), at(2026, 10, 25, 2, 0));
}

Test(zone, lord_howe_is_set_by_half_an_hour)
{
    /* 2026-10-04 02:00 at +10:30 becomes 02:30 at +11. */
    int64_t set = at(2026, 10, 3, 15, 30);
    expect("Australia/Lord_Howe", at(2026, 10, 4, 2, 15), set, set);
    /* 2026-04-05 02:00 at +11 becomes 01:30 at +10:30. */
    expect("Australia/Lord_Howe", at(2026, 4, 5, 1, 45), at(2026, 4, 4, 14, 45),
           at(2026, 4, 4, 15, 15));
}

Test(zone, sao_paulo_had_days_without_midnight)
{
    /* 2018-11-04 00:00 at -3 became 01:00 at -2; the rule was dropped in 2019. */
    int64_t set = at(2018, 11, 4, 3, 0);
    expect("America/Sao_Paulo", at(2018, 11, 4, 0, 0), set, set);
    int64_t t = at(2026, 11, 4, 3, 0);
    expect("America/Sao_Paulo", at(2026, 11, 4, 0, 0), t, t);
}

Test(zone, apia_left_out_a_whole_day)
{
    int64_t set = at(2011, 12, 30, 10, 0);
    expect("Pacific/Apia", at(2011, 12, 30, 12, 0), set, set);
}

Test(zone, what_is_no_zone_is_refused)
{
    static uint8_t bytes[4096];
    struct zone *zone = NULL;
    FILE *file = fopen("/usr/share/zoneinfo/Europe/London", "rb");
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_assert_eq(zone_parse("x", "TZif", 4, &zone), VMM_E_INVAL);
    cr_assert_eq(zone_parse("x", "", 0, &zone), VMM_E_INVAL);
    for (size_t cut = 0; cut < size - 40; cut += 7) {
        cr_assert_eq(zone_parse("x", bytes, cut, &zone), VMM_E_INVAL, "cut at %zu", cut);
    }
    bytes[0] = 'X';
    cr_assert_eq(zone_parse("x", bytes, size, &zone), VMM_E_INVAL);
}

Test(zone, names_stay_inside_the_database)
{
    cr_assert(zone_is_name("Asia/Taipei"));
    cr_assert(zone_is_name("America/Argentina/Buenos_Aires"));
    cr_assert(zone_is_name("Etc/GMT+5"));
    cr_assert_not(zone_is_name(""));
    cr_assert_not(zone_is_name("/etc/passwd"));
    cr_assert_not(zone_is_name("../../etc/passwd"));
    cr_assert_not(zone_is_name("Asia/../../x"));
    cr_assert_not(zone_is_name("Asia//Taipei"));
    cr_assert_not(zone_is_name("Asia/Tai pei"));
}

Test(civil, dates_and_times_are_read)
{
    int64_t value = 0;
    cr_assert(civil_parse_date("2024-02-29", &value));
    cr_assert_eq(value, civil_days(2024, 2, 29));
    cr_assert(civil_parse_date("20261225", &value));
    cr_assert_eq(value, civil_days(2026, 12, 25));
    cr_assert_not(civil_parse_date("2026-02-29", &value));
    cr_assert_not(civil_parse_date("2026-1225", &value));
    cr_assert_not(civil_parse_date("2026-12-25x", &value));
    cr_assert(civil_parse_time("24:00", &value));
    cr_assert_eq(value, CIVIL_DAY);
    cr_assert_not(civil_parse_time("24:01", &value));
    cr_assert_not(civil_parse_time("8:00", &value));
    cr_assert_not(civil_parse_time("08:60", &value));
}
