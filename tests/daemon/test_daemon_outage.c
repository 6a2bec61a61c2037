/* SPDX-License-Identifier: MIT */
/* What people read when a site's uplink is cut, or one camera dies: as many messages as there are causes. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig_town.h"

/* So many times faster than the defaults. */
static int pace(void)
{
    return (int)rig_soak(10, 1, "is the pace: the default intervals");
}

/* Seconds of the default intervals, and what this machine takes for itself: it looks at the time once a second. */
static void expect_within(const struct town *town, const char *thread, int seconds)
{
    double delay = town_delay(town, TOWN_ALARM, thread);
    rig_soak_note("%.1f s from the first failed look to the card of %s", delay, thread);
    cr_expect_leq(delay, seconds + 4.0 * town->pace, "%s: %.1f s", thread, delay);
}

/* The thread has one alarm with this title, one recovery, and nothing else. */
static void expect_thread(const struct town *town, const char *thread, const char *title)
{
    cr_expect_str_eq(town_title(town, TOWN_ALARM, thread), title);
    cr_expect_eq(town_count(town, "", thread), 2);
    cr_expect_eq(town_count(town, TOWN_RECOVERY, thread), 1);
}

/* What explain says of a message, in the words that a person reads. */
static void expect_explained(struct town *town, const char *camera, const char *says)
{
    struct buf said;
    buf_init(&said);
    cr_assert_eq(rig_ctl(&town->rig, &said, NULL, "explain", camera, NULL), 0);
    cr_expect(strstr(buf_cstr(&said), says) != NULL, "%s: %s", camera, buf_cstr(&said));
    buf_finish(&said);
}

Test(outage, the_uplink_of_a_site_is_one_card_within_a_minute_and_one_recovery)
{
    static const struct town_site sites[] = {
        {"taichung", "Taichung", 22, 2, 4}, {"tainan", "Tainan", 6, 0, 0}, {NULL, NULL, 0, 0, 0}};
    static const char thread[] = "taichung/site/";
    struct town town;
    town_open(&town, pace(), sites, "{}");
    town_cut(&town, "taichung-*", "unreachable");
    town_wait(&town, TOWN_ALARM, thread, 1, 480);
    const char *card = town_text(&town, TOWN_ALARM, thread);
    cr_expect(strstr(card, "<b>taichung-c01</b>") != NULL, "%s", card);
    cr_expect(strstr(card, "and 12 more") != NULL, "%s", card);
    cr_expect(strstr(card, "https://vmm.example/sites/taichung") != NULL, "%s", card);
    cr_expect(strstr(card, "or this node is cut off") == NULL, "another site answers: %s", card);
    town_wait_site(&town, "taichung", "DOWN", 600);
    expect_explained(&town, "taichung-c01",
                     "kept back by consequence: it follows from site, and is told with that");
    town_mend(&town, "*");
    town_wait(&town, TOWN_RECOVERY, thread, 1, 600);
    town_wait_site(&town, "taichung", "OK", 600);
    expect_thread(&town, thread, TOWN_ALARM " Site Taichung unreachable: 30 cameras, 2 NVRs");
    expect_within(&town, thread, 60);
    cr_expect_eq(town_count(&town, "", ""), 2, "and that is all");
    town_close(&town);
}

/* A camera of the site was seen to fail. */
static bool is_suspect(struct rig *rig, const void *site)
{
    json_t *status = rig_json(rig, "status", "--all", "--site", site, NULL);
    size_t i;
    json_t *row;
    bool suspect = false;
    json_array_foreach(json_object_get(status, "cameras"), i, row)
    {
        suspect =
            suspect || strcmp(json_string_value(json_object_get(row, "severity")), "suspect") == 0;
    }
    json_decref(status);
    return suspect;
}

/* Away for so short that nobody has to hear of it. */
static void flicker(struct town *town, const char *site)
{
    char devices[32];
    snprintf(devices, sizeof(devices), "%s-*", site);
    town_cut(town, devices, "down");
    rig_until(&town->rig, RIG_WAIT_MS + town_ms(town, 360), "a look that failed", is_suspect, site);
    town_mend(town, devices);
}

Test(outage, of_many_at_once_each_cause_is_one_card)
{
    static const struct town_site sites[] = {
        {"taipei", "Taipei", 12, 0, 0},      {"tainan", "Tainan", 6, 0, 0},
        {"hualien", "Hualien", 10, 0, 0},    {"chiayi", "Chiayi", 5, 0, 0},
        {"kaohsiung", "Kaohsiung", 3, 1, 2}, {"yilan", "Yilan", 4, 0, 0},
        {"miaoli", "Miaoli", 1, 0, 0},       {NULL, NULL, 0, 0, 0}};
    static const struct {
        const char *thread;
        const char *title;
        int within;
    } told[] = {{"taipei/group/", "🔴 Taipei: 8 cameras lost at once (of 12 cameras)", 120},
                {"tainan/camera:tainan-c03/",
                 "🔴 tainan-c03 is DOWN: the device does not answer within the time", 120},
                {"hualien/site/", "🔴 Site Hualien unreachable: 10 cameras", 60},
                {"chiayi/site/", "🔴 Site Chiayi unreachable: 5 cameras", 60},
                {"kaohsiung/site/", "🔴 Site Kaohsiung unreachable: 5 cameras, 1 NVR", 60},
                {"miaoli/camera:miaoli-c01/",
                 "🔴 miaoli-c01 is DOWN: the device refuses or drops connections, or there is no "
                 "route to it",
                 120}};
    const size_t count = sizeof(told) / sizeof(told[0]);
    struct town town;
    town_open(&town, pace(), sites, "{}");
    town_cut(&town, "taipei-c0[1-8]", "down");
    town_cut(&town, "tainan-c03", "blackhole");
    town_cut(&town, "hualien-*", "down");
    town_cut(&town, "chiayi-*", "blackhole");
    town_cut(&town, "kaohsiung-*", "down");
    town_cut(&town, "miaoli-*", "down");
    flicker(&town, "yilan");
    for (size_t i = 0; i < count; i++) {
        town_wait(&town, TOWN_ALARM, told[i].thread, 1, 480);
    }
    const char *card = town_text(&town, TOWN_ALARM, told[1].thread);
    cr_expect(strstr(card, "Evidence: 5 looks in a row failed at ") != NULL, "%s", card);
    town_wait_site(&town, "hualien", "DOWN", 600);
    town_mend(&town, "[!h]*");
    town_mend(&town, "hualien-c0[1-7]");
    for (size_t i = 0; i < count; i++) {
        town_wait(&town, TOWN_RECOVERY, told[i].thread, 1, 900);
    }
    /* Three stay dead, and are told as themselves. */
    town_wait(&town, TOWN_ALARM, "hualien/camera:hualien-", 3, 480);
    town_mend(&town, "*");
    town_wait(&town, TOWN_RECOVERY, "hualien/camera:hualien-", 3, 900);
    for (size_t i = 0; i < count; i++) {
        expect_thread(&town, told[i].thread, told[i].title);
        expect_within(&town, told[i].thread, told[i].within);
    }
    cr_expect_eq(town_count(&town, "", ""), 2 * count + 6, "and that is all");
    cr_expect_eq(town_count(&town, "", "yilan"), 0);
    town_close(&town);
}

Test(outage, where_one_camera_is_all_there_is_the_card_says_that_it_may_be_us)
{
    static const struct town_site sites[] = {{"penghu", "Penghu", 1, 0, 0}, {NULL, NULL, 0, 0, 0}};
    static const char thread[] = "penghu/camera:penghu-c01/";
    struct town town;
    town_open(&town, pace(), sites, "{}");
    town_cut(&town, "*", "down");
    town_wait(&town, TOWN_ALARM, thread, 1, 480);
    const char *card = town_text(&town, TOWN_ALARM, thread);
    cr_expect(strstr(card, "Or this node is cut off") != NULL, "%s", card);
    expect_within(&town, thread, 120);
    town_close(&town);
}
