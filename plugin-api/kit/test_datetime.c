/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/datetime.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int parse(const char *text, const char *format, struct vmm_datetime *at)
{
    return vmm_datetime_parse(vmm_text_of(text), format, at);
}

/* Seconds since 1970 of a text, in its own zone or in UTC. */
static int64_t epoch(const char *text, const char *format)
{
    struct vmm_datetime at = {0};
    cr_assert_eq(parse(text, format, &at), 0, "%s by %s", text, format);
    return vmm_datetime_epoch_ms(&at, at.has_zone ? at.zone_minutes : 0) / 1000;
}

Test(kit_datetime, reads_the_formats_of_devices)
{
    const int64_t expected = 1704067200; /* 2024-01-01 00:00:00 UTC */
    cr_assert_eq(epoch("2024/01/01 00:00:00", "%Y/%m/%d %H:%M:%S"), expected);
    cr_assert_eq(epoch(" 2024-01-01T08:00:00+08:00 ", "%FT%T%z"), expected);
    cr_assert_eq(epoch("2023-12-31T19:00:00-0500", "%FT%T%z"), expected);
    cr_assert_eq(epoch("2024-01-01T00:00:00Z", "%FT%T%z"), expected);
    cr_assert_eq(epoch("Mon, 01 Jan 2024 00:00:00 GMT", "%a, %d %b %Y %T GMT"), expected);
    cr_assert_eq(epoch("January 1, 2024 12:00:00 AM", "%B %d, %Y %I:%M:%S %p"), expected);
    cr_assert_eq(epoch("24-1-1 0:0:0", "%y-%m-%d %H:%M:%S"), expected);
    cr_assert_eq(epoch("1704067200", "%s"), expected);
    cr_assert_eq(epoch("100% 2024-01-01   00:00:00.250", "100%% %F %T.%f"), expected);
}

Test(kit_datetime, keeps_the_fraction)
{
    struct vmm_datetime at = {0};
    cr_assert_eq(parse("2024-01-01 00:00:00.25", "%F %T.%f", &at), 0);
    cr_assert_eq(at.millisecond, 250);
    cr_assert_eq(parse("2024-01-01 00:00:00.1239", "%F %T.%f", &at), 0);
    cr_assert_eq(at.millisecond, 123);
}

Test(kit_datetime, knows_noon_and_midnight)
{
    struct vmm_datetime at = {0};
    cr_assert_eq(parse("2024-01-01 12:30 AM", "%F %I:%M %p", &at), 0);
    cr_assert_eq(at.hour, 0);
    cr_assert_eq(parse("2024-01-01 12:30 PM", "%F %I:%M %p", &at), 0);
    cr_assert_eq(at.hour, 12);
    cr_assert_eq(parse("2024-01-01 12:30", "%F %I:%M", &at), VMM_E_INVAL);
}

Test(kit_datetime, refuses_what_does_not_fit)
{
    struct vmm_datetime at = {0};
    cr_assert_eq(parse("2024/01/01", "%Y-%m-%d", &at), VMM_E_INVAL);
    cr_assert_eq(parse("2024-01-01 rest", "%F", &at), VMM_E_INVAL);
    cr_assert_eq(parse("2024-01", "%F", &at), VMM_E_INVAL);
    cr_assert_eq(parse("", "%F", &at), VMM_E_INVAL);
    cr_assert_eq(parse("10:00:00", "%T", &at), VMM_E_INVAL);
    cr_assert_eq(parse("2024-01-01", "%F%", &at), VMM_E_INVAL);
    cr_assert_eq(parse("2024-01-01", "%F%Q", &at), VMM_E_INVAL);
    cr_assert_eq(parse("Foo 1 2024", "%b %d %Y", &at), VMM_E_INVAL);
}

Test(kit_datetime, refuses_days_and_hours_that_do_not_exist)
{
    struct vmm_datetime at = {0};
    static const char *const none[] = {
        "2023-02-29 00:00:00", "2024-04-31 00:00:00", "2024-13-01 00:00:00", "2024-00-01 00:00:00",
        "2024-01-01 24:00:00", "2024-01-01 00:60:00", "1900-02-29 00:00:00"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        cr_assert_eq(parse(none[i], "%F %T", &at), VMM_E_RANGE, "%s", none[i]);
    }
    cr_assert_eq(parse("2000-02-29 23:59:60", "%F %T", &at), 0);
}

Test(kit_datetime, reads_zones)
{
    static const struct {
        const char *text;
        int rc;
        int32_t minutes;
    } zones[] = {{"Z", 0, 0},
                 {"UTC", 0, 0},
                 {"GMT+08:00", 0, 480},
                 {"+8", 0, 480},
                 {"-0530", 0, -330},
                 {"+05:45", 0, 345},
                 {"UTC-03", 0, -180},
                 {"CST-8", VMM_E_INVAL, 0},
                 {"", VMM_E_INVAL, 0},
                 {"+", VMM_E_INVAL, 0},
                 {"+15", VMM_E_RANGE, 0},
                 {"+14:01", VMM_E_RANGE, 0},
                 {"+08:00x", VMM_E_INVAL, 0},
                 {"+08:", VMM_E_INVAL, 0}};
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        int32_t minutes = 0;
        cr_assert_eq(vmm_datetime_zone(vmm_text_of(zones[i].text), &minutes), zones[i].rc, "%s",
                     zones[i].text);
        cr_assert_eq(minutes, zones[i].minutes, "%s", zones[i].text);
    }
}

Test(kit_datetime, counts_days_like_the_system_does)
{
    for (int64_t day = -719162; day < 2932896; day += 1009) { /* year 1 to 9999 */
        time_t seconds = (time_t)(day * 86400);
        struct tm tm;
        cr_assert_not_null(gmtime_r(&seconds, &tm));
        cr_assert_eq(vmm_datetime_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday), day);
    }
}

Test(kit_datetime, turns_seconds_into_the_same_date_as_the_system)
{
    for (int64_t day = 0; day < 2932896; day += 997) {
        char text[32];
        time_t seconds = (time_t)(day * 86400 + 86399);
        struct tm tm;
        struct vmm_datetime at = {0};
        snprintf(text, sizeof(text), "%lld", (long long)seconds);
        cr_assert_eq(parse(text, "%s", &at), 0);
        gmtime_r(&seconds, &tm);
        cr_assert(at.year == tm.tm_year + 1900 && at.month == tm.tm_mon + 1 &&
                  at.day == tm.tm_mday && at.hour == 23 && at.minute == 59 && at.second == 59);
    }
}

Test(kit_datetime, does_not_look_at_the_zone_of_the_process)
{
    setenv("TZ", "Asia/Taipei", 1);
    tzset();
    cr_assert_eq(epoch("2024-01-01 00:00:00", "%F %T"), 1704067200);
}

Test(kit_datetime, a_day_and_its_date_belong_together)
{
    static const int32_t dates[][3] = {{1, 1, 1},     {1969, 12, 31}, {1970, 1, 1},
                                       {2000, 2, 29}, {2024, 2, 29},  {2026, 12, 31},
                                       {2100, 2, 28}, {9999, 12, 31}};
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        int64_t days = vmm_datetime_days(dates[i][0], dates[i][1], dates[i][2]);
        vmm_datetime_date(days, &year, &month, &day);
        cr_assert_eq(year, dates[i][0]);
        cr_assert_eq(month, dates[i][1]);
        cr_assert_eq(day, dates[i][2]);
    }
    for (int64_t days = 0; days < 800; days++) {
        vmm_datetime_date(days, &year, &month, &day);
        cr_assert_eq(vmm_datetime_days(year, month, day), days);
    }
    vmm_datetime_date(INT64_MAX, &year, &month, &day);
    cr_assert_eq(year, 9999);
    vmm_datetime_date(INT64_MIN, &year, &month, &day);
    cr_assert_eq(year, 1);
}

static void expect_print(int64_t ms, const char *between, const char *text)
{
    char out[VMM_DATETIME_TEXT_SIZE];
    vmm_datetime_print(ms, between, out);
    cr_assert_str_eq(out, text);
}

Test(kit_datetime, writes_a_moment_as_devices_take_it)
{
    expect_print(1704067200000, " ", "2024-01-01 00:00:00");
    expect_print(1709251199999, "T", "2024-02-29T23:59:59");
    expect_print(1767225601000, "%20", "2026-01-01%2000:00:01");
    expect_print(0, "", "1970-01-0100:00:00");
}

Test(kit_datetime, writes_a_moment_out_of_range_as_the_nearest_one)
{
    expect_print(-1, "T", "1970-01-01T00:00:00");
    expect_print(INT64_MIN, "T", "1970-01-01T00:00:00");
    expect_print(INT64_C(253402300799999), "T", "9999-12-31T23:59:59");
    expect_print(INT64_C(253402300800000), "T", "9999-12-31T23:59:59");
    expect_print(INT64_MAX, "%20", "9999-12-31%2023:59:59");
    expect_print(0, "too much", "1970-01-01too00:00:00");
}

Test(kit_datetime, what_is_written_is_read_as_the_same_moment)
{
    for (int64_t s = 0; s < INT64_C(253402300800); s += INT64_C(86399) * 1009) {
        char out[VMM_DATETIME_TEXT_SIZE];
        vmm_datetime_print(s * 1000 + 999, " ", out);
        cr_assert_eq(epoch(out, "%F %T"), s);
    }
}
