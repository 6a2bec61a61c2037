/* SPDX-License-Identifier: MIT */
/* What people read when a site's uplink is cut, or one camera dies: as many messages as there are causes. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig_town.h"

#define PACE 10

/* Seconds of the default intervals, and what this machine takes for itself: it looks at the time once a second. */
static void expect_within(const struct town *town, const char *thread, int seconds)
{
    double delay = town_delay(town, TOWN_ALARM, thread);
    fprintf(stderr, "%s: told %.1f s after its first failed look, at 1/%d of the intervals\n",
            thread, delay, town->pace);
    cr_expect_leq(delay, seconds + 4.0 * town->pace, "%s: %.1f s", thread, delay);
}

/* The thread has one alarm with this title, one recovery, and nothing else. */
static void expect_thread(const struct town *town, const char *thread, const char *title)
{
    cr_expect_str_eq(town_title(town, TOWN_ALARM, thread), title);
    cr_expect_eq(town_count(town, "", thread), 2);
    cr_expect_eq(town_count(town, TOWN_RECOVERY, thread), 1);
}

Test(outage, the_uplink_of_a_site_is_one_card_within_a_minute_and_one_recovery)
{
    static const struct town_site sites[] = {
        {"taichung", "Taichung", 22, 2, 4}, {"tainan", "Tainan", 6, 0, 0}, {NULL, NULL, 0, 0, 0}};
    static const char thread[] = "taichung/site/";
    struct town town;
    town_open(&town, PACE, sites, "{}");
    town_cut(&town, "taichung-*", "blackhole");
    town_wait(&town, TOWN_ALARM, thread, 1, 480);
    const char *card = town_text(&town, TOWN_ALARM, thread);
    cr_expect(strstr(card, "<b>taichung-c01</b>") != NULL, "%s", card);
    cr_expect(strstr(card, "and 12 more") != NULL, "%s", card);
    cr_expect(strstr(card, "https://vmm.example/sites/taichung") != NULL, "%s", card);
    cr_expect(strstr(card, "or this node is cut off") == NULL, "another site answers: %s", card);
    town_wait_site(&town, "taichung", "DOWN", 600);
    town_mend(&town, "*");
    town_wait(&town, TOWN_RECOVERY, thread, 1, 600);
    town_wait_site(&town, "taichung", "OK", 600);
    expect_thread(&town, thread, TOWN_ALARM " Site Taichung unreachable: 30 cameras, 2 NVRs");
    expect_within(&town, thread, 60);
    cr_expect_eq(town_count(&town, "", ""), 2, "and that is all");
    town_close(&town);
}
