/* SPDX-License-Identifier: MIT */
/* vmmd is killed at any instant: nothing forgotten, nothing twice, no login more than the rules allow. */
#include <criterion/criterion.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "chain.h"
#include "procs.h"
#include "rig.h"

#define USERS "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}]"

#define GOOD  24
#define WRONG 4

static const char fleet[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"good-\",\"count\":24,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.31.0.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"wrong-\",\"count\":4,\"first\":1,\"digits\":2,\"site\":\"south\","
    "\"base_address\":\"127.31.1.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"not-this\",\"level\":\"admin\"}]}]}";

static const char admin[] = "{\"level\":\"admin\"}";

static void config_with_sink(struct rig *rig, const char *more, char path[256])
{
    char config[1024];
    snprintf(path, 256, "%s/events.jsonl", rig->folder);
    snprintf(config, sizeof(config),
             "{\"flags\":{\"FEATURE_VMM_SINK_JSONL\":true},\"plugins\":{\"jsonl\":{\"config\":{"
             "\"path\":\"%s\"}}}"
             "%s}",
             path, more);
    rig_config(rig, config);
}

/* Some devices break, some are well again. */
static void stir(struct rig *rig, struct rng *rng)
{
    static const char *const faults[] = {"down", "garbage", "busy:503", "close", "blackhole"};
    for (int i = 0; i < 6; i++) {
        uint64_t drawn = rng_next(rng);
        int camera = (int)(drawn % GOOD) + 1;
        size_t fault = (drawn >> 16) % (2 * sizeof(faults) / sizeof(faults[0]));
        json_t *answer =
            fault < sizeof(faults) / sizeof(faults[0])
                ? rig_farm(rig, "{\"do\":\"set\",\"device\":\"good-%02d\",\"fault\":\"%s\"}",
                           camera, faults[fault])
                : rig_farm(rig, "{\"do\":\"clear\",\"device\":\"good-%02d\"}", camera);
        json_decref(answer);
    }
}

static void kill_with_all_hosts(struct rig *rig)
{
    struct procs hosts;
    procs_children(rig->vmmd, &hosts);
    rig_kill(rig);
    procs_wait_ended(&hosts, "a vmm-host has outlived its vmmd");
}

static void set_wrong_credential(struct rig *rig)
{
    cr_assert_eq(
        rig_ctl(rig, NULL, "wrong-too\n", "credential", "set", "wrong", "--password-stdin", NULL),
        0);
}

/* One life: some devices change, it is killed at an instant that is drawn: while it starts, when it answers, while it
 * writes down that it will log in. Returns how many new logins at a wrong device became possible. */
static int live_and_die(struct rig *rig, struct rng *rng, int round)
{
    int generations = 0;
    stir(rig, rng);
    if (round % 4 == 3) {
        rig_launch(rig);
    } else {
        rig_start(rig);
        chain_check_status(rig);
    }
    if (round % 4 == 1) {
        set_wrong_credential(rig);
        generations = 1;
    }
    /* Not a wait for anything: the instant of the kill. */
    poll(NULL, 0, (int)(rng_next(rng) % (round % 4 == 1 ? 100 : 1200)));
    kill_with_all_hosts(rig);
    return generations;
}

static void check_logins(struct rig *rig, int generations)
{
    for (int i = 1; i <= WRONG; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "wrong-%02d", i);
        json_int_t bad = rig_count(rig, camera, "logins_bad");
        cr_assert_leq(bad, generations, "%s: %lld bad logins for %d secrets", camera,
                      (long long)bad, generations);
    }
    cr_assert_eq(rig_count(rig, "good-*", "logins_bad"), 0);
    cr_assert_leq(rig_count(rig, "*", "connections_max"), 1);
}

/* The account at a wrong device is one of its own, so that its secret can be changed alone. */
static void give_wrong_ones_their_own(struct rig *rig)
{
    cr_assert_eq(rig_ctl(rig, NULL, "wrong-too\n", "credential", "add", "wrong", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    for (int i = 1; i <= WRONG; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "wrong-%02d", i);
        cr_assert_eq(rig_ctl(rig, NULL, NULL, "camera", "set", camera, "credential=wrong", NULL),
                     0);
    }
}

static void wait_all_as_they_are(struct rig *rig)
{
    char camera[16];
    for (int i = 1; i <= GOOD; i++) {
        snprintf(camera, sizeof(camera), "good-%02d", i);
        rig_wait_health(rig, camera, "OK none");
    }
    for (int i = 1; i <= WRONG; i++) {
        snprintf(camera, sizeof(camera), "wrong-%02d", i);
        rig_wait_health(rig, camera, "DEGRADED auth");
    }
}

Test(kill, at_any_instant_nothing_is_forgotten_lost_or_doubled)
{
    struct rig rig;
    struct rng rng;
    char path[256];
    int rounds = (int)rig_soak(20, 100, "kills of vmmd with all its hosts");
    rng_init(&rng, 20);
    rig_open(&rig, fleet);
    /* Verdicts come fast enough for a life of a second. */
    config_with_sink(&rig,
                     ",\"watch\":{\"interval\":\"300ms\",\"suspect_interval\":\"200ms\","
                     "\"trial_interval\":\"200ms\",\"full_after\":\"20ms\",\"confirm_step\":"
                     "\"10ms\",\"sustain_time\":\"100ms\",\"spread\":\"200ms\","
                     "\"connect_timeout\":\"300ms\",\"deadline\":\"600ms\","
                     "\"confirm_deadline\":\"300ms\"}",
                     path);
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    give_wrong_ones_their_own(&rig);
    int generations = 2; /* of "farm", which it was loaded with, and of its own */
    wait_all_as_they_are(&rig);
    check_logins(&rig, generations);
    chain_check_status(&rig);
    kill_with_all_hosts(&rig);
    for (int round = 0; round < rounds; round++) {
        generations += live_and_die(&rig, &rng, round);
    }
    rig_start(&rig);
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    set_wrong_credential(&rig);
    wait_all_as_they_are(&rig);
    check_logins(&rig, generations + 1);
    chain_check_status(&rig);
    size_t events = chain_wait_file(&rig, path);
    cr_assert_gt(events, (size_t)(GOOD + WRONG + rounds), "there was something to lose");
    cr_assert_eq(rig_metric(&rig, "vmm_store_events_lost_total"), 0);
    rig_close(&rig);
}

/* ---- a login that was lost ------------------------------------------------------------------------------ */

/* Why the next look is as it is: explain tells that the login waits, and until when. */
static bool login_waits(struct rig *rig, const void *camera)
{
    json_t *why = rig_json(rig, "explain", (const char *)camera, NULL);
    json_t *ledger = json_object_get(why, "ledger");
    const char *next = json_string_value(json_object_get(json_object_get(why, "next"), "why"));
    bool waits = json_is_string(json_object_get(ledger, "retry_at")) && next != NULL &&
                 strstr(next, "no login before ") != NULL;
    json_decref(why);
    return waits;
}

/* The first login is under way when vmmd dies: it may have been refused, so it is not made again. Nobody is judged by
 * that, explain says why nothing is known, and a new secret ends the wait. */
Test(kill, a_first_login_that_was_lost_waits_and_says_so)
{
    struct rig rig;
    rig_open(&rig, fleet);
    rig_config(&rig, "{}");
    rig_start(&rig);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"*\",\"fault\":\"slow:2000\"}"));
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_count(&rig, "good-01", "connections", 1);
    kill_with_all_hosts(&rig);
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    rig_start(&rig);
    rig_wait_count(&rig, "good-01", "looks", 3);
    rig_until(&rig, RIG_WAIT_MS, "explain to say that the login waits", login_waits, "good-01");
    cr_assert_eq(rig_count(&rig, "good-01", "logins_good"), 0, "it is not made again");
    cr_assert_str_eq(rig_health(&rig, "good-01"), "UNKNOWN auth_wait");
    cr_assert_eq(
        rig_ctl(&rig, NULL, "secret\n", "credential", "set", "farm", "--password-stdin", NULL), 0);
    rig_wait_health(&rig, "good-01", "OK none");
    chain_check_status(&rig);
    json_t *events = rig_events(&rig);
    chain_check(events);
    json_decref(events);
    rig_close(&rig);
}

/* ---- after a long absence ------------------------------------------------------------------------------ */

#define MANY 150

static const char many[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":150,\"first\":1,\"digits\":3,\"site\":\"north\","
    "\"base_address\":\"127.32.0.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}}]}";

Test(kill, overdue_looks_are_spread_after_the_start)
{
    struct rig rig;
    rig_open(&rig, many);
    rig_config(&rig, "{\"watch\":{\"interval\":\"3s\",\"spread\":\"6s\"}}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    /* Status is told from memory; what is not on disk yet would be lost. */
    chain_check_status(&rig);
    kill_with_all_hosts(&rig);
    /* Time itself: each look becomes overdue. */
    poll(NULL, 0, 3500);
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    uint64_t begun = rig_now_ms();
    rig_launch(&rig);
    rig_wait_count(&rig, "*", "looks", 1);
    poll(NULL, 0, 1000);
    json_int_t first = rig_count(&rig, "*", "looks");
    /* A sixth is expected of each second that it really took. */
    uint64_t took = rig_now_ms() - begun;
    cr_assert_leq(first, MANY * (took / 6000.0 + 0.25), "%lld of %d within %llu ms",
                  (long long)first, MANY, (unsigned long long)took);
    json_decref(
        rig_farm(&rig,
                 "{\"do\":\"wait\",\"device\":\"*\",\"what\":\"looks\",\"count\":1,\"each\":true,"
                 "\"timeout_ms\":%d}",
                 RIG_WAIT_MS));
    took = rig_now_ms() - begun;
    cr_assert_leq(took, 15000, "all within the spread, not after %llu ms",
                  (unsigned long long)took);
    rig_until(&rig, RIG_WAIT_MS, "vmmd to answer", rig_answers, NULL);
    rig_wait_all(&rig, "OK");
    json_t *events = rig_events(&rig);
    cr_assert_eq(json_array_size(events), MANY, "nobody is judged anew");
    chain_check(events);
    json_decref(events);
    rig_close(&rig);
}
