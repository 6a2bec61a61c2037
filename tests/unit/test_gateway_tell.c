/* SPDX-License-Identifier: MIT */
/* What people are told: once, together, in a thread, and never again what has not changed. */
#include "gateway_play.h"

static struct play play;

static void end(void)
{
    play_end(&play);
}

TestSuite(tell, .fini = end);

/* What is wrong with cam-1 has become something else. */
static void play_change(struct play *of, uint32_t health, uint32_t reason)
{
    play_event(of, &(struct play_event){"tpe", "cam-1", NULL, INCIDENT_GOES_ON, health,
                                        VMM_SEVERITY_SUSPECT, reason, 0, 0});
}

Test(tell, one_camera_down_is_one_message_and_one_recovery_in_its_thread)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "cam-7", NULL);
    cr_assert_eq(play.sent_count, 1, "critical goes at once");
    cr_assert_str_eq(json_text(play.sent[0].doc, "kind"), "alert");
    cr_assert_str_eq(json_text(play.sent[0].doc, "title"),
                     "cam-7 is DOWN: the device does not answer within the time");
    cr_assert_str_eq(json_text(play.sent[0].doc, "severity"), "critical");
    cr_assert_str_eq(json_text(play.sent[0].doc, "incident"), "tpe/camera:cam-7/1");
    play_run(&play, 10 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    play_ok(&play, "tpe", "cam-7", NULL);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(json_text(play.sent[1].doc, "kind"), "recovery");
    cr_assert_str_eq(json_text(play.sent[1].doc, "title"), "cam-7 is OK again");
    cr_assert_str_eq(json_text(play.sent[1].doc, "thread_key"),
                     json_text(play.sent[0].doc, "thread_key"));
    cr_assert_str_neq(play.sent[0].id, play.sent[1].id);
    cr_assert_eq(json_object_size(play.alarms), 0, "what is over is forgotten");
    cr_assert_eq(json_object_size(play.notices), 0);
}

Test(tell, a_site_is_one_message_and_its_cameras_none)
{
    play_begin(&play, "{}");
    for (int i = 0; i < 30; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%d", i);
        play_event(&play, &(struct play_event){"txg", camera, NULL, INCIDENT_OPENED,
                                               VMM_HEALTH_DOWN, VMM_SEVERITY_CRITICAL,
                                               VMM_REASON_TIMEOUT, INCIDENT_CONSEQUENCE, 0});
    }
    play_event(&play, &(struct play_event){"txg", NULL, NULL, INCIDENT_OPENED, VMM_HEALTH_DOWN,
                                           VMM_SEVERITY_CRITICAL, VMM_REASON_TIMEOUT, 0, 30});
    play_run(&play, 5 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_str_eq(json_text(play_last(&play), "title"), "Site Site txg unreachable: 30 cameras");
    cr_assert_eq(json_number(play_last(&play), "item_count"), 30);
    const json_t *item = json_array_get(json_object_get(play_last(&play), "items"), 0);
    cr_assert_str_eq(json_text(item, "name"), "Name of cam-1");
}

Test(tell, what_is_not_critical_waits_and_goes_together)
{
    play_begin(&play, "{}");
    for (int i = 0; i < 12; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%d", i);
        play_degraded(&play, "tpe", camera, VMM_REASON_AUTH);
        play_run(&play, PLAY_S);
    }
    play_degraded(&play, "tpe", "other", VMM_REASON_DISK_FAULT);
    cr_assert_eq(play.sent_count, 0);
    play_run(&play, 60 * PLAY_S);
    cr_assert_eq(play.sent_count, 2, "one a reason");
    cr_assert_str_eq(json_text(play.sent[0].doc, "title"),
                     "Site tpe: 12 devices: the device refuses the credential");
    cr_assert_eq(json_array_size(json_object_get(play.sent[0].doc, "items")), 12);
    cr_assert_eq(play_logged(&play, "sent", ""), 2, "one a message");
    cr_assert_eq(
        play_logged(&play, "merged", "grouping: told in one message, that of event event-1"), 11,
        "the others say where it is");
}

Test(tell, what_is_over_before_it_was_told_is_not_told)
{
    play_begin(&play, "{}");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_BUSY);
    play_run(&play, 10 * PLAY_S);
    play_ok(&play, "tpe", "cam-1", NULL);
    play_run(&play, 5 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 0);
    cr_assert_eq(play_logged(&play, "suppressed", "grouping: over before it was told"), 1);
    cr_assert_eq(json_object_size(play.alarms), 0);
}

Test(tell, the_same_event_again_changes_nothing)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "cam-7", NULL);
    play.seq--;
    play_ok(&play, "tpe", "cam-7", NULL);
    cr_assert_eq(play.sent_count, 1, "its number was taken already");
}

Test(tell, a_restart_repeats_nothing_and_tells_what_changed)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "cam-7", NULL);
    for (int i = 0; i < 5; i++) {
        play_crash(&play);
        play_run(&play, PLAY_MIN);
    }
    cr_assert_eq(play.sent_count, 1);
    play_crash(&play);
    play_ok(&play, "tpe", "cam-7", NULL);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(json_text(play_last(&play), "thread_key"),
                     json_text(play.sent[0].doc, "thread_key"));
}

Test(tell, what_grows_worse_is_an_update_in_the_same_thread)
{
    play_begin(&play, "{}");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_BUSY);
    play_run(&play, 2 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    play_event(&play, &(struct play_event){"tpe", "cam-1", NULL, INCIDENT_GOES_ON, VMM_HEALTH_DOWN,
                                           VMM_SEVERITY_CRITICAL, VMM_REASON_TIMEOUT, 0, 0});
    cr_assert_eq(play.sent_count, 2, "more severe: at once");
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "update");
    cr_assert_str_eq(json_text(play_last(&play), "thread_key"),
                     json_text(play.sent[0].doc, "thread_key"));
    play_event(&play, &(struct play_event){"tpe", "cam-1", NULL, INCIDENT_GOES_ON, VMM_HEALTH_DOWN,
                                           VMM_SEVERITY_CRITICAL, VMM_REASON_UNREACHABLE, 0, 0});
    play_run(&play, 20 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2, "another reason for the same is no news");
}

Test(tell, another_fault_is_an_update_in_the_same_thread)
{
    play_begin(&play, "{}");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_AUTH);
    play_run(&play, 10 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    play_change(&play, VMM_HEALTH_UNKNOWN, VMM_REASON_STALE);
    play_run(&play, 10 * PLAY_MIN);
    play_change(&play, VMM_HEALTH_DEGRADED, VMM_REASON_AUTH);
    play_run(&play, 10 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1, "that was told");
    play_change(&play, VMM_HEALTH_DEGRADED, VMM_REASON_DISK_FAULT);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "update");
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "Now: cam-1 is DEGRADED: a disk or memory card is in an error state");
    cr_assert_str_eq(json_text(play_last(&play), "thread_key"),
                     json_text(play.sent[0].doc, "thread_key"));
    play_run(&play, 20 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2, "once");
}

Test(tell, another_fault_that_passes_soon_is_not_told)
{
    play_begin(&play, "{}");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_AUTH);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    play_change(&play, VMM_HEALTH_DEGRADED, VMM_REASON_DISK_FAULT);
    play_run(&play, PLAY_MIN);
    play_change(&play, VMM_HEALTH_DEGRADED, VMM_REASON_AUTH);
    play_run(&play, 20 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1, "updates wait for five minutes");
}

Test(tell, an_update_that_waits_is_not_sent_after_the_recovery)
{
    struct play_event group = {"tpe",
                               NULL,
                               NULL,
                               INCIDENT_OPENED,
                               VMM_HEALTH_DEGRADED,
                               VMM_SEVERITY_SUSPECT,
                               VMM_REASON_UNREACHABLE,
                               0,
                               2};
    play_begin(&play, "{\"groupWait\":\"0s\"}");
    play_event(&play, &group);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    group.step = INCIDENT_GOES_ON;
    group.lost = 3;
    play_event(&play, &group);
    cr_assert_eq(play.sent_count, 1, "the next update comes after five minutes");
    group.step = INCIDENT_CLOSED;
    group.health = VMM_HEALTH_OK;
    group.severity = VMM_SEVERITY_NORMAL;
    group.lost = 0;
    play_event(&play, &group);
    play_run(&play, 10 * PLAY_MIN);
    cr_assert_eq(play_count(&play, "update", false), 0);
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "recovery");
    cr_assert_eq(play.sent_count, 2);
}

Test(tell, a_reminder_comes_each_day_unless_somebody_has_it)
{
    play_begin(&play, "{\"repeat\":\"4h\"}");
    play_down(&play, "tpe", "cam-7", NULL);
    play_run(&play, 9 * 60 * PLAY_MIN);
    cr_assert_eq(play_count(&play, "reminder", true), 2);
    cr_assert_str_eq(json_text(play_last(&play), "title"),
                     "Still: cam-7 is DOWN: the device does not answer within the time");
    cr_assert_str_eq(json_text(play_last(&play), "thread_key"), "tpe/camera:cam-7/1");
    play_quiet(&play, "a-1", "{\"kind\":\"ack\",\"incident\":\"tpe/camera:cam-7/1\"}",
               60 * 24 * PLAY_MIN);
    play_run(&play, 9 * 60 * PLAY_MIN);
    cr_assert_eq(play_count(&play, "reminder", true), 2);
}

Test(tell, routes_choose_by_site_severity_reason_and_tag)
{
    play_begin(&play, "{\"channels\":[\"chat\"],\"routes\":["
                      "{\"name\":\"cash\",\"tags\":[\"cash\"],\"channels\":[\"chat:boss\"]},"
                      "{\"name\":\"night\",\"sites\":[\"n*\"],\"minSeverity\":\"critical\","
                      "\"channels\":[\"chat:guard\"],\"stop\":true},"
                      "{\"name\":\"login\",\"reasons\":[\"auth\"],\"channels\":[\"chat:it\"]}]}");
    play_down(&play, "tpe", "cash-1", NULL);
    cr_assert_str_eq(play.sent[play.sent_count - 1].channel, "chat:boss");
    play_down(&play, "north", "cam-1", NULL);
    cr_assert_str_eq(play.sent[play.sent_count - 1].channel, "chat:guard");
    play_degraded(&play, "north", "cam-2", VMM_REASON_AUTH);
    play_run(&play, PLAY_MIN);
    cr_assert_str_eq(play.sent[play.sent_count - 1].channel, "chat:it");
    play_down(&play, "tpe", "cam-3", NULL);
    cr_assert_str_eq(play.sent[play.sent_count - 1].channel, "chat", "no route: the site's");
    cr_assert_eq(play.sent_count, 4);
}

Test(tell, a_route_goes_by_the_calendar_of_the_site)
{
    /* It is Saturday 22:29 UTC. */
    play_begin(
        &play,
        "{\"calendars\":[{\"name\":\"week\",\"open\":[\"mon-fri 08:00-18:00\"]},"
        "{\"name\":\"always\"}],\"sites\":[{\"site\":\"office\",\"calendar\":\"week\"},"
        "{\"site\":\"shop\",\"calendar\":\"always\"}],\"routes\":["
        "{\"name\":\"open\",\"calendar\":\"site\",\"channels\":[\"chat:staff\"],\"stop\":true},"
        "{\"name\":\"else\",\"channels\":[\"chat:guard\"]}]}");
    play_down(&play, "office", "cam-1", NULL);
    cr_assert_str_eq(play.sent[play.sent_count - 1].channel, "chat:guard");
    play_down(&play, "shop", "cam-2", NULL);
    cr_assert_str_eq(play.sent[play.sent_count - 1].channel, "chat:staff");
    play_down(&play, "nowhere", "cam-3", NULL);
    cr_assert_str_eq(play.sent[play.sent_count - 1].channel, "chat:staff",
                     "a site without a calendar is always open");
}

Test(tell, the_calendar_of_a_site_says_which_days_were_closed)
{
    play_begin(&play,
               "{\"calendars\":[{\"name\":\"week\",\"open\":[\"mon-fri 08:00-18:00\"]},"
               "{\"name\":\"always\"}],\"sites\":[{\"site\":\"office\",\"calendar\":\"week\"},"
               "{\"site\":\"shop\",\"calendar\":\"always\"}]}");
    int64_t wall = play.now.wall;
    int64_t of_saturday = wall / 1000000 % CIVIL_DAY;
    cr_expect_eq(gateway_closed_before(play.gateway, "office", wall, 3), of_saturday);
    cr_expect_eq(gateway_closed_before(play.gateway, "office", wall, 6),
                 of_saturday + 2 * CIVIL_DAY);
    cr_expect_eq(gateway_closed_before(play.gateway, "shop", wall, 6), 0);
    cr_expect_eq(gateway_closed_before(play.gateway, "nowhere", wall, 6), 0);
}

/* True when the lines of a message say that others did not react. */
static bool says_escalated(const struct play_sent *sent)
{
    const json_t *lines = json_object_get(sent->doc, "lines");
    const char *second = json_string_value(json_array_get(lines, 1));
    return strcmp(second, "Others were told at 2026-11-21 22:29 UTC, and nobody has acknowledged "
                          "it") == 0;
}

/* Whom explain names as the next one to hear of it; NULL: nobody. */
static void expect_next(const char *words)
{
    char rule[QUIET_RULE_MAX];
    const struct alarm *alarm = gateway_alarm(play.gateway, "tpe/camera:cam-7/1");
    const char *next = gateway_why_next(play.gateway, alarm, play.now, rule);
    if (words == NULL) {
        cr_expect_null(next, "%s", next);
    } else {
        cr_expect(next != NULL && strcmp(next, words) == 0, "%s", next != NULL ? next : "nobody");
    }
}

Test(tell, nobody_acknowledges_so_the_next_level_is_told)
{
    play_begin(&play, "{\"routes\":[{\"name\":\"all\",\"channels\":[\"chat\"],\"escalate\":["
                      "{\"after\":\"15m\",\"channels\":[\"chat:boss\"]},"
                      "{\"after\":\"1h\",\"channels\":[\"chat:head\"]}]}]}");
    play_down(&play, "tpe", "cam-7", NULL);
    play_run(&play, 14 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    expect_next("chat:boss in 61 s, unless somebody acknowledges");
    play_run(&play, 2 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(play.sent[1].channel, "chat:boss");
    cr_expect(says_escalated(&play.sent[1]) && !says_escalated(&play.sent[0]));
    play_crash(&play);
    expect_next("chat:head in 2636 s, unless somebody acknowledges");
    play_quiet(&play, "a-1", "{\"kind\":\"ack\",\"incident\":\"tpe/camera:cam-7/1\"}",
               60 * 24 * PLAY_MIN);
    expect_next(NULL);
    play_run(&play, 3 * 60 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2, "somebody has it");
    play_ok(&play, "tpe", "cam-7", NULL);
    cr_assert_eq(play_count(&play, "recovery", true), 2, "who was told hears of the end");
}

/* Reminders and updates put nothing off: nobody has acknowledged since it was told first. */
Test(tell, the_next_level_comes_although_more_was_told_meanwhile)
{
    play_begin(&play, "{\"repeat\":\"6m\",\"routes\":[{\"name\":\"all\",\"channels\":[\"chat\"],"
                      "\"escalate\":[{\"after\":\"15m\",\"channels\":[\"chat:boss\"]}]}]}");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_AUTH);
    play_run(&play, 8 * PLAY_MIN);
    cr_assert_eq(play_count(&play, "reminder", true), 1);
    play_crash(&play);
    play_change(&play, VMM_HEALTH_DEGRADED, VMM_REASON_DISK_FAULT);
    play_run(&play, 6 * PLAY_MIN);
    cr_assert_eq(play_count(&play, "update", true), 1);
    size_t before = play.sent_count;
    play_run(&play, 3 * PLAY_MIN);
    cr_assert_eq(play.sent_count, before + 1);
    cr_assert_str_eq(play.sent[before].channel, "chat:boss");
}

Test(tell, a_level_that_was_kept_back_is_told_when_nothing_keeps_it_any_more)
{
    play_begin(&play,
               "{\"routes\":[{\"name\":\"all\",\"channels\":[\"chat\"],\"escalate\":["
               "{\"after\":\"15m\",\"channels\":[\"chat:boss\"]}]}],\"destinations\":["
               "{\"channel\":\"chat:boss\",\"quietFrom\":\"22:00\",\"quietTo\":\"07:00\"}]}");
    play_degraded(&play, "tpe", "cam-7", VMM_REASON_DISK_FAULT);
    play_run(&play, 60 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_eq(play_logged(&play, "suppressed", "quiet hours"), 1);
    play_crash(&play);
    play_run(&play, 8 * 60 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(play.sent[1].channel, "chat:boss");
    play_ok(&play, "tpe", "cam-7", NULL);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play_count(&play, "recovery", true), 2);
}

Test(tell, a_level_has_hours_of_its_own)
{
    play_begin(&play, "{\"calendars\":[{\"name\":\"day\",\"open\":[\"mon-sun 08:00-18:00\"]}],"
                      "\"routes\":[{\"name\":\"all\",\"channels\":[\"chat\"],\"escalate\":["
                      "{\"after\":\"15m\",\"calendar\":\"day\",\"channels\":[\"chat:boss\"]}]}]}");
    play_down(&play, "tpe", "cam-7", NULL);
    play_run(&play, 9 * 60 * PLAY_MIN); /* from 22:29 to 07:29 UTC */
    cr_assert_eq(play.sent_count, 1);
    expect_next("chat:boss when the calendar day is open");
    play_run(&play, 35 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(play.sent[1].channel, "chat:boss");
    expect_next(NULL);
}

Test(tell, quiet_hours_hold_back_what_is_not_critical_until_they_end)
{
    /* It is 22:29 UTC. */
    play_begin(&play, "{\"destinations\":[{\"channel\":\"chat\",\"quietFrom\":\"22:00\","
                      "\"quietTo\":\"07:00\"}]}");
    play_degraded(&play, "tpe", "cam-1", VMM_REASON_AUTH);
    play_down(&play, "tpe", "cam-2", NULL);
    play_run(&play, 60 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    cr_assert(strstr(json_text(play.sent[0].doc, "title"), "cam-2") != NULL);
    cr_assert_eq(play_logged(&play, "suppressed", "quiet hours"), 1);
    play_run(&play, 8 * 60 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    cr_assert(strstr(json_text(play.sent[1].doc, "title"), "cam-1") != NULL);
}

Test(tell, a_site_that_is_observed_or_off_is_logged_only)
{
    play_begin(&play, "{\"sites\":[{\"site\":\"lab\",\"observe\":true},"
                      "{\"site\":\"off\",\"enabled\":false}]}");
    play_down(&play, "lab", "cam-1", NULL);
    play_down(&play, "off", "cam-2", NULL);
    play_run(&play, 60 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 0);
    cr_assert_eq(play_logged(&play, "suppressed", "observe"), 1);
    cr_assert_eq(play_logged(&play, "suppressed", "policy"), 1);
}

Test(tell, unknown_by_intent_is_nobodys_alarm)
{
    play_begin(&play, "{}");
    play_event(&play,
               &(struct play_event){"tpe", "cam-1", NULL, INCIDENT_OPENED, VMM_HEALTH_UNKNOWN,
                                    VMM_SEVERITY_NORMAL, VMM_REASON_PROVIDER_OFF, 0, 0});
    play_event(&play,
               &(struct play_event){"tpe", "cam-2", NULL, INCIDENT_OPENED, VMM_HEALTH_UNKNOWN,
                                    VMM_SEVERITY_SUSPECT, VMM_REASON_PROVIDER_FAILED, 0, 0});
    play_run(&play, 5 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    cr_assert(strstr(json_text(play_last(&play), "title"), "cam-2") != NULL);
}

Test(tell, a_new_destination_hears_in_one_message_what_is_wrong)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "cam-1", NULL);
    play_down(&play, "tpe", "cam-2", NULL);
    struct policy *old = play.policy;
    play.policy = play_policy("{\"channels\":[\"chat\",\"chat:new\"]}");
    gateway_policy(play.gateway, play.policy, play.now);
    policy_destroy(old);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 3);
    cr_assert_str_eq(play.sent[2].channel, "chat:new");
    cr_assert_str_eq(json_text(play.sent[2].doc, "kind"), "catchup");
    cr_assert_eq(json_number(play.sent[2].doc, "item_count"), 2);
    play_ok(&play, "tpe", "cam-1", NULL);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play_count(&play, "recovery", true), 2, "both know, both hear of its end");
}

static uint32_t refuse(struct play *of, const struct play_sent *attempt, uint64_t *retry_us)
{
    (void)of;
    (void)attempt;
    *retry_us = 0;
    return VMM_SINK_RETRY;
}

/* What people are told that the channel knows of cam-7. */
static const char *word_of(const struct play *of)
{
    const struct alarm *alarm = gateway_alarm(of->gateway, "tpe/camera:cam-7/1");
    cr_assert_not_null(alarm);
    const struct told *told = alarm_told(alarm, "chat");
    cr_assert_not_null(told);
    return gateway_told_word(of->gateway, alarm, told);
}

Test(tell, what_was_only_attempted_is_not_called_told)
{
    play_begin(&play, "{}");
    play.answer = refuse;
    play_down(&play, "tpe", "cam-7", NULL);
    cr_expect_str_eq(word_of(&play), "being sent");
    play_crash(&play);
    cr_expect_str_eq(word_of(&play), "being sent");
    play.answer = NULL;
    play_run(&play, 10 * PLAY_MIN);
    cr_expect_str_eq(word_of(&play), "told");
}
