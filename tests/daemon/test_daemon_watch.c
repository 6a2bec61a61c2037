/* SPDX-License-Identifier: MIT */
/* A small fleet from its first look to its recovery, and what a user is told of it. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

#define USERS "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}]"

static const char vivotek_fleet[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":10,\"first\":1,\"digits\":2,\"site\":\"north\",\"base_"
    "address\":\"127.21.0.1\","
    "\"personality\":\"vivotek-camera\",\"clock\":{\"zone_min\":480}}]}";

static const char admin[] = "{\"level\":\"admin\"}";

/* Its verdicts; what is told beside them, as how far a clock is off, has no "to". */
static size_t count_events(struct rig *rig, const char *camera)
{
    size_t count = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    json_array_foreach(events, i, event)
    {
        const char *id = json_string_value(json_object_get(event, "camera_id"));
        bool is_verdict = json_is_string(json_object_get(event, "to"));
        count += is_verdict && (camera == NULL || (id != NULL && strcmp(id, camera) == 0));
    }
    json_decref(events);
    return count;
}

Test(watch, a_healthy_fleet_is_ok_with_one_event_and_one_login_each)
{
    struct rig rig;
    rig_open(&rig, vivotek_fleet);
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    rig_wait_count(&rig, "cam-01", "looks", 5);
    cr_assert_eq(count_events(&rig, NULL), 10, "one event a camera");
    cr_assert_eq(rig_count(&rig, "*", "logins_bad"), 0);
    cr_assert_eq(rig_count(&rig, "*", "writes"), 0);
    cr_assert_eq(rig_count(&rig, "*", "connections_max"), 1);
    double begun = rig_metric(&rig, "vmm_looks_begun_total");
    cr_assert_geq(begun, 40);
    rig_close(&rig);
}

Test(watch, each_fault_is_told_apart_and_recovers_with_one_event)
{
    struct rig rig;
    rig_open(&rig, vivotek_fleet);
    rig_config(&rig, "{\"watch\":{\"latency_limit\":\"500ms\",\"deadline\":\"1500ms\",\"connect_"
                     "timeout\":\"1s\",\"confirm_deadline\":\"1500ms\"}}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    static const struct {
        const char *camera;
        const char *fault;
        const char *health;
    } table[] = {
        {"cam-01", "down", "DOWN unreachable"},
        {"cam-02", "blackhole", "DOWN timeout"},
        {"cam-03", "garbage", "DEGRADED bad_reply"},
        {"cam-04", "slow:800", "DEGRADED slow"},
        {"cam-05", "busy:503", "DEGRADED busy"},
        {"cam-06", "close", "DOWN unreachable"},
        {"cam-07", "wrong_clock:-7200", "DEGRADED clock_zone"},
        {"cam-08", "truncate:head", "DOWN unreachable"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"%s\"}",
                             table[i].camera, table[i].fault));
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        rig_wait_health(&rig, table[i].camera, table[i].health);
    }
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_wait_all(&rig, "OK");
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        cr_expect_eq(count_events(&rig, table[i].camera), 3, "%s: to OK, away, and back, not %zu",
                     table[i].camera, count_events(&rig, table[i].camera));
    }
    cr_assert_eq(count_events(&rig, "cam-10"), 1, "nothing of one that was well");
    cr_assert_eq(rig_count(&rig, "*", "logins_bad"), 0);
    rig_close(&rig);
}

Test(watch, a_camera_with_rules_of_its_own_is_judged_by_them)
{
    struct rig rig;
    rig_open(&rig, vivotek_fleet);
    rig_config(&rig, "{\"watch\":{\"latency_limit\":\"500ms\"}}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    cr_assert_neq(
        rig_ctl(&rig, NULL, NULL, "camera", "set", "cam-01", "rules={\"latency_limit\": 5}", NULL),
        0, "a rule that is none is refused");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "camera", "set", "cam-01",
                         "rules={\"latency_limit_s\": 5}", NULL),
                 0);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-0[12]\",\"fault\":\"slow:800\"}"));
    rig_wait_health(&rig, "cam-02", "DEGRADED slow");
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"cam-01\"}"));
    rig_wait_count(&rig, "cam-01", "connections", 3);
    cr_expect_str_eq(rig_health(&rig, "cam-01"), "OK none");
    rig_close(&rig);
}

Test(watch, a_wrong_password_is_tried_once)
{
    struct rig rig;
    rig_open(&rig, vivotek_fleet);
    rig_config(&rig, "{}");
    json_decref(rig_farm(
        &rig,
        "{\"do\":\"password\",\"device\":\"cam-01\",\"user\":\"admin\",\"password\":\"other\"}"));
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_health(&rig, "cam-01", "DEGRADED auth");
    rig_wait_health(&rig, "cam-02", "OK none");
    rig_wait_count(&rig, "cam-01", "looks", 8);
    cr_assert_eq(rig_count(&rig, "cam-01", "logins_bad"), 1);
    cr_assert_str_eq(rig_health(&rig, "cam-01"), "DEGRADED auth", "and stays what it is");
    cr_assert_eq(count_events(&rig, "cam-01"), 1);
    cr_assert_eq(rig_stop(&rig), 0);
    rig_start(&rig);
    rig_wait_count(&rig, "cam-01", "looks", 12);
    cr_assert_eq(rig_count(&rig, "cam-01", "logins_bad"), 1,
                 "a restart does not forget the refusal");
    cr_assert_eq(rig_ctl(&rig, NULL, "other\n", "credential", "add", "right", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "camera", "set", "cam-01", "credential=right", NULL), 0);
    rig_wait_health(&rig, "cam-01", "OK none");
    rig_close(&rig);
}

Test(watch, a_camera_switched_off_is_disabled_and_left_alone)
{
    struct rig rig;
    rig_open(&rig, vivotek_fleet);
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "camera", "set", "cam-03", "enabled=false", NULL), 0);
    rig_wait_health(&rig, "cam-03", "DISABLED disabled");
    rig_wait_count(&rig, "cam-04", "looks", 4);
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    rig_wait_count(&rig, "cam-04", "looks", 4);
    cr_assert_eq(rig_count(&rig, "cam-03", "connections"), 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "camera", "set", "cam-03", "enabled=true", NULL), 0);
    rig_wait_health(&rig, "cam-03", "OK none");
    rig_close(&rig);
}

/* The newest event of a verdict; what is told beside it has no "to". */
static const json_t *last_verdict(const json_t *explained)
{
    const json_t *event = NULL;
    size_t i;
    json_array_foreach(json_object_get(explained, "events"), i, event)
    {
        if (json_is_string(json_object_get(event, "to"))) {
            return event;
        }
    }
    return NULL;
}

/* Whenever it is asked, the verdict's own event is there, and what became of it at the sink. */
static bool is_explained(struct rig *rig, const void *health)
{
    json_t *all = rig_json(rig, "explain", "cam-01", NULL);
    const json_t *event = last_verdict(all);
    const char *now = json_string_value(json_object_get(json_object_get(all, "verdict"), "health"));
    bool is = strcmp(now, health) == 0;
    cr_assert_not_null(event, "%s without an event", now);
    cr_assert_str_eq(json_string_value(json_object_get(event, "to")), now);
    cr_assert_eq(json_array_size(json_object_get(event, "sinks")), 1);
    json_decref(all);
    return is;
}

Test(watch, a_verdict_is_explained_with_its_event_at_once)
{
    struct rig rig;
    char config[600];
    rig_open(&rig, vivotek_fleet);
    snprintf(config, sizeof(config),
             "{\"flags\":{\"FEATURE_VMM_SINK_JSONL\":true},\"plugins\":{\"jsonl\":{\"config\":{"
             "\"path\":\"%s/events.jsonl\"}}}}",
             rig.folder);
    rig_config(&rig, config);
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    for (int i = 0; i < 6; i++) {
        json_decref(
            rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"busy:503\"}"));
        rig_until(&rig, RIG_WAIT_MS, "it to be DEGRADED", is_explained, "DEGRADED");
        json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
        rig_until(&rig, RIG_WAIT_MS, "it to be OK", is_explained, "OK");
    }
    rig_close(&rig);
}

Test(watch, the_password_is_in_no_file_but_sealed_and_in_no_argument)
{
    struct rig rig;
    char command[512];
    rig_open(&rig, vivotek_fleet);
    rig_config(&rig, "{\"log\":{\"level\":\"debug\"}}");
    json_decref(rig_farm(
        &rig,
        "{\"do\":\"password\",\"device\":\"*\",\"user\":\"admin\",\"password\":\"CanaryPw7\"}"));
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    cr_assert_eq(rig_ctl(&rig, NULL, "CanaryPw7\n", "credential", "set", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    rig_wait_all(&rig, "OK");
    json_decref(rig_json(&rig, "explain", "cam-01", NULL));
    snprintf(
        command, sizeof(command),
        "grep -rlaF -e CanaryPw7 -e Q2FuYXJ5UHc3 --exclude=scenario.json --exclude=farm.log %s",
        rig.folder);
    cr_assert_neq(system(command), 0, "the password stands in a file");
    snprintf(command, sizeof(command), "cat /proc/%d/cmdline /proc/%d/environ | grep -aF CanaryPw7",
             (int)rig.vmmd, (int)rig.vmmd);
    cr_assert_neq(system(command), 0, "the password stands in arguments or environment");
    rig_close(&rig);
}
