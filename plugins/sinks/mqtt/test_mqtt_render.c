/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "mqtt_known.h"
#include "mqtt_render.h"

#define DOWN                                                                                       \
    "{\"id\":\"e1\",\"ts\":\"2026-11-21T22:49:01.000Z\",\"site_id\":\"txg.1\",\"camera_id\":"      \
    "\"cam-01\",\"type\":\"camera.down\",\"from\":\"OK\",\"to\":\"DOWN\",\"severity\":"            \
    "\"critical\","                                                                                \
    "\"reason\":\"unreachable\",\"dedup_key\":\"k\"}"

static const struct mqtt_names names = {"vmm", "homeassistant"};
static struct mqtt_rendered out;

static void done(void)
{
    mqtt_rendered_finish(&out);
}

TestSuite(mqtt_render, .fini = done);

static int render(const char *event)
{
    return mqtt_render(&names, vmm_text_of(event), &out);
}

static void assert_json(const struct vmm_json_out *json, const char *expected)
{
    cr_assert_eq(json->size, strlen(expected), "%.*s", (int)json->size, json->data);
    cr_assert_eq(memcmp(json->data, expected, json->size), 0, "%.*s", (int)json->size, json->data);
}

Test(mqtt_render, a_camera_has_a_state)
{
    cr_assert_eq(render(DOWN), 0);
    cr_assert_str_eq(out.event_topic, "vmm/txg.1/events");
    cr_assert(out.has_state);
    cr_assert_str_eq(out.state_topic, "vmm/txg.1/cameras/cam-01");
    assert_json(&out.state, "{\"health\":\"DOWN\",\"severity\":\"critical\",\"reason\":"
                            "\"unreachable\",\"since\":\"2026-11-21T22:49:01.000Z\","
                            "\"event_id\":\"e1\"}");
}

static const char *member(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

Test(mqtt_render, home_assistant_finds_it)
{
    cr_assert_eq(render(DOWN), 0);
    cr_assert_str_eq(out.found_topic,
                     "homeassistant/binary_sensor/vmm_txg_2e1_cameras_cam-01/config");
    json_t *found = json_loadb(out.found.data, out.found.size, 0, NULL);
    cr_assert_not_null(found);
    cr_assert_str_eq(member(found, "unique_id"), "vmm_txg_2e1_cameras_cam-01");
    cr_assert_str_eq(member(found, "state_topic"), out.state_topic);
    cr_assert_str_eq(member(found, "availability_topic"), "vmm/status");
    cr_assert_str_eq(member(found, "device_class"), "problem");
    cr_assert_not_null(strstr(member(found, "value_template"), "value_json.health == 'OK'"));
    json_decref(found);
}

Test(mqtt_render, a_recorder_too)
{
    cr_assert_eq(
        render("{\"site_id\":\"s\",\"camera_id\":null,\"nvr_id\":\"nvr-1\",\"type\":\"nvr.ok\","
               "\"to\":\"OK\"}"),
        0);
    cr_assert_str_eq(out.state_topic, "vmm/s/nvrs/nvr-1");
}

Test(mqtt_render, two_ids_never_become_one)
{
    char first[MQTT_TOPIC_MAX];
    cr_assert_eq(
        render("{\"site_id\":\"s\",\"camera_id\":\"a.b\",\"type\":\"camera.ok\",\"to\":\"OK\"}"),
        0);
    memcpy(first, out.found_topic, sizeof(first));
    cr_assert_eq(
        render("{\"site_id\":\"s\",\"camera_id\":\"a_2eb\",\"type\":\"camera.ok\",\"to\":\"OK\"}"),
        0);
    cr_assert_str_neq(out.found_topic, first);
}

Test(mqtt_render, other_events_are_events_alone)
{
    cr_assert_eq(render("{\"site_id\":\"s\",\"type\":\"site.lost\",\"to\":\"DOWN\"}"), 0);
    cr_assert_not(out.has_state);
    cr_assert_eq(render("{\"site_id\":\"s\",\"camera_id\":\"c\",\"type\":\"camera.replaced\"}"), 0);
    cr_assert_not(out.has_state);
    cr_assert_eq(
        render("{\"site_id\":\"s\",\"camera_id\":\"a/#\",\"type\":\"camera.ok\",\"to\":\"OK\"}"),
        0);
    cr_assert_not(out.has_state, "a name with a slash is no part of a topic");
}

Test(mqtt_render, what_is_no_event_of_a_site)
{
    static const char *const bad[] = {"",
                                      "[]",
                                      "{",
                                      "{\"site_id\":\"\"}",
                                      "{\"site_id\":\"a/b\"}",
                                      "{\"site_id\":\"+\"}",
                                      "{\"type\":\"camera.ok\"}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(render(bad[i]), VMM_E_PROTO, "%s", bad[i]);
    }
}

Test(mqtt_render, without_discovery_nobody_finds_anything)
{
    const struct mqtt_names quiet = {"a/b", ""};
    cr_assert_eq(mqtt_render(&quiet, vmm_text_of(DOWN), &out), 0);
    cr_assert_str_empty(out.found_topic);
    cr_assert_str_eq(out.state_topic, "a/b/txg.1/cameras/cam-01");
}

Test(mqtt_known, each_name_is_new_once)
{
    struct mqtt_known known = {0};
    char name[32];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5000; i++) {
            snprintf(name, sizeof(name), "camera-%d", i);
            cr_assert_eq(mqtt_known_add(&known, name), round == 0, "%s", name);
        }
    }
    cr_assert_eq(known.count, 5000);
    mqtt_known_finish(&known);
    cr_assert(mqtt_known_add(&known, "camera-1"));
    mqtt_known_finish(&known);
}
