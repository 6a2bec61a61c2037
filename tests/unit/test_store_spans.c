/* SPDX-License-Identifier: MIT */
/* health_day: what lies over the days: time without watch, maintenance, what is told beside a health. */
#include "store_days_help.h"

TestSuite(store_spans, .init = days_setup, .fini = days_teardown);

/* vmmd was stopped over midnight, and the row of the day before was written before the journal told of it. */
Test(store_spans, time_without_watch_is_unknown)
{
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C1", BEGIN_US + 20 * HOUR_US, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + DAY_US + 4 * HOUR_US);
    cr_expect_eq(number("SELECT sum(down_s) FROM health_day"), 4 * 3600);
    add_unwatched(BEGIN_US + 22 * HOUR_US, BEGIN_US + DAY_US + 4 * HOUR_US);
    add_event("S1", "C1", BEGIN_US + DAY_US + 5 * HOUR_US, "DOWN", "OK", "none");
    count_all(BEGIN_US + 3 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'camera:C1' AND"
                        " day = '2026-01-01' AND ok_s = 72000 AND down_s = 7200 AND"
                        " unknown_s = 7200 AND unwatched_s = 7200 AND outages = 1 AND"
                        " longest_outage_s = 7200"),
                 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'camera:C1' AND"
                        " day = '2026-01-02' AND ok_s = 68400 AND down_s = 3600 AND"
                        " unknown_s = 14400 AND outages = 0 AND longest_outage_s = 3600"),
                 1);
    cr_expect_eq(number("SELECT unknown_s FROM health_day WHERE id = 'S1/site/2026-01-01'"), 7200);
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US, "1");
}

/* What is switched off stays so; and what happened after the span began, by the time of its event, is not overruled. */
Test(store_spans, time_without_watch_takes_nothing_from_what_is_known)
{
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    add_camera("S1", "C2");
    add_event("S1", "C1", BEGIN_US, "OK", "DISABLED", "disabled");
    add_event("S1", "C2", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C2", BEGIN_US + 2 * HOUR_US, "OK", "DOWN", "unreachable");
    add_unwatched(BEGIN_US + HOUR_US, BEGIN_US + 3 * HOUR_US);
    count_all(BEGIN_US + DAY_US);
    cr_expect_eq(number("SELECT disabled_s FROM health_day WHERE component = 'camera:C1'"), 86400);
    cr_expect_eq(number("SELECT ok_s FROM health_day WHERE component = 'camera:C2'"), 7200);
    cr_expect_eq(number("SELECT unknown_s FROM health_day WHERE component = 'camera:C2'"), 3600);
    expect_sums();
    expect_rebuilt(BEGIN_US + DAY_US, "1");
}

/* The clock was a year ahead when vmmd started, and was set right afterwards. */
Test(store_spans, time_without_watch_by_a_clock_that_was_ahead)
{
    char json[200];
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_unwatched(BEGIN_US + HOUR_US, BEGIN_US + 365 * DAY_US);
    count_all(BEGIN_US + 365 * DAY_US);
    snprintf(json, sizeof(json),
             "{\"from\":\"OK\",\"to\":\"DEGRADED\",\"reason\":\"slow\",\"received_at\":\"%s\"}",
             time_text(BEGIN_US + 2 * HOUR_US));
    add_raw("S1", "C1", "camera.degraded", BEGIN_US + 2 * HOUR_US, json);
    count_all(BEGIN_US + 3 * DAY_US);
    cr_expect_eq(number("SELECT unknown_s FROM health_day WHERE id = 'S1/camera:C1/2026-01-01'"),
                 3600);
    cr_expect_eq(number("SELECT degraded_s FROM health_day WHERE id = 'S1/camera:C1/2026-01-02'"),
                 86400);
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US, "component = 'camera:C1'");
}

Test(store_spans, maintenance_of_a_site_and_of_a_device)
{
    add_site("S1", "UTC");
    add_site("S2", "UTC");
    add_camera("S1", "C1");
    add_camera("S1", "C2");
    add_camera("S2", "C3");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C2", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S2", "C3", BEGIN_US, "UNKNOWN", "OK", "none");
    add_maintenance("S1", "m-1", BEGIN_US + HOUR_US, BEGIN_US + 5 * HOUR_US, NULL);
    add_maintenance("S1", "m-2", BEGIN_US + 2 * HOUR_US, BEGIN_US + 3 * DAY_US,
                    "[\"camera:C1\",\"nvr:N9\"]");
    count_all(BEGIN_US + 2 * DAY_US);
    end_maintenance("S1", "m-2", BEGIN_US + DAY_US - HOUR_US); /* told late */
    end_maintenance("S1", "m-1", BEGIN_US + 3 * HOUR_US);
    end_maintenance("S2", "m-2", BEGIN_US);
    count_all(BEGIN_US + 3 * DAY_US);
    cr_expect_eq(number("SELECT maintenance_s FROM health_day WHERE id ="
                        " 'S1/camera:C1/2026-01-01'"),
                 22 * 3600, "hours of both count once");
    cr_expect_eq(number("SELECT maintenance_s FROM health_day WHERE id ="
                        " 'S1/camera:C1/2026-01-02'"),
                 0);
    cr_expect_eq(number("SELECT maintenance_s FROM health_day WHERE id ="
                        " 'S1/camera:C2/2026-01-01'"),
                 2 * 3600);
    cr_expect_eq(number("SELECT maintenance_s FROM health_day WHERE id = 'S1/site/2026-01-01'"),
                 2 * 3600);
    cr_expect_eq(number("SELECT sum(maintenance_s) FROM health_day WHERE site_id = 'S2'"), 0);
    cr_expect_eq(number("SELECT ok_s FROM health_day WHERE id = 'S1/camera:C1/2026-01-01'"), 86400,
                 "it counts beside the health");
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US, "1");
}

static void add_verdict(const char *camera, int64_t ts, const char *from, const char *to,
                        const char *beside)
{
    char json[300];
    snprintf(json, sizeof(json), "{\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"none\"%s}", from, to,
             beside);
    add_raw("S1", camera, "camera.ok", ts, json);
}

Test(store_spans, what_is_told_beside_the_health)
{
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    add_verdict("C1", BEGIN_US + HOUR_US, "UNKNOWN", "OK",
                ",\"is_new\":true,\"recording\":\"proven\",\"clock_offset_ms\":-900");
    add_verdict("C1", BEGIN_US + 3 * HOUR_US, "OK", "OK", ",\"recording\":\"missing\"");
    add_verdict("C1", BEGIN_US + 4 * HOUR_US, "OK", "DOWN", "");
    add_verdict("C1", BEGIN_US + 6 * HOUR_US, "DOWN", "OK", "");
    add_raw("S1", "C1", "camera.recording", BEGIN_US + 7 * HOUR_US,
            "{\"health\":\"OK\",\"recording\":\"unjudged\"}");
    add_raw("S1", "C1", "camera.clock", BEGIN_US + 8 * HOUR_US,
            "{\"health\":\"OK\",\"clock_offset_ms\":65000}");
    add_verdict("C1", BEGIN_US + 9 * HOUR_US, "OK", "OK", ",\"clock_offset_ms\":30");
    count_all(BEGIN_US + 2 * DAY_US);
    add_raw("S1", "C1", "camera.commissioned", BEGIN_US + DAY_US + HOUR_US, "{\"health\":\"OK\"}");
    count_all(BEGIN_US + 3 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE id = 'S1/camera:C1/2026-01-01' AND"
                        " recording_proven_s = 7200 AND recording_missing_s = 7200 AND"
                        " recording_unjudged_s = 72000 AND commissioning_s = 82800 AND"
                        " clock_offset_ms = 65000"),
                 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE id = 'S1/camera:C1/2026-01-02' AND"
                        " commissioning_s = 3600 AND clock_offset_ms = 30"),
                 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE id = 'S1/camera:C1/2026-01-03' AND"
                        " commissioning_s = 0"),
                 1);
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US, "1");
}

/* The days on which clocks are set, in maintenance and without watch from their midnight to their end. */
static void expect_over_whole_day(const char *zone, int64_t noon, int64_t length)
{
    char text[300];
    sql("DELETE FROM ai_event; DELETE FROM health_day; DELETE FROM health_day_state;"
        "DELETE FROM health_day_span; DELETE FROM camera; DELETE FROM site;"
        "DELETE FROM sqlite_sequence; UPDATE health_day_place SET seq = 0");
    add_site("S1", zone);
    add_camera("S1", "C1");
    int64_t begins = day_start(zone_named(NULL, zone), noon / 1000000) * 1000000;
    add_event("S1", "C1", begins - DAY_US, "UNKNOWN", "OK", "none");
    add_maintenance("S1", "m-1", begins - HOUR_US, begins + 27 * HOUR_US, NULL);
    add_unwatched(begins - HOUR_US, begins + (length - 1800) * 1000000);
    count_all(begins + 4 * DAY_US);
    snprintf(
        text, sizeof(text),
        "SELECT count(*) FROM health_day WHERE component = 'camera:C1' AND begins_at = %lld AND"
        " length_s = %lld AND maintenance_s = length_s AND unwatched_s = length_s - 1800 AND"
        " ok_s = 1800",
        (long long)begins, (long long)length);
    cr_expect_eq(number(text), 1, "%s", zone);
    cr_expect_eq(number("SELECT sum(unwatched_s) FROM health_day WHERE component = 'site'"),
                 length - 1800 + 3600);
    expect_sums();
    expect_rebuilt(begins + 4 * DAY_US, "1");
}

static int64_t utc_noon(int year, int month, int day)
{
    return (civil_days(year, month, day) * CIVIL_DAY + CIVIL_DAY / 2) * 1000000;
}

Test(store_spans, spans_over_days_on_which_clocks_are_set)
{
    expect_over_whole_day("Asia/Taipei", utc_noon(2026, 3, 29), 86400);
    expect_over_whole_day("Europe/London", utc_noon(2026, 3, 29), 23 * 3600);
    expect_over_whole_day("Europe/London", utc_noon(2026, 10, 25), 25 * 3600);
    expect_over_whole_day("Australia/Lord_Howe", utc_noon(2026, 4, 5) - DAY_US / 2,
                          24 * 3600 + 1800);
    expect_over_whole_day("Australia/Lord_Howe", utc_noon(2026, 10, 4) - DAY_US / 2,
                          23 * 3600 + 1800);
    expect_over_whole_day("America/Sao_Paulo", utc_noon(2018, 11, 4), 23 * 3600);
    expect_over_whole_day("America/Sao_Paulo", utc_noon(2018, 2, 17), 25 * 3600);
}
