/* SPDX-License-Identifier: MIT */
/* Messages that come at their time, once, whatever clocks and kills do. */
#include "gateway_play.h"

static struct play play;

static void end(void)
{
    play_end(&play);
}

TestSuite(schedule, .fini = end);

#define HOUR (60 * PLAY_MIN)
#define DAY  (24 * HOUR)

/* Begin with the site's clock in this zone. */
static void begin(const char *policy, const char *zone_name)
{
    static uint8_t bytes[65536];
    char path[256];
    play_begin(&play, policy);
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone_name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    zone_destroy(play.zone);
    cr_assert_eq(zone_parse(zone_name, bytes, size, &play.zone), 0);
    play.scheduled_site = "tpe";
}

static void jump(int year, int month, int day, int hour)
{
    play.now.wall = (civil_days(year, month, day) * CIVIL_DAY + hour * 3600) * PLAY_S;
}

Test(schedule, the_daily_summary_comes_at_eight_by_the_clock_of_the_site)
{
    begin("{}", "Asia/Taipei");
    jump(2026, 11, 20, 12);
    play_down(&play, "tpe", "cam-7", NULL);
    play_run(&play, 11 * HOUR); /* 23:00 UTC is 07:00 in Taipei */
    cr_assert_eq(play_count(&play, "summary", true), 0);
    play_run(&play, 2 * HOUR);
    cr_assert_eq(play_count(&play, "summary", true), 1);
    const json_t *doc = play_last(&play);
    cr_assert_str_eq(json_text(doc, "title"), "Site tpe: 10 of 100 cameras not OK");
    cr_assert_str_eq(json_string_value(json_array_get(json_object_get(doc, "lines"), 0)),
                     "OK 90, degraded 4, down 3, no picture 1, unknown 2, off 0");
    cr_assert_eq(json_number(doc, "item_count"), 1);
    cr_assert_str_eq(json_text(doc, "local_time"), "2026-11-21 08:00 CST (00:00 UTC)");
    for (int i = 0; i < 5; i++) {
        play_crash(&play);
        play_run(&play, HOUR);
    }
    cr_assert_eq(play_count(&play, "summary", true), 1, "once");
    play_run(&play, 3 * DAY);
    cr_assert_eq(play_count(&play, "summary", true), 4);
    cr_assert_eq(play_logged_kind(&play, "sent", "summary"), 4, "though they name who is down");
    cr_assert_geq(play_logged_kind(&play, "sent", ""), 1, "and that was news when it began");
}

Test(schedule, it_comes_once_on_the_days_clocks_are_set)
{
    begin("{\"summaries\":{\"daily\":\"01:30\"},\"repeat\":\"0s\"}", "Europe/London");
    jump(2026, 3, 27, 12);
    play_run(&play, 4 * DAY);
    cr_assert_eq(play_count(&play, "summary", true), 4, "01:30 was never shown on the 29th");
    jump(2026, 10, 23, 12);
    play_run(&play, HOUR);
    size_t before = play_count(&play, "summary", true);
    play_run(&play, 4 * DAY);
    cr_assert_eq(play_count(&play, "summary", true), before + 4,
                 "01:30 was shown twice on the 25th");
}

/* A summary at this time, over four days around the one on which clocks are set: four of them. */
static void expect_one_a_day(const char *zone, const char *daily, int year, int month, int day)
{
    char policy[128];
    snprintf(policy, sizeof(policy), "{\"summaries\":{\"daily\":\"%s\"},\"repeat\":\"0s\"}", daily);
    begin(policy, zone);
    jump(year, month, day, 12);
    play.now.wall -= 2 * DAY;
    play_run(&play, HOUR);
    size_t before = play_count(&play, "summary", true);
    play_run(&play, 4 * DAY);
    cr_expect_eq(play_count(&play, "summary", true), before + 4, "%s, %s on %d-%d", zone, daily,
                 month, day);
    play_end(&play);
}

Test(schedule, half_hours_and_midnights_that_clocks_leave_out_or_show_twice)
{
    expect_one_a_day("Australia/Lord_Howe", "01:45", 2026, 4, 5);
    expect_one_a_day("Australia/Lord_Howe", "02:15", 2026, 10, 4);
    expect_one_a_day("America/Sao_Paulo", "00:30", 2018, 11, 4);
    expect_one_a_day("America/Sao_Paulo", "23:30", 2018, 2, 17);
    expect_one_a_day("Asia/Taipei", "00:00", 2026, 3, 29);
    begin("{}", "UTC"); /* for the end */
}

/* The clock of this machine is an hour wrong for a while, one way or the other, and is set right in one step. */
Test(schedule, a_clock_that_was_wrong_and_is_set_right)
{
    begin("{\"repeat\":\"0s\"}", "UTC");
    jump(2026, 11, 20, 7);
    play_run(&play, 30 * PLAY_MIN);
    play.now.wall += HOUR;
    play_run(&play, 5 * PLAY_MIN);
    cr_expect_eq(play_count(&play, "summary", true), 1, "08:35 is past the time");
    play.now.wall -= HOUR;
    play_run(&play, HOUR);
    cr_expect_eq(play_count(&play, "summary", true), 1, "eight o'clock came again");
    play.now.wall -= HOUR;
    play_run(&play, 2 * HOUR);
    cr_expect_eq(play_count(&play, "summary", true), 1);
    play_run(&play, DAY);
    cr_expect_eq(play_count(&play, "summary", true), 2, "and on the next day it comes");
}

Test(schedule, what_was_slept_through_is_made_up_for_within_six_hours)
{
    begin("{}", "UTC");
    jump(2026, 11, 20, 7);
    play_run(&play, PLAY_MIN);
    jump(2026, 11, 20, 10);
    play_crash(&play);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play_count(&play, "summary", true), 1);
    jump(2026, 11, 21, 20);
    play_crash(&play);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play_count(&play, "summary", true), 1, "not in the evening");
}

Test(schedule, a_site_that_is_observed_or_off_has_no_summary)
{
    begin("{\"sites\":[{\"site\":\"tpe\",\"observe\":true}]}", "UTC");
    jump(2026, 11, 20, 7);
    play_run(&play, 26 * HOUR);
    cr_assert_eq(play.sent_count, 0);
    cr_assert_eq(play_logged(&play, "suppressed", "observe: the site is only observed: summary"),
                 2);
    cr_assert_eq(play_logged_kind(&play, "suppressed", "summary"), 2);
    play_end(&play);
    begin("{\"enabled\":false}", "UTC");
    jump(2026, 11, 20, 7);
    play_run(&play, 26 * HOUR);
    cr_assert_eq(play.sent_count, 0);
}

Test(schedule, the_week_is_ranked_on_its_day)
{
    begin("{\"summaries\":{\"daily\":\"\",\"weekly\":\"mon 08:30\"}}", "UTC");
    jump(2026, 11, 20, 7); /* a Friday */
    play_run(&play, 2 * DAY + 20 * HOUR);
    cr_assert_eq(play.ranks, 0);
    play_run(&play, 10 * HOUR);
    cr_assert_eq(play.ranks, 1);
    cr_assert_eq(play.span.until / PLAY_S, civil_days(2026, 11, 23) * CIVIL_DAY);
    cr_assert_eq(play.span.since / PLAY_S, civil_days(2026, 11, 16) * CIVIL_DAY);
    const json_t *doc = play_last(&play);
    /* 100 cameras, 16,800 hours, 100 of them down. */
    cr_assert_str_eq(json_text(doc, "title"),
                     "Site tpe: the week 2026-11-16 to 2026-11-22: 99.404 % available");
    const json_t *item = json_array_get(json_object_get(doc, "items"), 0);
    cr_assert_str_eq(json_text(item, "camera"), "cam-9");
    cr_assert_str_eq(json_text(item, "text"), "7 incidents, down for 1 h 30 min");
    play_run(&play, 6 * DAY);
    cr_assert_eq(play.ranks, 1);
}

Test(schedule, the_month_is_told_on_the_first)
{
    begin("{\"summaries\":{\"daily\":\"\",\"monthly\":\"09:00\"},\"language\":\"pt-BR\"}",
          "Asia/Taipei");
    jump(2026, 2, 27, 12);
    play_run(&play, 3 * DAY);
    cr_assert_eq(play.ranks, 1);
    cr_assert_eq(play.span.since / PLAY_S, civil_days(2026, 2, 1) * CIVIL_DAY - 8 * 3600);
    cr_assert_eq(play.span.until / PLAY_S, civil_days(2026, 3, 1) * CIVIL_DAY - 8 * 3600);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "Site tpe: o mês de 2026-02-01 a 2026-02-28: 99,851 % disponível");
    play_run(&play, 10 * DAY);
    cr_assert_eq(play.ranks, 1);
}

Test(schedule, the_inventory_comes_each_night)
{
    begin("{\"summaries\":{\"daily\":\"\",\"inventory\":\"02:30\"}}", "Europe/London");
    jump(2026, 10, 24, 12); /* the clock goes back in the night */
    play_run(&play, DAY);
    cr_assert_eq(play.ranks, 1);
    cr_assert_eq(play.span.until - play.span.since, DAY + HOUR, "that day has 25 hours");
    const json_t *doc = play_last(&play);
    cr_assert_str_eq(json_text(doc, "kind"), "summary");
    cr_assert_str_eq(json_text(doc, "title"),
                     "Site tpe: inventory: 30 cameras, 2 recorders; changed: 25");
    const json_t *lines = json_object_get(doc, "lines");
    cr_assert_str_eq(json_string_value(json_array_get(lines, 0)), "IB-1, firmware 7: 31");
    cr_assert_str_eq(json_string_value(json_array_get(lines, 1)), "Model not known: 1");
    const json_t *item = json_array_get(json_object_get(doc, "items"), 0);
    cr_assert_str_eq(json_text(item, "text"), "firmware: 7 instead of 6");
    cr_assert_str_eq(json_text(item, "name"), "Name of cam-9");
    cr_assert_eq(json_number(doc, "item_count"), 25);
    int64_t until = play.span.until;
    play_crash(&play);
    play_run(&play, DAY);
    cr_assert_eq(play.ranks, 2, "once a night");
    cr_assert_eq(play.span.since, until, "what one did not tell the next does");
}

/* The row of this device in the last message. */
static void expect_row(const char *camera, const char *name, const char *text)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(play_last(&play), "items"), i, row)
    {
        if (strcmp(json_text(row, "camera"), camera) == 0) {
            cr_expect_str_eq(json_text(row, "name"), name);
            cr_expect_str_eq(json_text(row, "text"), text);
            return;
        }
    }
    cr_expect_fail("no row of %s", camera);
}

static const char *first_line(void)
{
    const json_t *lines = json_object_get(play_last(&play), "lines");
    return json_string_value(json_array_get(lines, 0));
}

Test(schedule, the_inventory_names_what_came_and_went_since_the_last_one)
{
    begin("{\"summaries\":{\"daily\":\"\",\"inventory\":\"02:30\"}}", "UTC");
    jump(2026, 11, 20, 12);
    play.devices = "{\"cam-1\":\"Gate\",\"cam-2\":\"Dock\"}";
    play_run(&play, DAY);
    cr_assert_eq(play.ranks, 1);
    cr_assert_str_eq(first_line(), "IB-1, firmware 7: 31", "nothing is known of before");
    play.devices = "{\"cam-2\":\"Dock\",\"cam-3\":\"Hall\",\"cam-4\":\"Door\"}";
    play_crash(&play);
    play_run(&play, DAY);
    cr_assert_eq(play.ranks, 2);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "Site tpe: inventory: 30 cameras, 2 recorders; changed: 28");
    cr_expect_str_eq(first_line(), "New: 2; gone: 1; became something else: 25");
    expect_row("cam-1", "Gate", "gone: removed or retired");
    expect_row("cam-3", "Hall", "new");
    expect_row("cam-4", "Door", "new");
    play_run(&play, DAY);
    cr_expect_str_eq(first_line(), "IB-1, firmware 7: 31", "it was told");
}

Test(schedule, the_heart_beats_while_the_watch_works)
{
    play_begin(&play, "{\"heartbeat\":{\"every\":\"5m\",\"channels\":[\"chat\"]}}");
    play_run(&play, 31 * PLAY_MIN);
    cr_assert_geq(play_count(&play, "heartbeat", true), 6);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "vmm watches: 120 looks, 3 events, 0 incidents open");
    size_t before = play_count(&play, "heartbeat", true);
    play.is_stuck = true;
    play_run(&play, HOUR);
    cr_assert_eq(play_count(&play, "heartbeat", true), before);
}

Test(schedule, the_heart_beats_only_while_looks_end_and_what_they_say_is_kept)
{
    const uint64_t second = 1000000;
    const struct gateway_pulse well = {.look_age_us = 59 * second,
                                       .patience_us = 330 * second,
                                       .is_owing = true,
                                       .writes = true,
                                       .reads = true};
    struct gateway_pulse pulse = well;
    cr_expect(gateway_is_alive(&pulse));
    pulse.look_age_us = 61 * second;
    cr_expect_not(gateway_is_alive(&pulse), "a look was due, and none ended");
    pulse.is_owing = false;
    cr_expect(gateway_is_alive(&pulse), "few devices: none had to be looked at");
    pulse.look_age_us = 331 * second;
    cr_expect_not(gateway_is_alive(&pulse), "not even one device waits so long");
    pulse = well;
    pulse.writes = false;
    cr_expect_not(gateway_is_alive(&pulse));
    pulse = well;
    pulse.reads = false;
    cr_expect_not(gateway_is_alive(&pulse));
    pulse = well;
    pulse.look_age_us = UINT64_MAX;
    cr_expect_not(gateway_is_alive(&pulse), "nothing was ever looked at");
}
