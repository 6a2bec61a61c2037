/* SPDX-License-Identifier: MIT */
/* The devices of ONVIF as a client sees them that is not ours: the npm package "onvif". Left out where
 * tests/sinks/npm.sh could not fetch it. */
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct rig rig;

static void need_node(void)
{
    if (access(NODE_FOLDER "/node_modules/onvif/package.json", R_OK) != 0) {
        cr_skip_test("tests/sinks/npm.sh has fetched nothing");
    }
}

/* What the client says of the device; the caller owns it. */
static json_t *look(const char *password, int *exit_code)
{
    char command[1024];
    const json_t *place = json_array_get(json_object_get(rig.places, "devices"), 0);
    snprintf(command, sizeof command, "timeout 30 node %s/look_onvif.cjs %s/node_modules %s %d %s",
             FARM_FOLDER, NODE_FOLDER, json_string_value(json_object_get(place, "address")),
             (int)json_integer_value(json_object_get(place, "port")), password);
    FILE *pipe = popen(command, "re");
    cr_assert_not_null(pipe);
    json_error_t error;
    json_t *seen = json_loadf(pipe, JSON_DISABLE_EOF_CHECK, &error);
    *exit_code = WEXITSTATUS(pclose(pipe));
    cr_assert_not_null(seen, "%s", error.text);
    return seen;
}

static const char *text(const json_t *seen, const char *key)
{
    const char *value = json_string_value(json_object_get(seen, key));
    return value != NULL ? value : "";
}

static json_int_t number(const json_t *seen, const char *key)
{
    return json_integer_value(json_object_get(seen, key));
}

/* A look at a device of this personality that has to succeed, without a write or a bad login. */
static json_t *good_look(const char *personality, const char *further)
{
    int code = 0;
    need_node();
    rig_start_one(&rig, personality, further);
    json_t *seen = look("right", &code);
    cr_assert_eq(code, 0, "%s", text(seen, "error"));
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 0);
    cr_expect_gt(rig_count(&rig, "d1", "logins_good"), 0);
    cr_expect_eq(rig_count(&rig, "d1", "writes"), 0);
    rig_end(&rig);
    return seen;
}

static void expect_camera(json_t *seen)
{
    cr_expect_str_eq(text(seen, "maker"), "ACME");
    cr_expect_str_eq(text(seen, "model"), "IPC-42");
    cr_expect_str_eq(text(seen, "serial"), "SN0042");
    cr_expect_leq(llabs(number(seen, "clock_off_s")), 5);
    cr_expect_eq(number(seen, "profiles"), 2);
    cr_expect_eq(number(seen, "sources"), 1);
    cr_expect_str_eq(text(seen, "stream"), "rtsp://127.77.0.1:554/main");
    json_decref(seen);
}

Test(farm_onvif, a_camera_with_tokens)
{
    expect_camera(good_look("onvif-camera", ""));
}

Test(farm_onvif, a_camera_with_digest)
{
    expect_camera(good_look("onvif-camera-digest", ""));
}

Test(farm_onvif, a_camera_with_other_prefixes)
{
    expect_camera(good_look("onvif-camera-prefixes", ""));
}

Test(farm_onvif, a_camera_without_get_services)
{
    expect_camera(good_look("onvif-camera-old", ""));
}

Test(farm_onvif, a_clock_that_is_off_is_told_and_signed_with)
{
    json_t *seen = good_look("onvif-camera", ",\"clock\":{\"offset_s\":-7200}");
    cr_expect_leq(llabs(number(seen, "clock_off_s") + 7200), 5);
    json_decref(seen);
}

Test(farm_onvif, a_recorder_with_media2)
{
    json_t *seen = good_look("onvif-nvr", "");
    cr_expect_eq(number(seen, "profiles"), 4);
    cr_expect_eq(number(seen, "sources"), 4);
    cr_expect_str_eq(text(seen, "stream"), "rtsp://127.77.0.1:554/ch1");
    json_decref(seen);
}

Test(farm_onvif, a_wrong_password_is_refused)
{
    int code = 0;
    need_node();
    rig_start_one(&rig, "onvif-camera", "");
    json_t *seen = look("wrong", &code);
    cr_expect_eq(code, 1);
    cr_expect_not_null(strstr(text(seen, "error"), "not authorized"), "%s", text(seen, "error"));
    cr_expect_gt(rig_count(&rig, "d1", "logins_bad"), 0);
    cr_expect_eq(rig_count(&rig, "d1", "logins_good"), 0);
    json_decref(seen);
    rig_end(&rig);
}
