/* SPDX-License-Identifier: MIT */
/*
 * Troubles that no vendor is spared, each make at once: a device that boots and refuses every login for a while, and
 * one that answers late. Of each plugin with a play.json the first device that is well, twice: one of the two has the
 * trouble, the other stays well, so that the silence is nobody else's.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "script.h"

#define BOOT_MS 300000 /* down, then starting, then the wait for the next login */

static struct rig it;
static json_t *scripts; /* of the plugins */

TestSuite(boot, .timeout = 600);

static void load_scripts(void)
{
    static struct script_file files[SCRIPT_FILES_MAX];
    size_t count = script_find(VMM_VENDORS, NULL, files);
    scripts = json_array();
    for (size_t i = 0; i < count; i++) {
        json_error_t error;
        json_t *script = script_load(files[i].path, &error);
        cr_assert_not_null(script, "%s: %s", files[i].path, error.text);
        json_array_append_new(scripts, script);
    }
}

/* The first row that is well without a fault. */
static const json_t *row_of(const json_t *script)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(script, "rows"), i, row)
    {
        if (strcmp(script_text(row, "verdict", ""), "OK none") == 0 &&
            json_object_get(row, "fault") == NULL) {
            return row;
        }
    }
    return NULL;
}

static json_t *group_of(const json_t *script, const json_t *row, size_t place, const char *half)
{
    char address[32];
    char prefix[64];
    snprintf(address, sizeof(address), "127.43.%zu.1", place);
    snprintf(prefix, sizeof(prefix), "%s-%s", script_text(script, "provider", "?"), half);
    json_t *group =
        json_pack("{s:s, s:s, s:s, s:s}", "prefix", prefix, "site", half, "base_address", address,
                  "personality", script_text(row, "personality", "?"));
    json_object_update(group, json_object_get(row, "group"));
    return group;
}

static json_t *camera_of(const json_t *script, const json_t *row, const json_t *device)
{
    json_t *camera =
        json_pack("{s:O, s:O, s:s, s:O, s:O, s:s}", "id", json_object_get(device, "id"), "site",
                  json_object_get(device, "site"), "provider", script_text(script, "provider", "?"),
                  "host", json_object_get(device, "address"), "port",
                  json_object_get(device, "port"), "credential", "farm");
    json_object_update(camera, json_object_get(row, "camera"));
    return camera;
}

static void open_farm(void)
{
    size_t i;
    json_t *script;
    json_t *groups = json_array();
    json_array_foreach(scripts, i, script)
    {
        if (row_of(script) != NULL) {
            json_array_append_new(groups, group_of(script, row_of(script), 2 * i, "ill"));
            json_array_append_new(groups, group_of(script, row_of(script), 2 * i + 1, "well"));
        }
    }
    json_t *scenario = json_pack("{s:{s:i, s:i, s:i}, s:[{s:s, s:s, s:s}], s:o}", "ports", "http",
                                 0, "rtsp", 0, "dvrip", 0, "users", "name", "admin", "password",
                                 "secret", "level", "admin", "groups", groups);
    char *text = json_dumps(scenario, 0);
    rig_open(&it, text);
    free(text);
    json_decref(scenario);
}

static void load_fleet(void)
{
    size_t i;
    size_t at = 0;
    json_t *script;
    json_t *cameras = json_array();
    const json_t *devices = json_object_get(it.ready, "devices");
    json_array_foreach(scripts, i, script)
    {
        for (size_t half = 0; half < 2 && row_of(script) != NULL; half++) {
            json_array_append_new(cameras,
                                  camera_of(script, row_of(script), json_array_get(devices, at++)));
        }
    }
    char path[256];
    json_t *fleet = json_pack("{s:[{s:s, s:s}, {s:s, s:s}], s:o}", "sites", "id", "ill", "name",
                              "ill", "id", "well", "name", "well", "cameras", cameras);
    snprintf(path, sizeof(path), "%s/fleet.json", it.folder);
    cr_assert_eq(json_dump_file(fleet, path, 0), 0);
    json_decref(fleet);
    rig_ctl(&it, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
            "--password-stdin", NULL);
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "fleet", "load", path, NULL), 0);
}

/* Every make twice, and all of them well. */
static void begin(const char *watch)
{
    size_t i;
    json_t *script;
    load_scripts();
    open_farm();
    json_t *flags = json_object();
    json_array_foreach(scripts, i, script)
    {
        json_object_set_new(flags, script_text(script, "flag", "?"), json_true());
    }
    json_error_t error;
    json_t *config = json_pack("{s:o, s:o}", "flags", flags, "watch", json_loads(watch, 0, &error));
    char *text = json_dumps(config, 0);
    rig_config(&it, text);
    free(text);
    json_decref(config);
    rig_start(&it);
    load_fleet();
    rig_wait_all(&it, "OK");
}

static void finish(void)
{
    rig_close(&it);
    json_decref(scripts);
}

static void set_fault(const char *fault)
{
    json_decref(rig_farm(&it, "{\"do\":\"set\",\"device\":\"*-ill*\",\"fault\":\"%s\"}", fault));
}

/* Wait until each of the ill has this health and reason; the others are well all along. */
static void wait_ill(const char *health)
{
    size_t i;
    json_t *device;
    json_array_foreach(json_object_get(it.ready, "devices"), i, device)
    {
        if (strcmp(script_text(device, "site", ""), "ill") == 0) {
            rig_wait_health(&it, script_text(device, "id", "?"), health);
        }
    }
}

/* Wait until each of the ill was looked at so often. */
static void wait_looks(int count)
{
    size_t i;
    json_t *device;
    json_array_foreach(json_object_get(it.ready, "devices"), i, device)
    {
        if (strcmp(script_text(device, "site", ""), "ill") == 0) {
            rig_wait_count(&it, script_text(device, "id", "?"), "looks", count);
        }
    }
}

static bool all_well(struct rig *rig, const void *arg)
{
    size_t i;
    json_t *device;
    (void)arg;
    json_array_foreach(json_object_get(rig->ready, "devices"), i, device)
    {
        if (strcmp(rig_health(rig, script_text(device, "id", "?")), "OK none") != 0) {
            return false;
        }
    }
    return true;
}

/* No event gives one of these as its reason. */
static void expect_no_event(const char *reason)
{
    size_t i;
    json_t *event;
    json_t *events = rig_events(&it);
    json_array_foreach(events, i, event)
    {
        cr_expect_str_neq(script_text(event, "reason", ""), reason, "%s",
                          script_text(event, "camera_id", "?"));
    }
    json_decref(events);
}

Test(boot, a_device_that_refuses_every_login_while_it_starts_is_never_said_to_refuse_the_credential)
{
    begin("{\"deadline\":\"4s\",\"confirm_deadline\":\"4s\"}");
    set_fault("down");
    wait_ill("DOWN unreachable");
    set_fault("starting");
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"*-ill*\"}"));
    json_decref(rig_farm(&it, "{\"do\":\"clear\",\"device\":\"*-ill*\",\"fault\":\"down\"}"));
    wait_looks(2); /* a trial, and one that wants to log in */
    json_decref(rig_farm(&it, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_until(&it, BOOT_MS, "all devices to be well again", all_well, NULL);
    expect_no_event("auth");
    expect_no_event("locked");
    cr_expect_eq(rig_count(&it, "*-well*", "logins_bad"), 0);
    finish();
}

Test(boot, a_device_that_answers_late_is_slow_and_nothing_else)
{
    begin("{\"latency_limit\":\"500ms\",\"deadline\":\"30s\",\"confirm_deadline\":\"30s\"}");
    set_fault("slow:900");
    wait_ill("DEGRADED slow");
    json_decref(rig_farm(&it, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_until(&it, BOOT_MS, "all devices to be well again", all_well, NULL);
    expect_no_event("timeout");
    expect_no_event("auth");
    finish();
}
