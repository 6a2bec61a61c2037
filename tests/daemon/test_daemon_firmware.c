/* SPDX-License-Identifier: MIT */
/* A recorder whose answers cannot be read any more since another firmware runs: not judged, never well and never down. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig.h"

static const char scenario[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"nvr-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.48.0.1\",\"personality\":\"%s\"}]}";

static struct rig it;

TestSuite(firmware, .timeout = 240);

static void open_rig(const char *personality, const char *flag)
{
    char text[512];
    snprintf(text, sizeof(text), scenario, personality);
    rig_open(&it, text);
    snprintf(text, sizeof(text), "{\"flags\":{\"%s\":true}}", flag);
    rig_config(&it, text);
}

static void load_farm(const char *provider)
{
    rig_start(&it);
    rig_load_farm(&it, provider, "{\"search\":false}");
    rig_wait_health(&it, "nvr-1", "OK none");
}

static void finish(void)
{
    cr_expect_eq(rig_count(&it, "nvr-1", "logins_bad"), 0);
    cr_expect_eq(rig_count(&it, "nvr-1", "writes"), 0);
    rig_close(&it);
}

static void set_var(const char *name, const char *value)
{
    json_decref(rig_farm(&it,
                         "{\"do\":\"var\",\"device\":\"nvr-1\",\"name\":\"%s\",\"value\":\"%s\"}",
                         name, value));
}

static size_t count_type(const char *type)
{
    size_t count = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(&it);
    json_array_foreach(events, i, event)
    {
        count += strcmp(json_string_value(json_object_get(event, "type")), type) == 0;
    }
    json_decref(events);
    return count;
}

/* A variable that spoils an answer, and what stands there before. */
struct spoilt {
    const char *name;
    const char *good;
    const char *bad;
};

static void spoil(const struct spoilt *spoilt, size_t count, bool bad)
{
    for (size_t i = 0; i < count; i++) {
        set_var(spoilt[i].name, bad ? spoilt[i].bad : spoilt[i].good);
    }
}

static void look_again(void)
{
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"nvr-1\"}"));
    rig_wait_count(&it, "nvr-1", "looks", 4);
}

static void play(const struct spoilt *spoilt, size_t count, const char *firmware)
{
    spoil(spoilt, count, true);
    look_again();
    cr_expect_str_eq(rig_health(&it, "nvr-1"), "OK none", "the firmware is the same: bad looks");
    set_var("firmware", firmware);
    rig_wait_health(&it, "nvr-1", "UNKNOWN new_firmware");
    look_again();
    cr_expect_str_eq(rig_health(&it, "nvr-1"), "UNKNOWN new_firmware");
    cr_expect_eq(count_type("camera.unknown"), 1, "told once");
    cr_expect_eq(count_type("camera.firmware"), 1);
    cr_expect_eq(count_type("camera.down"), 0);
    cr_expect_eq(count_type("camera.ok"), 1, "the first");
    json_decref(rig_farm(&it, "{\"do\":\"set\",\"device\":\"nvr-1\",\"fault\":\"down\"}"));
    rig_wait_health(&it, "nvr-1", "DOWN unreachable");
    json_decref(rig_farm(&it, "{\"do\":\"clear\",\"device\":\"nvr-1\"}"));
    rig_wait_health(&it, "nvr-1", "UNKNOWN new_firmware");
    spoil(spoilt, count, false);
    rig_wait_health(&it, "nvr-1", "OK none");
}

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct spoilt hikvision[] = {
    {"online_1", "true", "</"}, {"disk_1", "ok", "</"}, {"record_1", "1", "}"}};

Test(firmware, of_hikvision_that_cannot_be_read_is_not_judged)
{
    open_rig("hikvision-nvr", "FEATURE_VMS_HIKVISION_CGI");
    load_farm("hikvision");
    play(hikvision, COUNT(hikvision), "V9.00.000");
    finish();
}

Test(firmware, of_dahua_that_cannot_be_read_is_not_judged)
{
    static const struct spoilt spoilt[] = {
        {"state_0", "Connected", "7"}, {"state_1", "Connected", "7"}, {"state_2", "Connected", "7"},
        {"state_3", "Connected", "7"}, {"losses", "Error", "<html>"}, {"disk_1", "Success", "7"},
        {"type_1", "ReadWrite", "7"}};
    open_rig("dahua-nvr", "FEATURE_VMS_DAHUA_CGI");
    load_farm("dahua");
    play(spoilt, COUNT(spoilt), "9.000.0000000.0,build:2026-01-01");
    finish();
}

/* What could be read is known after a restart, though no event told when it first was; so is what cannot be read any
 * more, and that is told once. */
Test(firmware, of_a_device_is_kept_in_mind_over_restarts)
{
    open_rig("hikvision-nvr", "FEATURE_VMS_HIKVISION_CGI");
    spoil(hikvision, COUNT(hikvision), true);
    load_farm("hikvision");
    spoil(hikvision, COUNT(hikvision), false);
    look_again();
    cr_assert_eq(rig_stop(&it), 0);
    spoil(hikvision, COUNT(hikvision), true);
    set_var("firmware", "V9.00.000");
    rig_start(&it);
    rig_wait_health(&it, "nvr-1", "UNKNOWN new_firmware");
    cr_expect_eq(count_type("camera.unknown"), 1);
    rig_kill(&it);
    rig_start(&it);
    rig_wait_plugin(&it, "hikvision", "ready");
    look_again();
    cr_expect_str_eq(rig_health(&it, "nvr-1"), "UNKNOWN new_firmware");
    cr_expect_eq(count_type("camera.unknown"), 1, "told once");
    cr_expect_eq(count_type("camera.firmware"), 1);
    spoil(hikvision, COUNT(hikvision), false);
    rig_wait_health(&it, "nvr-1", "OK none");
    finish();
}
