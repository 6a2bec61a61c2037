/* SPDX-License-Identifier: MIT */
/* How messages go out: quotas, retries, absences, crashes. */
#include "gateway_play.h"

#include "base/rng.h"

static struct play play;

static void end(void)
{
    play_end(&play);
}

TestSuite(send, .fini = end);

static uint32_t refuse(struct play *p, const struct play_sent *attempt, uint64_t *retry_us)
{
    (void)p;
    (void)attempt;
    (void)retry_us;
    return VMM_SINK_RETRY;
}

static uint32_t refuse_minute(struct play *p, const struct play_sent *attempt, uint64_t *retry_us)
{
    (void)p;
    (void)attempt;
    *retry_us = 60 * PLAY_S;
    return VMM_SINK_RETRY;
}

static uint32_t drop(struct play *p, const struct play_sent *attempt, uint64_t *retry_us)
{
    (void)p;
    (void)attempt;
    (void)retry_us;
    return VMM_SINK_DROP;
}

static uint32_t silent(struct play *p, const struct play_sent *attempt, uint64_t *retry_us)
{
    (void)p;
    (void)attempt;
    (void)retry_us;
    return 0;
}

/* The quota of a channel in any 60 s. */
static void check_quota(const char *channel, size_t quota)
{
    for (size_t i = 0; i < play.sent_count; i++) {
        size_t within = 0;
        for (size_t k = i; k < play.sent_count; k++) {
            within += strcmp(play.sent[k].channel, channel) == 0 &&
                      play.sent[k].mono - play.sent[i].mono < 60 * (uint64_t)PLAY_S;
        }
        cr_assert_leq(within, quota, "%zu messages within a minute", within);
    }
}

/* Every attempt of one id has the same bytes; a delivered one is not repeated. */
static void check_ids(void)
{
    for (size_t i = 0; i < play.sent_count; i++) {
        for (size_t k = i + 1; k < play.sent_count; k++) {
            if (strcmp(play.sent[i].id, play.sent[k].id) == 0) {
                cr_assert(json_equal(play.sent[i].doc, play.sent[k].doc));
            }
        }
    }
}

Test(send, every_attempt_is_the_same_and_the_pauses_grow)
{
    play_begin(&play, "{}");
    play.answer = refuse;
    play_down(&play, "tpe", "cam-7", NULL);
    play_run(&play, 14 * PLAY_MIN);
    cr_assert_gt(play.sent_count, 4);
    cr_assert_lt(play.sent_count, 40);
    check_ids();
    for (size_t i = 0; i < play.sent_count; i++) {
        cr_assert_str_eq(play.sent[i].id, play.sent[0].id);
        cr_assert_eq(play.sent[i].attempt, i + 1);
    }
    cr_assert_eq(play_logged(&play, "failed", "429 Too Many Requests"), play.sent_count,
                 "each attempt is a row of its own");
    cr_assert_eq(play_logged(&play, "failed", "429 Too Many Requests, attempt 3"), 1);
    play.answer = NULL;
    play_run(&play, 6 * PLAY_MIN);
    cr_assert_eq(play_count(&play, NULL, true), 1);
    cr_assert_eq(play_logged(&play, "sent", "attempt"), 1);
}

/* So many minutes in which nothing goes out, and what is under way when the machine is connected again. */
static void be_cut_off(int64_t minutes)
{
    play_down(&play, "tpe", "gate", NULL);
    play_run(&play, minutes * PLAY_MIN);
    play.answer = NULL;
    play.cause = "node:n1";
    play_ok(&play, "_node:n1", NULL, NULL);
}

Test(send, what_waits_goes_out_as_soon_as_the_machine_is_connected_again)
{
    for (int64_t minutes = 4; minutes < 14; minutes += 3) {
        play_begin(&play, "{}");
        play.answer = refuse;
        be_cut_off(minutes);
        play_run(&play, PLAY_S);
        cr_expect_eq(play_count(&play, "alert", true), 1, "after %d min", (int)minutes);
        play_end(&play);
    }
    play_begin(&play, "{}");
    play.answer = refuse_minute;
    be_cut_off(4);
    play_run(&play, PLAY_S);
    cr_expect_eq(play_count(&play, "alert", true), 0, "it asked for a minute");
    play_run(&play, PLAY_MIN);
    cr_expect_eq(play_count(&play, "alert", true), 1);
}

Test(send, an_attempt_that_fails_as_the_machine_is_connected_again_is_soon_made_again)
{
    play_begin(&play, "{}");
    play.answer = refuse;
    play_down(&play, "tpe", "gate", NULL);
    play_run(&play, 8 * PLAY_MIN);
    play.answer = silent;
    while (play.pending_count == 0) {
        play_run(&play, PLAY_S);
    }
    play.cause = "node:n1";
    play_ok(&play, "_node:n1", NULL, NULL);
    play.answer = refuse;
    play_answer(&play);
    play.answer = NULL;
    play_run(&play, 2 * PLAY_S);
    cr_expect_eq(play_count(&play, "alert", true), 1);
}

Test(send, retry_after_is_obeyed_over_a_restart)
{
    play_begin(&play, "{}");
    play.answer = refuse_minute;
    play_down(&play, "tpe", "cam-7", NULL);
    for (int i = 0; i < 5; i++) {
        play_run(&play, 7 * PLAY_S);
        play_crash(&play);
    }
    play_run(&play, 5 * PLAY_MIN);
    for (size_t i = 1; i < play.sent_count; i++) {
        cr_assert_geq(play.sent[i].at - play.sent[i - 1].at, 60 * PLAY_S, "attempt %zu", i);
    }
    cr_assert_geq(play.sent_count, 4);
}

Test(send, a_dropped_message_is_said_and_the_next_goes)
{
    play_begin(&play, "{}");
    play.answer = drop;
    play_down(&play, "tpe", "cam-7", NULL);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_eq(play_logged(&play, "failed", ""), 1);
    cr_assert_eq(json_object_size(play.notices), 0);
    play.answer = NULL;
    play_run(&play, PLAY_MIN);
    play_down(&play, "tpe", "cam-8", NULL);
    cr_assert_eq(play.sent_count, 2);
}

Test(send, a_lost_sink_gets_the_same_message_again)
{
    play_begin(&play, "{}");
    play.answer = silent;
    play_down(&play, "tpe", "cam-7", NULL);
    play.pending_count = 0;
    gateway_lost(play.gateway, "chat", true, play.now);
    cr_assert_eq(play_logged(&play, "failed", "its plugin ended before it answered"), 1);
    play.answer = NULL;
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    check_ids();
    cr_assert_str_eq(play.sent[0].id, play.sent[1].id);
}

Test(send, what_no_sink_was_given_is_no_attempt)
{
    play_begin(&play, "{}");
    play.answer = silent;
    play_down(&play, "tpe", "cam-7", NULL);
    play.pending_count = 0;
    gateway_lost(play.gateway, "chat", false, play.now);
    play.answer = NULL;
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_eq(play.sent[1].attempt, 1);
    cr_assert_eq(play_logged(&play, "failed", ""), 0);
    cr_assert_eq(play_logged(&play, "sent", ""), 1);
}

Test(send, an_attempt_that_a_crash_left_open_is_in_the_log)
{
    play_begin(&play, "{}");
    play.answer = silent;
    play_down(&play, "tpe", "cam-7", NULL);
    play_crash(&play);
    play.answer = NULL;
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    cr_assert_str_eq(play.sent[0].id, play.sent[1].id);
    cr_assert_eq(play_logged(&play, "failed", "vmmd ended before it was answered"), 1);
    cr_assert_eq(play_logged(&play, "sent", "attempt 2"), 1);
    play_crash(&play);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play_logged(&play, "failed", ""), 1, "what was answered leaves nothing open");
}

Test(send, a_storm_keeps_the_quota_and_loses_no_camera)
{
    play_begin(&play, "{\"rateLimitPerSitePerMin\":10}");
    for (int i = 0; i < 500; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%d", i);
        play_down(&play, "tpe", camera, NULL);
        play_run(&play, 50000);
    }
    play_run(&play, 10 * PLAY_MIN);
    check_quota("chat", 10);
    size_t items = 0;
    for (size_t i = 0; i < play.sent_count; i++) {
        items += (size_t)json_number(play.sent[i].doc, "item_count");
    }
    cr_assert_eq(items, 500, "each is told, in %zu messages", play.sent_count);
    cr_assert_gt(play_logged(&play, "merged", "quota"), 100);
    cr_assert_gt(play_logged(&play, "queued", "quota: as many as one site may send there"), 0);
    /* All come back: the same again. */
    size_t before = play.sent_count;
    for (int i = 0; i < 500; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%d", i);
        play_ok(&play, "tpe", camera, NULL);
    }
    play_run(&play, 60 * PLAY_MIN);
    items = 0;
    for (size_t i = before; i < play.sent_count; i++) {
        items += (size_t)json_number(play.sent[i].doc, "item_count");
    }
    cr_assert_eq(items, 500);
    cr_assert_eq(json_object_size(play.alarms), 0);
    check_quota("chat", 10);
}

Test(send, the_one_that_matters_is_not_drowned)
{
    play_begin(&play, "{\"groupWait\":\"0s\",\"destinations\":[{\"channel\":\"chat\","
                      "\"quotaPerMin\":2}],\"rateLimitPerSitePerMin\":1000}");
    play_down(&play, "first", "cam-0", NULL);
    for (int i = 0; i < 50; i++) {
        char site[16];
        snprintf(site, sizeof(site), "site-%d", i);
        play_degraded(&play, site, "cam-1", VMM_REASON_AUTH);
    }
    play_down(&play, "last", "cam-2", NULL);
    play_run(&play, 61 * PLAY_S);
    cr_assert_geq(play.sent_count, 2);
    cr_assert_str_eq(json_text(play.sent[1].doc, "site"), "last", "critical goes before the rest");
    cr_assert_gt(play_logged(&play, "queued", "quota: as many as the destination takes"), 0);
}

Test(send, ten_minutes_of_429_and_two_kills_lose_nothing)
{
    play_begin(&play, "{}");
    play.answer = refuse;
    for (int i = 0; i < 8; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%d", i);
        play_down(&play, "tpe", camera, NULL);
        play_run(&play, 30 * PLAY_S);
    }
    play_crash(&play);
    play_ok(&play, "tpe", "cam-3", NULL);
    play_run(&play, 2 * PLAY_MIN);
    play_crash(&play);
    play_run(&play, 3 * PLAY_MIN);
    play.answer = NULL;
    play_run(&play, 20 * PLAY_MIN);
    check_ids();
    cr_assert_eq(play_count(&play, "alert", true) + play_count(&play, "recovery", true), 9);
    cr_assert_eq(play_count(&play, "catchup", false), 0, "it was not away for 15 minutes");
    int64_t alert = 0;
    int64_t recovery = 0;
    for (size_t i = 0; i < play.sent_count; i++) {
        if (strcmp(json_text(play.sent[i].doc, "incident"), "tpe/camera:cam-3/1") == 0) {
            int64_t *at =
                strcmp(json_text(play.sent[i].doc, "kind"), "alert") == 0 ? &alert : &recovery;
            *at = play.sent[i].at;
        }
    }
    cr_assert_gt(alert, 0);
    cr_assert_gt(recovery, alert, "in order");
    cr_assert_eq(json_object_size(play.notices), 0);
}

Test(send, after_a_long_absence_there_is_one_message_and_then_live_again)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "known", NULL);
    play_run(&play, PLAY_MIN);
    gateway_ready(play.gateway, "chat", false, play.now);
    for (int i = 0; i < 40; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%d", i);
        play_down(&play, "tpe", camera, NULL);
        play_run(&play, PLAY_MIN);
        if (i < 30) {
            play_ok(&play, "tpe", camera, NULL);
        }
    }
    play_ok(&play, "tpe", "known", NULL);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_leq(json_object_size(play.notices), 1, "nothing piles up");
    play_crash(&play);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    const json_t *doc = play_last(&play);
    cr_assert_str_eq(json_text(doc, "kind"), "catchup");
    cr_assert_eq(json_number(doc, "item_count"), 10);
    const json_t *lines = json_object_get(doc, "lines");
    cr_assert_str_eq(json_string_value(json_array_get(lines, 0)), "Came and went meanwhile: 30");
    cr_assert_str_eq(json_string_value(json_array_get(lines, 1)), "Told before and over now: 1");
    play_down(&play, "tpe", "new", NULL);
    play_run(&play, PLAY_MIN);
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "alert");
    play_ok(&play, "tpe", "cam-35", NULL);
    play_run(&play, PLAY_MIN);
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "recovery");
}

Test(send, a_catch_up_names_everything_that_is_wrong_and_where_to_look)
{
    play_begin(&play, "{\"linkBase\":\"https://vmm.example/\"}");
    play_down(&play, "tpe", "known", NULL);
    play_run(&play, PLAY_MIN);
    gateway_ready(play.gateway, "chat", false, play.now);
    play_down(&play, "khh", "later", NULL);
    play_run(&play, 20 * PLAY_MIN);
    gateway_ready(play.gateway, "chat", true, play.now);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 2);
    const json_t *doc = play_last(&play);
    cr_assert_str_eq(json_text(doc, "title"), "Back after 20 min: 2 wrong now");
    cr_assert_eq(json_array_size(json_object_get(doc, "items")), 2);
    const json_t *link = json_array_get(json_object_get(doc, "links"), 0);
    cr_assert_str_eq(json_text(link, "url"), "https://vmm.example/");
    cr_assert_str_eq(json_text(link, "text"), "Open the overview");
    play_ok(&play, "tpe", "known", NULL);
    play_run(&play, PLAY_MIN);
    cr_assert_str_eq(json_text(play_last(&play), "kind"), "recovery");
    cr_assert_str_eq(json_text(play_last(&play), "thread_key"),
                     json_text(play.sent[0].doc, "thread_key"), "in the thread it began in");
}

Test(send, an_absence_without_news_is_no_message)
{
    play_begin(&play, "{}");
    play_down(&play, "tpe", "known", NULL);
    play_run(&play, PLAY_MIN);
    gateway_ready(play.gateway, "chat", false, play.now);
    play_run(&play, 40 * PLAY_MIN);
    gateway_ready(play.gateway, "chat", true, play.now);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
}

Test(send, a_catch_up_keeps_the_quiet_hours_and_leaves_to_others_what_they_took)
{
    play_begin(&play, "{\"destinations\":[{\"channel\":\"chat\",\"quietFrom\":\"22:00\","
                      "\"quietTo\":\"06:00\"}]}");
    gateway_ready(play.gateway, "chat", false, play.now);
    play_degraded(&play, "tpe", "slow", VMM_REASON_DISK_FAULT);
    play_down(&play, "tpe", "taken", NULL);
    play_quiet(&play, "a-1", "{\"kind\":\"ack\",\"incident\":\"tpe/camera:taken/1\"}",
               600 * PLAY_MIN);
    play_down(&play, "tpe", "dead", NULL);
    play_run(&play, 20 * PLAY_MIN);
    gateway_ready(play.gateway, "chat", true, play.now);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_str_eq(json_text(play_last(&play), "incident"), "tpe/camera:dead/1");
    cr_assert_eq(play_logged(&play, "suppressed", "quiet hours"), 1);
    play_run(&play, 8 * 60 * PLAY_MIN);
    cr_assert_eq(play.sent_count, 2, "when they end");
    cr_assert_str_eq(json_text(play_last(&play), "incident"), "tpe/camera:slow/1");
}

Test(send, a_slow_destination_delays_no_other)
{
    play_begin(&play, "{\"channels\":[\"chat:slow\",\"chat:quick\"]}");
    play.answer = silent;
    play_down(&play, "tpe", "cam-1", NULL);
    cr_assert_eq(play.sent_count, 2);
    gateway_settled(play.gateway, "chat:quick", VMM_SINK_DELIVERED, 0, "", play.now);
    play_run(&play, PLAY_MIN);
    play_down(&play, "tpe", "cam-2", NULL);
    cr_assert_eq(play.sent_count, 3);
    cr_assert_str_eq(play.sent[2].channel, "chat:quick");
}

Test(send, old_events_of_a_journal_that_was_there_before_are_one_message)
{
    play_begin(&play, "{}");
    play.gateway->is_first = true;
    gateway_current(play.gateway, 0, false);
    int64_t now = play.now.wall;
    for (int i = 0; i < 50; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%d", i);
        play.now.wall = now;
        struct gateway_event event = {.seq = ++play.seq,
                                      .id = "e",
                                      .site_id = "tpe",
                                      .incident = camera,
                                      .cause = camera,
                                      .subject = camera,
                                      .name = camera,
                                      .health = VMM_HEALTH_DOWN,
                                      .severity = VMM_SEVERITY_CRITICAL,
                                      .reason = VMM_REASON_TIMEOUT,
                                      .ts = now - 60 * PLAY_MIN,
                                      .received = now - 60 * PLAY_MIN};
        gateway_event(play.gateway, &event, play.now);
        event.seq = ++play.seq;
        event.step = INCIDENT_CLOSED;
        if (i < 48) {
            gateway_event(play.gateway, &event, play.now);
        }
    }
    gateway_current(play.gateway, play.seq, true);
    play_run(&play, PLAY_MIN);
    cr_assert_eq(play.sent_count, 1);
    cr_assert_str_eq(json_text(play_last(&play), "title"), "Wrong now: 2");
    cr_assert_eq(json_array_size(json_object_get(play_last(&play), "lines")), 0,
                 "what is over in it was never missed");
}

/* ---- everything at once ---- */

static uint32_t flaky(struct play *p, const struct play_sent *attempt, uint64_t *retry_us)
{
    (void)attempt;
    uint64_t drawn = rng_next(&p->gateway->rng);
    *retry_us = drawn % 7 == 0 ? 30 * PLAY_S : 0;
    return drawn % 3 == 0 ? VMM_SINK_DELIVERED : VMM_SINK_RETRY;
}

#define CAMERAS 24

/* Which incident of a camera was told open last, and which is over, by what was delivered. */
static void check_story(const int *incidents, const bool *is_down)
{
    for (int camera = 0; camera < CAMERAS; camera++) {
        for (int n = 1; n <= incidents[camera]; n++) {
            char id[64];
            int alerts = 0;
            int recoveries = 0;
            snprintf(id, sizeof(id), "s%d/camera:cam-%d/%d", camera % 3, camera, n);
            for (size_t i = 0; i < play.sent_count; i++) {
                const struct play_sent *sent = &play.sent[i];
                if (!sent->delivered || strcmp(json_text(sent->doc, "incident"), id) != 0) {
                    continue;
                }
                const char *kind = json_text(sent->doc, "kind");
                alerts += strcmp(kind, "alert") == 0;
                recoveries += strcmp(kind, "recovery") == 0;
            }
            cr_assert_leq(alerts, 1, "%s was announced %d times", id, alerts);
            cr_assert_leq(recoveries, 1, "%s was over %d times", id, recoveries);
            bool open = is_down[camera] && n == incidents[camera];
            cr_assert(!open || recoveries == 0, "%s is open and was told to be over", id);
        }
    }
}

Test(send, whatever_happens_each_incident_is_told_once_and_no_quota_is_broken)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct rng rng;
        int incidents[CAMERAS] = {0};
        bool is_down[CAMERAS] = {false};
        rng_init(&rng, seed);
        play_begin(&play, "{\"rateLimitPerSitePerMin\":6,\"repeat\":\"0s\"}");
        for (int step = 0; step < 400; step++) {
            int camera = (int)rng_below(&rng, CAMERAS);
            char site[8];
            char name[16];
            char incident[8];
            snprintf(site, sizeof(site), "s%d", camera % 3);
            snprintf(name, sizeof(name), "cam-%d", camera);
            incidents[camera] += !is_down[camera];
            snprintf(incident, sizeof(incident), "%d", incidents[camera]);
            play.answer = rng_below(&rng, 3) == 0    ? flaky
                          : rng_below(&rng, 20) == 0 ? refuse
                                                     : NULL;
            if (is_down[camera]) {
                play_ok(&play, site, name, incident);
            } else {
                play_down(&play, site, name, incident);
            }
            is_down[camera] = !is_down[camera];
            play_run(&play, (int64_t)rng_below(&rng, 90 * PLAY_S));
            if (rng_below(&rng, 15) == 0) {
                play_crash(&play);
            }
        }
        play.answer = NULL;
        play_run(&play, 60 * PLAY_MIN);
        check_ids();
        check_quota("chat", 51); /* a restart begins with one token */
        check_story(incidents, is_down);
        size_t open = 0;
        for (int camera = 0; camera < CAMERAS; camera++) {
            open += is_down[camera];
        }
        cr_assert_eq(json_object_size(play.alarms), open, "what is over is forgotten, seed %llu",
                     (unsigned long long)seed);
        cr_assert_eq(json_object_size(play.notices), 0);
        if (seed < 12) {
            play_end(&play);
        }
    }
}
