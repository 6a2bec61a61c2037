/* SPDX-License-Identifier: MIT */
/* Host processes that end: which device is to blame for it, and that nobody is when they were killed. */
#include <criterion/criterion.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "procs.h"
#include "rig_told.h"

/* ---- a device that makes its provider crash -------------------------------------------------------------------- */

Test(suspects, only_the_device_that_crashes_its_provider_is_left_out)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 6));
    rig_told_begin(&rig, TOLD_ON);
    rig_told_then(&rig, "bad-03", "crash");
    rig_wait_health(&rig, "bad-03", "UNKNOWN plugin_crash");
    json_int_t looks = rig_count(&rig, "bad-03", "looks");
    rig_watch_wait_looks(&rig, "bad-0[12456]", 3);
    cr_expect_eq(rig_count(&rig, "bad-03", "looks"), looks, "it is left alone");
    rig_plugins_wait_hosts(&rig, "told", 1);
    for (const char *id = "12456"; *id != '\0'; id++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "bad-0%c", *id);
        cr_expect_str_eq(rig_health(&rig, camera), "OK none");
        cr_expect_eq(rig_watch_events(&rig, camera), 1, "%s", camera);
    }
    cr_expect_eq(rig_watch_events(&rig, "bad-03"), 2);
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

/* ---- kills ------------------------------------------------------------------------------------------------------ */

static void kill_random_hosts(struct rig *rig, size_t seconds)
{
    unsigned seed = 7;
    uint64_t end = rig_now_ms() + seconds * 1000;
    while (rig_now_ms() < end) {
        struct procs hosts;
        procs_children(rig->vmmd, &hosts);
        if (hosts.count > 0) {
            kill(hosts.pids[(size_t)rand_r(&seed) % hosts.count], SIGKILL);
        }
        poll(NULL, 0, 100); /* the rate of the storm */
    }
}

Test(kills, a_storm_of_kills_changes_no_verdict_and_delays_no_look_for_long)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(10, 10));
    rig_told_begin(
        &rig, "{\"plugins\":{\"told\":{\"hosts\":2}},\"flags\":{\"FEATURE_PLUGIN_TOLD\":true}}");
    /* So that kills meet looks, and each look still needs less than 100 ms. */
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"bad-*\",\"fault\":\"slow:60\"}"));
    kill_random_hosts(&rig, rig_soak(10, 60, "s of ten kills of hosts a second"));
    rig_watch_wait_looks(&rig, "*", 2);
    rig_watch_expect_untouched(&rig, "cam-", 10);
    rig_watch_expect_untouched(&rig, "bad-", 10);
    rig_watch_expect_same_count(&rig, "told", "bad-*");
    struct rig_looks looks = rig_watch_looks(&rig);
    cr_expect_gt(looks.lost, 0, "no kill met a look");
    cr_expect_leq(rig_count(&rig, "bad-*", "logins_good"), rig_count(&rig, "bad-*", "connections"),
                  "a look logged in twice");
    cr_expect_leq(rig_watch_longest_gap(&rig, "*"), 10000, "a device waited %lld ms",
                  (long long)rig_watch_longest_gap(&rig, "*"));
    rig_watch_close(&rig);
}

/* Kills the first host of a provider once the farm has been asked by its device. */
struct killer {
    struct rig *rig;
    const char *provider;
    const char *device;
    int connections;
};

static void *kill_when_asked(void *arg)
{
    const struct killer *killer = arg;
    char state[16];
    rig_wait_count(killer->rig, killer->device, "connections", killer->connections);
    pid_t pid = rig_host(killer->rig, killer->provider, state);
    kill(pid, SIGKILL);
    return NULL;
}

Test(kills, a_probe_asked_for_is_answered_although_its_host_is_killed)
{
    struct rig rig;
    pthread_t thread;
    rig_told_open(&rig, RIG_SCENARIO(1, 1));
    rig_told_begin(&rig, "{\"watch\":{\"interval\":\"1h\",\"jitter\":\"1s\"},\"flags\":{\"FEATURE_"
                         "PLUGIN_TOLD\":true}}");
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"bad-01\",\"fault\":\"slow:1500\"}"));
    struct killer killer = {&rig, "told", "bad-01",
                            (int)rig_count(&rig, "bad-01", "connections") + 1};
    cr_assert_eq(pthread_create(&thread, NULL, kill_when_asked, &killer), 0);
    json_t *answer = rig_json(&rig, "probe", "bad-01", NULL);
    pthread_join(thread, NULL);
    json_t *look = json_object_get(answer, "look");
    cr_expect_str_eq(json_string_value(json_object_get(look, "outcome")), "ok");
    json_decref(answer);
    cr_expect_eq(rig_watch_looks(&rig).lost, 1);
    rig_watch_close(&rig);
}

Test(kills, a_first_login_that_was_lost_is_not_made_again)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(1, 1));
    rig_plugins_config(&rig, TOLD_ON);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"bad-01\",\"fault\":\"slow:1500\"}"));
    rig_start(&rig);
    rig_told_load(&rig);
    kill_when_asked(&(struct killer){&rig, "told", "bad-01", 1});
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"bad-01\"}"));
    rig_watch_wait_looks(&rig, "bad-01", 4);
    cr_expect_eq(rig_count(&rig, "bad-01", "logins_good"), 0);
    cr_expect_eq(rig_watch_events(&rig, "bad-01"), 0, "nobody is judged by a login that was lost");
    rig_wait_health(&rig, "cam-01", "OK none");
    rig_watch_close(&rig);
}

Test(kills, a_sink_that_is_killed_again_and_again_gets_every_event_in_order)
{
    struct rig rig;
    char config[512];
    char path[256];
    char state[16];
    rig_told_open(&rig, RIG_SCENARIO(4, 1));
    snprintf(path, sizeof(path), "%s/events.jsonl", rig.folder);
    rig_told_begin(&rig, rig_told_sink(path, config));
    for (int i = 0; i < 32; i++) {
        rig_told_toggle(&rig, i);
        pid_t pid = rig_host(&rig, "jsonl", state);
        if (pid > 0) {
            kill(pid, SIGKILL);
        }
    }
    rig_wait_all(&rig, "OK"); /* nothing is written any more */
    cr_expect_geq(chain_wait_file(&rig, path), 32);
    rig_watch_close(&rig);
}
