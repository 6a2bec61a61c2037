/* SPDX-License-Identifier: MIT */
/* What is UNKNOWN because nobody could look says what stood in the way. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig.h"

static const char devices[] =
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":"
    "\"admin\"}],\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.59.0.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}}]}";

static void begin(struct rig *rig)
{
    rig_open(rig, devices);
    rig_config(rig, "{}");
    rig_start(rig);
    rig_load_farm(rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(rig, "OK");
}

static void expect_kept_by(struct rig *rig, const char *camera, const char *by, const char *words)
{
    struct buf said;
    json_t *all = rig_json(rig, "explain", camera, NULL);
    const json_t *verdict = json_object_get(all, "verdict");
    cr_expect_str_eq(json_string_value(json_object_get(verdict, "stale_by")), by);
    json_decref(all);
    buf_init(&said);
    cr_assert_eq(rig_ctl(rig, &said, NULL, "explain", camera, NULL), 0);
    cr_expect(strstr(buf_cstr(&said), words) != NULL, "%s", buf_cstr(&said));
    buf_finish(&said);
}

Test(stale, a_name_that_is_not_resolved_is_on_the_path)
{
    struct rig rig;
    begin(&rig);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "camera", "set", "cam-1", "host=camera.invalid", NULL),
                 0);
    rig_wait_health(&rig, "cam-1", "UNKNOWN resolver");
    expect_kept_by(&rig, "cam-1", "path", "path: its name is not resolved");
    rig_close(&rig);
}

Test(stale, a_provider_that_is_off_is_named)
{
    struct rig rig;
    begin(&rig);
    json_t *verdict = rig_json(&rig, "explain", "cam-1", NULL);
    cr_expect(json_is_null(json_object_get(json_object_get(verdict, "verdict"), "stale_by")));
    json_decref(verdict);
    rig_config(&rig, "{\"flags\":{\"FEATURE_VMS_VIVOTEK_CGI\":false}}");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "reload", NULL), 0);
    rig_wait_health(&rig, "cam-1", "UNKNOWN provider_off");
    expect_kept_by(&rig, "cam-1", "provider", "provider: the provider is off");
    rig_close(&rig);
}

/* ---- what only a login sees ---- */

static const char refusing[] =
    "{\"ports\":{\"http\":0,\"rtsp\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\","
    "\"level\":"
    "\"admin\"}],\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.59.0.2\",\"personality\":\"rtsp-bad-request\"}]}";

/* The first login gets an error, and the next one has to wait: looks without it are all there is. Thirty of them take
 * longer than a verdict lasts that nothing confirms. */
Test(stale, an_error_told_to_a_login_stands_while_the_device_answers)
{
    struct rig rig;
    rig_open(&rig, refusing);
    rig_config(&rig, "{\"flags\":{\"FEATURE_VMS_RTSP_PROBE\":false}}");
    rig_start(&rig);
    rig_load_farm(&rig, "rtsp", "{\"path\":\"/live.sdp\"}");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "site", "set", "north",
                         "rules={\"reasons\":{\"error_status\":{\"on\":1}}}", NULL),
                 0);
    rig_config(
        &rig,
        "{\"watch\":{\"interval\":\"500ms\",\"suspect_interval\":\"500ms\",\"deadline\":\"10s\"}}");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "reload", NULL), 0); /* only now it is looked at */
    rig_wait_health(&rig, "cam-1", "DEGRADED error_status");
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    rig_wait_count(&rig, "cam-1", "looks", 15);
    rig_wait_count(&rig, "cam-1", "looks", 30);
    cr_expect_str_eq(rig_health(&rig, "cam-1"), "DEGRADED error_status");
    cr_expect_eq(rig_count(&rig, "cam-1", "logins_good"), 0, "no login was made meanwhile");
    rig_close(&rig);
}
