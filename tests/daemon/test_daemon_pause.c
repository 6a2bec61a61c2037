/* SPDX-License-Identifier: MIT */
/* vmmd or one of its hosts stands still: nobody is judged by what our own side missed. */
#include <criterion/criterion.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "chain.h"
#include "procs.h"
#include "rig.h"

#define USERS "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}]"

#define CAMERAS 60

static const char fleet[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":60,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.33.0.1\",\"personality\":\"vivotek-camera\","
    "\"override\":{\"latency\":{\"ms\":300}},\"clock\":{\"zone_min\":480}}]}";

static const char admin[] = "{\"level\":\"admin\"}";

/*
 * A look may take 1.5 s, and 8.5 s make a verdict stale: a pause of 9 s or more outlasts both, so that without the rules for
 * pauses every camera would turn UNKNOWN, and every look under way would be a timeout. All were loaded at once, so
 * many looks are under way at once.
 */
static void open_watched(struct rig *rig)
{
    rig_open(rig, fleet);
    rig_config(
        rig,
        "{\"watch\":{\"interval\":\"3s\",\"jitter\":\"500ms\",\"pause\":\"2s\",\"spread\":\"3s\","
        "\"deadline\":\"1500ms\",\"connect_timeout\":\"1s\",\"latency_limit\":\"5s\","
        "\"confirm_deadline\":\"1s\"}}");
    rig_start(rig);
    rig_load_farm(rig, "vivotek", admin);
    rig_wait_all(rig, "OK");
}

static bool looks_in_flight(struct rig *rig, const void *arg)
{
    (void)arg;
    return rig_metric(rig, "vmm_looks_in_flight") > 0;
}

/* Stop vmmd, with what else is given, at a moment when looks are under way. */
static void stand_still(struct rig *rig, const struct procs *others)
{
    rig_until(rig, RIG_WAIT_MS, "a look to be under way", looks_in_flight, NULL);
    procs_signal(others, SIGSTOP);
    kill(rig->vmmd, SIGSTOP);
    /* Time itself is what is tested. */
    poll(NULL, 0, 1000 * (int)rig_soak(9, 60, "s in which vmmd stands still"));
    json_decref(rig_farm(rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    kill(rig->vmmd, SIGCONT);
    procs_signal(others, SIGCONT);
}

static void check_nobody_judged(struct rig *rig, size_t events_before)
{
    json_t *events = rig_events(rig);
    cr_assert_eq(json_array_size(events), events_before + 1, "%zu events before, %zu after",
                 events_before, json_array_size(events));
    const char *type =
        json_string_value(json_object_get(json_array_get(events, events_before), "type"));
    cr_expect_str_eq(type, "node.unwatched", "that nobody watched is an event, and the only one");
    chain_check(events);
    json_decref(events);
    rig_wait_all(rig, "OK");
    cr_assert_eq(rig_metric(rig, "vmm_plugin_restarts_total"), 0, "no host was ended for it");
}

static void check_pause(struct rig *rig, const struct procs *others)
{
    size_t before = CAMERAS;
    stand_still(rig, others);
    /* By vmmd's own count: to the farm the second half of a look that was interrupted is one of its own. */
    uint64_t since = rig_now_ms();
    double begun = rig_metric(rig, "vmm_looks_begun_total");
    poll(NULL, 0, 1000);
    double first = rig_metric(rig, "vmm_looks_begun_total") - begun;
    uint64_t took = rig_now_ms() - since;
    cr_assert_leq(first, CAMERAS * (took / 3000.0 + 1.0 / 6), "%.0f of %d within %llu ms", first,
                  CAMERAS, (unsigned long long)took);
    json_decref(
        rig_farm(rig,
                 "{\"do\":\"wait\",\"device\":\"*\",\"what\":\"looks\",\"count\":2,\"each\":true,"
                 "\"timeout_ms\":%d}",
                 RIG_WAIT_MS));
    check_nobody_judged(rig, before);
    cr_assert_eq(rig_log_count(rig, "stood still"), 1, "one line tells of it");
    cr_assert_gt(rig_metric(rig, "vmm_looks_void_total"), 0, "what was under way is void");
}

Test(pause, vmmd_alone_stands_still_and_judges_nobody)
{
    struct rig rig;
    struct procs none = {0};
    open_watched(&rig);
    check_pause(&rig, &none);
    rig_close(&rig);
}

Test(pause, the_machine_stands_still_and_nobody_is_judged)
{
    struct rig rig;
    struct procs hosts;
    open_watched(&rig);
    procs_children(rig.vmmd, &hosts);
    cr_assert_gt(hosts.count, 0);
    check_pause(&rig, &hosts);
    rig_close(&rig);
}

/* ---- a host ---------------------------------------------------------------------------------------------- */

#define FEW 6

static const char few[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":6,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.34.0.1\",\"personality\":\"vivotek-camera\","
    "\"override\":{\"latency\":{\"ms\":300}},\"clock\":{\"zone_min\":480}}]}";

static bool has_another_host(struct rig *rig, const void *arg)
{
    const pid_t *before = arg;
    char state[16];
    pid_t pid = rig_host(rig, "vivotek", state);
    return pid != 0 && pid != *before && strcmp(state, "ready") == 0;
}

Test(pause, a_host_that_stands_still_is_replaced_and_nobody_is_judged)
{
    struct rig rig;
    char state[16];
    rig_open(&rig, few);
    /* A host may be silent for 10 s: a verdict has to live longer than that. */
    rig_config(&rig, "{\"watch\":{\"interval\":\"10s\",\"spread\":\"3s\"}}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    struct procs host = {.count = 1};
    host.pids[0] = rig_host(&rig, "vivotek", state);
    pid_t other = rig_host(&rig, "rtsp", state);
    rig_until(&rig, RIG_WAIT_MS, "a look to be under way", looks_in_flight, NULL);
    procs_signal(&host, SIGSTOP);
    rig_until(&rig, RIG_WAIT_MS, "another host", has_another_host, &host.pids[0]);
    procs_wait_ended(&host, "the host that stood still is ended");
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    json_decref(
        rig_farm(&rig,
                 "{\"do\":\"wait\",\"device\":\"*\",\"what\":\"looks\",\"count\":1,\"each\":true,"
                 "\"timeout_ms\":%d}",
                 RIG_WAIT_MS));
    json_t *events = rig_events(&rig);
    cr_assert_eq(json_array_size(events), FEW, "nobody is judged by it");
    json_decref(events);
    rig_wait_all(&rig, "OK");
    cr_assert_eq(rig_metric(&rig, "vmm_plugin_restarts_total{plugin=\"vivotek\"}"), 1);
    cr_assert_eq(rig_host(&rig, "rtsp", state), other, "the others keep their process");
    cr_assert_eq(rig_count(&rig, "*", "logins_bad"), 0);
    rig_close(&rig);
}
