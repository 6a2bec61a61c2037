/* SPDX-License-Identifier: MIT */
/* What becomes of verdicts when the fleet is changed under them. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig_told.h"

#define USERS "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}]"

static const char recorder_and_cameras[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"enc-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_address\":"
    "\"127.42.2.1\",\"personality\":\"vivotek-encoder\",\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"cam-\",\"count\":2,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_address\":"
    "\"127.42.3.1\",\"personality\":\"vivotek-camera\",\"clock\":{\"zone_min\":480}}]}";

static struct rig it;

/* "host=ADDRESS" and "port=PORT" of a device of the farm. */
static void address_of(const char *id, char host[64], char port[32])
{
    size_t i;
    json_t *device;
    json_array_foreach(json_object_get(it.ready, "devices"), i, device)
    {
        if (strcmp(json_string_value(json_object_get(device, "id")), id) == 0) {
            snprintf(host, 64, "host=%s", json_string_value(json_object_get(device, "address")));
            snprintf(port, 32, "port=%lld",
                     (long long)json_integer_value(json_object_get(device, "port")));
        }
    }
}

static void must(int status)
{
    cr_assert_eq(status, 0);
}

/* One NVR with two cameras on its channels, and the sites and logins they need. */
static void set_up(void)
{
    char host[64];
    char port[32];
    rig_open(&it, recorder_and_cameras);
    rig_config(&it, "{}");
    rig_start(&it);
    address_of("enc-1", host, port);
    must(rig_ctl(&it, NULL, NULL, "site", "add", "north", NULL));
    must(rig_ctl(&it, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
                 "--password-stdin", NULL));
    must(rig_ctl(&it, NULL, NULL, "nvr", "add", "rec", "site=north", "provider=vivotek", host, port,
                 "credential=farm", "options.level=admin", NULL));
    must(rig_ctl(&it, NULL, NULL, "camera", "add", "ch-1", "site=north", "nvr=rec", "channel=1",
                 NULL));
    must(rig_ctl(&it, NULL, NULL, "camera", "add", "ch-2", "site=north", "nvr=rec", "channel=2",
                 NULL));
    rig_wait_all(&it, "OK");
}

static void tear_down(void)
{
    rig_close(&it);
}

TestSuite(change, .init = set_up, .fini = tear_down, .timeout = 90);

/* "camera.ok camera.disabled …", the types of a camera's verdicts; what is told beside them has no "to". */
static const char *story(const char *camera)
{
    static char text[512];
    size_t i;
    json_t *event;
    json_t *events = rig_events(&it);
    text[0] = '\0';
    json_array_foreach(events, i, event)
    {
        const char *id = json_string_value(json_object_get(event, "camera_id"));
        bool is_verdict = json_is_string(json_object_get(event, "to"));
        if (is_verdict && id != NULL && strcmp(id, camera) == 0) {
            strncat(text, json_string_value(json_object_get(event, "type")), 40);
            strncat(text, " ", 2);
        }
    }
    json_decref(events);
    return text;
}

Test(change, a_camera_that_is_only_a_channel_is_switched_off_and_on)
{
    must(rig_ctl(&it, NULL, NULL, "camera", "set", "ch-1", "enabled=false", NULL));
    rig_wait_health(&it, "ch-1", "DISABLED disabled");
    rig_wait_count(&it, "enc-1", "looks", 5);
    cr_expect_str_eq(rig_health(&it, "ch-1"), "DISABLED disabled", "its NVR's looks judge it not");
    cr_expect_str_eq(rig_health(&it, "ch-2"), "OK none");
    must(rig_stop(&it));
    rig_start(&it);
    cr_expect_str_eq(rig_health(&it, "ch-1"), "DISABLED disabled");
    must(rig_ctl(&it, NULL, NULL, "nvr", "set", "rec", "enabled=false", NULL));
    rig_wait_health(&it, "ch-2", "DISABLED disabled");
    must(rig_ctl(&it, NULL, NULL, "nvr", "set", "rec", "enabled=true", NULL));
    rig_wait_health(&it, "ch-2", "OK none");
    cr_expect_str_eq(rig_health(&it, "ch-1"), "DISABLED disabled", "it was switched off by itself");
    must(rig_ctl(&it, NULL, NULL, "camera", "set", "ch-1", "enabled=true", NULL));
    rig_wait_health(&it, "ch-1", "OK none");
    cr_expect_str_eq(story("ch-1"), "camera.ok camera.disabled camera.unknown camera.ok ");
}

Test(change, a_channel_added_to_a_recorder_that_is_off_is_off)
{
    must(rig_ctl(&it, NULL, NULL, "nvr", "set", "rec", "enabled=false", NULL));
    must(rig_ctl(&it, NULL, NULL, "camera", "add", "ch-3", "site=north", "nvr=rec", "channel=3",
                 NULL));
    rig_wait_health(&it, "ch-3", "DISABLED disabled");
}

Test(change, a_camera_keeps_its_verdict_when_its_own_address_comes_and_goes)
{
    char host[64];
    char port[32];
    address_of("cam-1", host, port);
    must(rig_ctl(&it, NULL, NULL, "camera", "set", "ch-1", "provider=vivotek", host, port,
                 "credential=farm", "options.level=admin", NULL));
    cr_expect_str_eq(rig_health(&it, "ch-1"), "OK none");
    rig_wait_count(&it, "cam-1", "looks", 2);
    must(rig_ctl(&it, NULL, NULL, "camera", "set", "ch-1", "provider=", "host=", NULL));
    cr_expect_str_eq(rig_health(&it, "ch-1"), "OK none");
    rig_wait_count(&it, "enc-1", "looks", 8);
    cr_expect_str_eq(rig_health(&it, "ch-1"), "OK none");
    must(rig_stop(&it));
    rig_start(&it);
    cr_expect_str_eq(rig_health(&it, "ch-1"), "OK none");
    cr_expect_str_eq(story("ch-1"), "camera.ok ", "nothing was news");
}

static bool breaker_is(struct rig *rig, const void *state)
{
    json_t *why = rig_json(rig, "explain", "door", NULL);
    const char *now = json_string_value(json_object_get(json_object_get(why, "breaker"), "state"));
    bool is = now != NULL && strcmp(now, state) == 0;
    json_decref(why);
    return is;
}

Test(change, a_camera_that_is_moved_starts_its_breaker_anew)
{
    char host[64];
    char port[32];
    address_of("cam-1", host, port);
    json_decref(rig_farm(&it, "{\"do\":\"set\",\"device\":\"cam-1\",\"fault\":\"down\"}"));
    must(rig_ctl(&it, NULL, NULL, "camera", "add", "door", "site=north", "provider=vivotek", host,
                 port, "credential=farm", "options.level=admin", NULL));
    rig_wait_health(&it, "door", "DOWN unreachable");
    cr_expect(breaker_is(&it, "open"));
    address_of("cam-2", host, port);
    must(rig_ctl(&it, NULL, NULL, "camera", "set", "door", host, port, NULL));
    cr_expect(breaker_is(&it, "closed"), "no trial is needed at the new address");
    rig_wait_health(&it, "door", "OK none");
    cr_expect_str_eq(story("door"), "camera.down camera.ok ");
}

/* A device is left out because a build of its provider crashes over it; the next build is given a chance. */
Test(change_build, a_new_build_ends_the_quarantine)
{
    rig_told_open(&it, RIG_SCENARIO(2, 2));
    rig_told_begin(&it, TOLD_ON);
    rig_told_then(&it, "bad-01", "crash");
    rig_wait_health(&it, "bad-01", "UNKNOWN plugin_crash");
    rig_told_then(&it, "bad-01", "finish");
    rig_watch_wait_looks(&it, "bad-02", 3);
    cr_expect_str_eq(rig_health(&it, "bad-01"), "UNKNOWN plugin_crash", "not before its time");
    rig_plugins_fault(&it, "told");
    rig_plugins_reload(&it);
    rig_wait_health(&it, "bad-01", "OK none");
    rig_watch_close(&it);
}
