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
#include "rig_plugins.h"
#include "rig_watch.h"

#define TOLD_ON "\"flags\":{\"FEATURE_PLUGIN_TOLD\":true}"

static const struct rig_share shares[] = {
    {"cam-", "vivotek", "{\"level\":\"admin\"}"}, {"bad-", "told", "{}"}, {NULL, NULL, NULL}};

/* Cameras of the provider vivotek and devices of the provider told, all OK. */
static void begin(struct rig *rig, const char *scenario, const char *config)
{
    rig_open(rig, scenario);
    rig_plugins_open(rig, "vivotek", "jsonl", NULL);
    rig_plugins_fault(rig, "told");
    rig_plugins_config(rig, config);
    rig_start(rig);
    rig_watch_load(rig, shares);
    rig_wait_all(rig, "OK");
}

static size_t soak(size_t quick, size_t full)
{
    return getenv("VMM_SOAK") != NULL ? full : quick;
}

/* ---- a device that makes its provider crash -------------------------------------------------------------------- */

static void tell(struct rig *rig, const char *camera, const char *then)
{
    char options[64];
    snprintf(options, sizeof(options), "options={\"then\":\"%s\"}", then);
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "camera", "set", camera, options, NULL), 0);
}

Test(suspects, only_the_device_that_crashes_its_provider_is_left_out)
{
    struct rig rig;
    begin(&rig, RIG_SCENARIO(2, 6), "{" TOLD_ON "}");
    tell(&rig, "bad-03", "crash");
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

static json_int_t longest_gap(struct rig *rig)
{
    size_t i;
    json_t *device;
    json_int_t gap = 0;
    json_t *answer = rig_farm(rig, "{\"do\":\"report\",\"device\":\"*\",\"devices\":true}");
    json_t *report = json_object_get(answer, "report");
    json_array_foreach(json_object_get(report != NULL ? report : answer, "devices"), i, device)
    {
        json_int_t here = json_integer_value(json_object_get(device, "gap_max_ms"));
        gap = here > gap ? here : gap;
    }
    json_decref(answer);
    return gap;
}

Test(kills, a_storm_of_kills_changes_no_verdict_and_delays_no_look_for_long)
{
    struct rig rig;
    begin(&rig, RIG_SCENARIO(10, 10), "{\"plugins\":{\"told\":{\"hosts\":2}}," TOLD_ON "}");
    kill_random_hosts(&rig, soak(10, 60));
    rig_watch_wait_looks(&rig, "*", 2);
    rig_watch_expect_untouched(&rig, "cam-", 10);
    rig_watch_expect_untouched(&rig, "bad-", 10);
    rig_watch_expect_same_count(&rig, "told", "bad-*");
    struct rig_looks looks = rig_watch_looks(&rig);
    cr_expect_gt(looks.lost, 0, "no kill met a look");
    cr_expect_leq(rig_count(&rig, "bad-*", "logins_good"), rig_count(&rig, "bad-*", "connections"),
                  "a look logged in twice");
    cr_expect_leq(longest_gap(&rig), 10000, "a device waited %lld ms",
                  (long long)longest_gap(&rig));
    rig_watch_close(&rig);
}
