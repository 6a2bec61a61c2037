/* SPDX-License-Identifier: MIT */
/* Quiet by right: who asked for it, what it keeps back, and what its end tells. */
#include "gateway_play.h"

static struct play play;

static void end(void)
{
    play_end(&play);
}

TestSuite(quiet, .fini = end);

#define HOUR (60 * PLAY_MIN)
#define DAY  (24 * HOUR)

Test(quiet, maintenance_holds_back_and_its_end_tells_what_is_still_wrong)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "old", NULL);
    play_run(&play, PLAY_MIN);
    play_quiet(&play, "m-1", "{\"kind\":\"maintenance\",\"site\":\"tpe\"}", HOUR);
    play_down(&play, "tpe", "came-and-went", NULL);
    play_down(&play, "tpe", "stays", NULL);
    play_down(&play, "other", "cam", NULL);
    play_run(&play, 10 * PLAY_MIN);
    play_ok(&play, "tpe", "came-and-went", NULL);
    cr_assert_eq(play.sent_count, 2, "of the other site alone");
    cr_assert_eq(play_logged(&play, "suppressed", "maintenance m-1 of ana: new cables"), 3,
                 "once for each: the old one is held too");
    play_crash(&play);
    play_run(&play, 2 * HOUR);
    cr_assert_eq(play.sent_count, 3, "the old one is not told again");
    cr_assert(strstr(json_text(play_last(&play), "title"), "stays") != NULL);
    cr_assert_eq(json_object_size(play.quiet), 0);
}

Test(quiet, a_recovery_of_what_was_told_is_not_held_back)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "cam-7", NULL);
    play_run(&play, PLAY_MIN);
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"site\":\"tpe\"}", HOUR);
    play_ok(&play, "tpe", "cam-7", NULL);
    cr_assert_eq(play_count(&play, "recovery", true), 1);
}

Test(quiet, a_silence_matches_by_camera_reason_and_tag)
{
    play_begin(&play, "{\"groupWait\":\"0s\"}");
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"camera\":\"gate-*\",\"cause\":\"auth\"}",
               DAY);
    play_quiet(&play, "s-2", "{\"kind\":\"silence\",\"tag\":\"old\"}", DAY);
    play_degraded(&play, "tpe", "gate-1", VMM_REASON_AUTH);
    play_down(&play, "tpe", "old-7", NULL);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 0);
    play_degraded(&play, "tpe", "gate-2", VMM_REASON_DISK_FAULT);
    play_degraded(&play, "tpe", "hall-1", VMM_REASON_AUTH);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
}

Test(quiet, what_waits_to_be_told_is_taken_back)
{
    play_begin(&play, "{}");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_AUTH);
    play_run(&play, 10 * PLAY_S);
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"camera\":\"cam-1\"}", HOUR);
    play_run(&play, 10 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 0);
    gateway_quiet_end(play.gateway, "s-1", play.now);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
}

Test(quiet, weekly_maintenance_holds_by_the_clock_of_the_site)
{
    /* It is Saturday 22:29 UTC. */
    play_begin(&play, "{}");
    play_quiet(&play, "m-1",
               "{\"kind\":\"maintenance\",\"site\":\"tpe\",\"weekly\":\"sun 02:00-04:00\"}",
               30 * DAY);
    play_run(&play, 3 * HOUR);
    play_down(&play, "tpe", "before", NULL); /* 01:49 */
    cr_assert_eq(play.sent_count, 1);
    play_run(&play, HOUR);
    play_down(&play, "tpe", "within", NULL); /* 02:49 */
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    play_run(&play, 2 * HOUR);
    cr_assert_eq(play.sent_count, 2);
}

Test(quiet, an_end_of_more_than_90_days_and_a_match_of_everything_are_refused)
{
    play_begin(&play, "{}");
    const char *why = NULL;
    struct quiet_draft draft = {.kind = QUIET_SILENCE,
                                .id = "s-1",
                                .site = "tpe",
                                .camera = "",
                                .cause = "",
                                .tag = "",
                                .incident = "",
                                .owner = "ana",
                                .reason = "noise",
                                .weekly = "",
                                .starts_at = play.now.wall,
                                .ends_at = play.now.wall + 91 * DAY};
    cr_assert_eq(gateway_quiet_add(play.gateway, &draft, &why, play.now), VMM_E_INVAL);
    cr_assert_not_null(strstr(why, "90 days"));
    draft.ends_at = play.now.wall + DAY;
    draft.site = "";
    cr_assert_eq(gateway_quiet_add(play.gateway, &draft, &why, play.now), VMM_E_INVAL);
    draft.site = "tpe";
    draft.reason = "";
    cr_assert_eq(gateway_quiet_add(play.gateway, &draft, &why, play.now), VMM_E_INVAL);
    draft.reason = "noise";
    cr_assert_eq(gateway_quiet_add(play.gateway, &draft, &why, play.now), 0);
}

Test(quiet, a_long_one_is_told_of_when_it_lapses_and_a_short_one_is_not)
{
    play_begin(&play, "{}");
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"site\":\"tpe\"}", 10 * DAY);
    play_quiet(&play, "m-1", "{\"kind\":\"maintenance\",\"site\":\"tpe\"}", 2 * HOUR);
    play_run(&play, 11 * DAY);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "silence s-1 of ana has ended: new cables");
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "notice");
}

Test(quiet, who_is_off_on_purpose_and_when_that_changes)
{
    play_begin(&play, "{}");
    const struct quiet *quiet = &play.gateway->quiet;
    int64_t now = play.now.wall;
    uint64_t nobody = quiet_off_mark(quiet, now);
    play_quiet(&play, "o-1", "{\"kind\":\"off\",\"site\":\"tpe\",\"camera\":\"roof-*\"}", HOUR);
    uint64_t one = quiet_off_mark(quiet, now);
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"camera\":\"cam-7\"}", HOUR);
    play_quiet(&play, "o-2", "{\"kind\":\"off\",\"camera\":\"cam-7\",\"cause\":\"auth\"}", HOUR);
    play_quiet(&play, "o-3", "{\"kind\":\"off\",\"camera\":\"cam-7\",\"tag\":\"gate\"}", HOUR);
    cr_assert_neq(one, nobody);
    cr_assert_eq(quiet_off_mark(quiet, now), one, "these three keep messages back only");
    cr_assert_str_eq(quiet_off(quiet, "tpe", "roof-2", now)->id, "o-1");
    cr_assert_null(quiet_off(quiet, "rio", "roof-2", now));
    cr_assert_null(quiet_off(quiet, "tpe", "cam-7", now));
    cr_assert_null(quiet_off(quiet, "tpe", "roof-2", now - 1));
    cr_assert_not_null(quiet_off(quiet, "tpe", "roof-2", now + HOUR - 1));
    cr_assert_null(quiet_off(quiet, "tpe", "roof-2", now + HOUR));
    cr_assert_eq(quiet_off_mark(quiet, now + HOUR), nobody);
}

Test(quiet, a_snooze_reminds_when_it_ends)
{
    play_begin(&play, "{\"repeat\":\"0s\"}");
    play_down(&play, "tpe", "cam-7", NULL);
    play_run(&play, PLAY_MIN);
    play_quiet(&play, "z-1", "{\"kind\":\"snooze\",\"incident\":\"tpe/camera:cam-7/1\"}", 2 * HOUR);
    play_run(&play, HOUR);
    cr_assert_eq(play.sent_count, 1);
    play_crash(&play);
    play_run(&play, 2 * HOUR);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "reminder");
    play_run(&play, DAY);
    cr_assert_eq(play.sent_count, 2, "once");
}

Test(quiet, what_is_acknowledged_before_it_was_told_is_not_told_but_its_worsening_is)
{
    play_begin(&play, "{}");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_AUTH);
    play_run(&play, PLAY_MIN);
    play_quiet(&play, "a-1", "{\"kind\":\"ack\",\"incident\":\"tpe/camera:cam-1/1\"}", DAY);
    play_event(&play, &(struct play_event){"tpe", "cam-1", NULL, INCIDENT_GOES_ON, VMM_HEALTH_DOWN,
                                           VMM_SEVERITY_CRITICAL, VMM_REASON_TIMEOUT, 0, 0});
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play_count(&play, "update", true), 1);
}

/* cam-7 was told, snoozed, and its reminder waits for more of its kind. */
static void let_a_reminder_wait(void)
{
    play_begin(&play, "{\"repeat\":\"0s\"}");
    play_down(&play, "tpe", "cam-7", NULL);
    play_run(&play, PLAY_MIN);
    play_quiet(&play, "z-1", "{\"kind\":\"snooze\",\"incident\":\"tpe/camera:cam-7/1\"}", HOUR);
    play_run(&play, PLAY_MIN);
    gateway_quiet_end(play.gateway, "z-1", play.now);
    play_run(&play, 5 * PLAY_S);
    cr_assert_eq(play.sent_count, 1);
}

Test(quiet, a_reminder_that_waits_is_taken_back_by_an_acknowledgement)
{
    let_a_reminder_wait();
    play_quiet(&play, "a-1", "{\"kind\":\"ack\",\"incident\":\"tpe/camera:cam-7/1\"}", HOUR);
    play_run(&play, DAY);
    cr_assert_eq(play.sent_count, 1);
}

Test(quiet, a_reminder_that_waits_is_kept_back_by_a_maintenance_and_comes_after_it)
{
    let_a_reminder_wait();
    play_quiet(&play, "m-1", "{\"kind\":\"maintenance\",\"site\":\"tpe\"}", HOUR);
    play_run(&play, HOUR - PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    play_run(&play, 3 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "reminder");
}

/* ---- new devices ---- */

static void first(const char *camera, uint32_t health, uint32_t reason)
{
    uint32_t step = health == VMM_HEALTH_OK ? INCIDENT_CLOSED : INCIDENT_OPENED;
    play.is_first = true;
    play_event(&play, &(struct play_event){"tpe", camera, NULL, step, health, VMM_SEVERITY_CRITICAL,
                                           reason, 0, 0});
    play.is_first = false;
}

Test(quiet, an_import_is_one_summary_and_nothing_of_it_is_announced)
{
    play_begin(&play, "{}");
    for (int i = 0; i < 40; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%d", i);
        first(camera, i < 35 ? VMM_HEALTH_OK : VMM_HEALTH_DOWN,
              i < 35 ? VMM_REASON_NONE : VMM_REASON_TIMEOUT);
        play_run(&play, 5 * PLAY_S);
    }
    cr_assert_eq(play.sent_count, 0);
    play_crash(&play);
    play_run(&play, 30 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "Site tpe: 40 new devices: 35 OK, 5 not OK");
    cr_assert_eq(play_logged(&play, "suppressed", "commissioning"), 5);
    play_run(&play, 2 * HOUR);
    cr_assert_eq(play.sent_count, 1, "what was never OK is in the daily summary");
    play_down(&play, "tpe", "cam-3", "2");
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 2, "it was OK for an hour: it is a device like any other");
}

Test(quiet, what_is_accepted_is_told)
{
    play_begin(&play, "{}");
    first("cam-1", VMM_HEALTH_DOWN, VMM_REASON_TIMEOUT);
    play_run(&play, 30 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 0);
    cr_assert_eq(gateway_accept(play.gateway, "cam-1", play.now), 1);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_eq(gateway_accept(play.gateway, "cam-1", play.now), 0);
}

/* So many devices of tpe, cam-1 and cam-2 by name, are lost together. */
static void lose_together(const char *incident, uint32_t step, uint32_t lost)
{
    play.cause = "group";
    play_event(&play, &(struct play_event){"tpe", NULL, incident, step, VMM_HEALTH_DEGRADED,
                                           VMM_SEVERITY_CRITICAL, VMM_REASON_UNREACHABLE, 0, lost});
    play_run(&play, PLAY_MIN);
}

Test(quiet, devices_that_are_lost_together_are_as_quiet_as_each_of_them)
{
    play_begin(&play, "{}");
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"tag\":\"cam-\"}", 9 * HOUR);
    lose_together("1", INCIDENT_OPENED, 2);
    cr_assert_eq(play.sent_count, 0);
    cr_assert_eq(play_logged(&play, "suppressed", "silence s-1 of ana: new cables"), 1);
    play_crash(&play);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 0);
    lose_together("1", INCIDENT_GOES_ON, 3);
    cr_assert_eq(play.sent_count, 1, "one more is lost that nobody asked to be spared");
    play_end(&play);
    play_begin(&play, "{}");
    play_quiet(&play, "m-1", "{\"kind\":\"maintenance\",\"camera\":\"cam-?\"}", 9 * HOUR);
    lose_together("1", INCIDENT_OPENED, 2);
    cr_assert_eq(play.sent_count, 0);
    play_end(&play);
    play_begin(&play, "{}");
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"tag\":\"cam-1\"}", 9 * HOUR);
    lose_together("1", INCIDENT_OPENED, 2);
    cr_assert_eq(play.sent_count, 1, "the other one is not silenced");
}

/* The event names the first of many: whether all are silenced only those who are lost now can tell. */
Test(quiet, more_devices_than_are_named_are_as_quiet_as_each_of_them)
{
    play_begin(&play, "{}");
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"tag\":\"cam-\"}", 9 * HOUR);
    play.lost_now = 45;
    lose_together("1", INCIDENT_OPENED, 45);
    cr_assert_eq(play.sent_count, 0);
    cr_assert_eq(play_logged(&play, "suppressed", "silence s-1 of ana: new cables"), 1);
    play_crash(&play);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 0);
    play_end(&play);
    play_begin(&play, "{}");
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"camera\":\"cam-?\"}", 9 * HOUR);
    play.lost_now = 10;
    lose_together("1", INCIDENT_OPENED, 10);
    cr_assert_eq(play.sent_count, 1, "cam-10 is not silenced");
    play_end(&play);
    play_begin(&play, "{}");
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"tag\":\"cam-\"}", 9 * HOUR);
    lose_together("1", INCIDENT_OPENED, 45);
    cr_assert_eq(play.sent_count, 1, "nobody knows who they are");
}

/* ---- devices that come and go ---- */

/* What explain says of a device that is well; NULL: nothing. */
static void expect_flaps(const char *id, const char *words)
{
    char rule[QUIET_RULE_MAX];
    const char *flaps = gateway_why_flaps(play.gateway, "tpe", id, play.now, rule);
    if (words == NULL) {
        cr_expect_null(flaps, "%s", flaps);
    } else {
        cr_expect(flaps != NULL && strcmp(flaps, words) == 0, "%s", flaps != NULL ? flaps : "");
    }
}

/* The message says what follows from it, and leads to the page of the device. */
static void expect_flapping_message(const json_t *doc)
{
    const json_t *line = json_array_get(json_object_get(doc, "lines"), 0);
    const json_t *link = json_array_get(json_object_get(doc, "links"), 0);
    cr_expect_str_eq(json_string_value(line), "What it does now is counted and not told, until it "
                                              "has done nothing for 30 min");
    cr_expect_str_eq(json_text(link, "url"), "https://vmm.example/sites/tpe/cameras/cam-7");
    cr_expect_str_eq(json_text(link, "text"), "Open Name of cam-7");
}

Test(quiet, a_device_that_comes_and_goes_is_told_once_until_it_is_stable)
{
    play_begin(&play, "{\"flapping\":{\"changes\":4,\"within\":\"1h\",\"stable\":\"30m\"},"
                      "\"linkBase\":\"https://vmm.example\"}");
    for (int i = 1; i <= 20; i++) {
        char incident[8];
        snprintf(incident, sizeof(incident), "%d", i);
        play_down(&play, "tpe", "cam-7", incident);
        play_run(&play, 2 * PLAY_MIN);
        play_ok(&play, "tpe", "cam-7", incident);
        play_run(&play, 2 * PLAY_MIN);
        if (i == 10) {
            play_crash(&play);
        }
    }
    expect_flaps("cam-7", "flapping: the device comes and goes, 37 changes in 68 min; told as "
                          "stable when it has done nothing for 30 min");
    expect_flaps("cam-8", NULL);
    expect_flapping_message(play_last(&play));
    cr_assert_eq(play_count(&play, "alert", true), 3, "the fourth is flapping");
    cr_assert_eq(play_count(&play, "recovery", true), 3);
    cr_assert_eq(play_count(&play, "notice", true), 1);
    cr_assert_eq(play.facts, 1);
    cr_assert_eq(play_logged(&play, "suppressed", "flapping"), 17);
    play_run(&play, HOUR);
    expect_flaps("cam-7", NULL);
    cr_assert_eq(play_count(&play, "notice", true), 2);
    cr_assert(strstr(json_text(play_last(&play), "title"), "cam-7 is stable again, and OK") !=
              NULL);
    cr_assert_eq(play.facts, 2);
    play_down(&play, "tpe", "cam-7", "21");
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play_count(&play, "alert", true), 4);
}

Test(quiet, one_that_stays_down_after_flapping_is_told)
{
    play_begin(&play, "{\"flapping\":{\"changes\":3,\"within\":\"1h\",\"stable\":\"10m\"}}");
    for (int i = 1; i <= 6; i++) {
        char incident[8];
        snprintf(incident, sizeof(incident), "%d", i);
        play_down(&play, "tpe", "cam-7", incident);
        play_run(&play, PLAY_MIN);
        if (i < 6) {
            play_ok(&play, "tpe", "cam-7", incident);
        }
    }
    play_run(&play, HOUR);
    cr_assert_eq(play_count(&play, "alert", true), 3, "two before, and the one that stays");
}

/* What happens to a site: `cause` of an incident that began as `begun` is open, or over. */
static void site_event(const char *cause, const char *begun, int number, uint32_t step)
{
    char incident[8];
    bool over = step == INCIDENT_CLOSED;
    uint32_t lost = strcmp(cause, "site") == 0 ? VMM_HEALTH_DOWN : VMM_HEALTH_DEGRADED;
    snprintf(incident, sizeof(incident), "%d", number);
    play.cause = cause;
    play.begun = begun;
    play_event(&play, &(struct play_event){"tpe", NULL, incident, step, over ? VMM_HEALTH_OK : lost,
                                           over ? VMM_SEVERITY_NORMAL : VMM_SEVERITY_CRITICAL,
                                           over ? VMM_REASON_NONE : VMM_REASON_TIMEOUT, 0, 8});
    play.cause = NULL;
    play.begun = NULL;
}

static void come_and_go(const char *cause, int first, int last)
{
    for (int i = first; i <= last; i++) {
        site_event(cause, cause, i, INCIDENT_OPENED);
        play_run(&play, 2 * PLAY_MIN);
        site_event(cause, cause, i, INCIDENT_CLOSED);
        play_run(&play, 2 * PLAY_MIN);
    }
}

static const char few[] = "{\"flapping\":{\"changes\":4,\"within\":\"1h\",\"stable\":\"30m\"}}";

Test(quiet, a_site_that_comes_and_goes_is_told_once_until_it_is_stable)
{
    play_begin(&play, few);
    come_and_go("site", 1, 10);
    play_crash(&play);
    come_and_go("site", 11, 20);
    cr_assert_eq(play_count(&play, "alert", true), 3, "the fourth is flapping");
    cr_assert_eq(play_count(&play, "recovery", true), 3);
    cr_assert_eq(play_count(&play, "notice", true), 1);
    cr_assert_eq(play.facts, 1);
    cr_assert_str_eq(play.fact, "tpe site flapping");
    expect_flaps("cam-7", "flapping: the site comes and goes, 37 changes in 68 min; told as "
                          "stable when it has done nothing for 30 min");
    cr_assert_eq(play_logged(&play, "suppressed", "flapping: it was told that the site comes"), 17);
    play_run(&play, HOUR);
    cr_assert_eq(play_count(&play, "notice", true), 2);
    cr_assert(strncmp(json_text(play_last(&play), "title"),
                      "Site Site tpe is stable again, and OK: 37 changes in ", 50) == 0,
              "%s", json_text(play_last(&play), "title"));
    cr_assert_str_eq(play.fact, "tpe site stable");
    come_and_go("site", 21, 21);
    cr_assert_eq(play_count(&play, "alert", true), 4, "it is a site like any other");
}

Test(quiet, what_flaps_is_told_by_its_own_name)
{
    play_begin(&play, few);
    come_and_go("link:sw-1", 1, 4);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "Site tpe: what is behind sw-1 is flapping: 4 incidents in 12 min");
    come_and_go("group", 1, 4);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "Site tpe: a group of devices is flapping: 4 incidents in 12 min");
    come_and_go("node:n-1", 1, 4);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "n-1 is flapping: 4 incidents in 12 min");
}

Test(quiet, a_site_is_told_while_a_group_of_it_comes_and_goes)
{
    play_begin(&play, few);
    come_and_go("group", 1, 6);
    cr_assert_eq(play_count(&play, "alert", true), 3);
    site_event("site", "site", 7, INCIDENT_OPENED);
    cr_assert_eq(play_count(&play, "alert", true), 4, "that is more than the group");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_AUTH);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play_count(&play, "alert", true), 5, "and so is a camera by itself");
}

Test(quiet, a_group_that_becomes_the_site_again_and_again_is_a_site_that_flaps)
{
    play_begin(&play, few);
    for (int i = 1; i <= 8; i++) {
        site_event("group", "group", i, INCIDENT_OPENED);
        play_run(&play, PLAY_MIN);
        site_event("site", "group", i, INCIDENT_GOES_ON);
        play_run(&play, 2 * PLAY_MIN);
        site_event("site", "group", i, INCIDENT_CLOSED);
        play_run(&play, 2 * PLAY_MIN);
    }
    cr_assert_eq(play_count(&play, "notice", true), 2, "the group and the site");
    cr_assert_eq(play_count(&play, "alert", true), 3);
    cr_assert_leq(play_count(&play, "update", true), 3);
}

Test(quiet, what_flaps_on_is_told_in_a_digest_now_and_then)
{
    play_begin(&play, "{\"flapping\":{\"changes\":4,\"within\":\"1h\",\"stable\":\"30m\","
                      "\"digest\":\"2h\"}}");
    come_and_go("site", 1, 70);
    cr_assert_eq(play_count(&play, "notice", true), 3, "flapping, and two digests in 4 h 27 min");
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "Site Site tpe is still flapping: 123 changes in 240 min");
    play_crash(&play);
    come_and_go("site", 71, 75);
    cr_assert_eq(play_count(&play, "notice", true), 3, "a restart repeats none");
    play_run(&play, HOUR);
    cr_assert_eq(play_count(&play, "notice", true), 4);
    cr_assert_eq(play.facts, 2, "digests are no events");
}

Test(quiet, a_site_that_stays_down_after_flapping_is_told)
{
    play_begin(&play, few);
    come_and_go("site", 1, 5);
    site_event("site", "site", 6, INCIDENT_OPENED);
    play_run(&play, 20 * PLAY_MIN);
    cr_assert_eq(play_count(&play, "alert", true), 3);
    play_run(&play, HOUR);
    cr_assert_eq(play_count(&play, "alert", true), 4);
}

Test(quiet, what_is_acknowledged_or_in_a_maintenance_is_attended_to)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "cam-1", NULL);
    play_down(&play, "tpe", "cam-2", NULL);
    play_down(&play, "txg", "cam-3", NULL);
    cr_expect_not(gateway_attended(play.gateway, "cam-1", play.now));
    play_quiet(&play, "a-1", "{\"kind\":\"ack\",\"incident\":\"tpe/camera:cam-1/1\"}", HOUR);
    play_quiet(&play, "m-1", "{\"kind\":\"maintenance\",\"site\":\"txg\"}", HOUR);
    play_quiet(&play, "s-1", "{\"kind\":\"silence\",\"camera\":\"cam-2\"}", HOUR);
    cr_expect(gateway_attended(play.gateway, "cam-1", play.now));
    cr_expect(gateway_attended(play.gateway, "cam-3", play.now));
    cr_expect_not(gateway_attended(play.gateway, "cam-2", play.now), "silent is not seen to");
    cr_expect_not(gateway_attended(play.gateway, "cam-9", play.now));
    play_run(&play, 2 * HOUR);
    cr_expect_not(gateway_attended(play.gateway, "cam-3", play.now), "it has ended");
}
