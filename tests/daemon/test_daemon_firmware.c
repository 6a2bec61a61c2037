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

static void begin(const char *personality, const char *provider, const char *flag)
{
    char text[512];
    snprintf(text, sizeof(text), scenario, personality);
    rig_open(&it, text);
    snprintf(text, sizeof(text), "{\"flags\":{\"%s\":true}}", flag);
    rig_config(&it, text);
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

static void play(const struct spoilt *spoilt, size_t count, const char *firmware)
{
    for (size_t i = 0; i < count; i++) {
        set_var(spoilt[i].name, spoilt[i].bad);
    }
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"nvr-1\"}"));
    rig_wait_count(&it, "nvr-1", "looks", 4);
    cr_expect_str_eq(rig_health(&it, "nvr-1"), "OK none", "the firmware is the same: bad looks");
    set_var("firmware", firmware);
    rig_wait_health(&it, "nvr-1", "UNKNOWN new_firmware");
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"nvr-1\"}"));
    rig_wait_count(&it, "nvr-1", "looks", 4);
    cr_expect_str_eq(rig_health(&it, "nvr-1"), "UNKNOWN new_firmware");
    cr_expect_eq(count_type("camera.unknown"), 1, "told once");
    cr_expect_eq(count_type("camera.firmware"), 1);
    cr_expect_eq(count_type("camera.down"), 0);
    cr_expect_eq(count_type("camera.ok"), 1, "the first");
    json_decref(rig_farm(&it, "{\"do\":\"set\",\"device\":\"nvr-1\",\"fault\":\"down\"}"));
    rig_wait_health(&it, "nvr-1", "DOWN unreachable");
    json_decref(rig_farm(&it, "{\"do\":\"clear\",\"device\":\"nvr-1\"}"));
    rig_wait_health(&it, "nvr-1", "UNKNOWN new_firmware");
    for (size_t i = 0; i < count; i++) {
        set_var(spoilt[i].name, spoilt[i].good);
    }
    rig_wait_health(&it, "nvr-1", "OK none");
}

Test(firmware, of_hikvision_that_cannot_be_read_is_not_judged)
{
    static const struct spoilt spoilt[] = {
        {"online_1", "true", "</"}, {"disk_1", "ok", "</"}, {"record_1", "1", "}"}};
    begin("hikvision-nvr", "hikvision", "FEATURE_VMS_HIKVISION_CGI");
    play(spoilt, 3, "V9.00.000");
    finish();
}

Test(firmware, of_dahua_that_cannot_be_read_is_not_judged)
{
    static const struct spoilt spoilt[] = {
        {"state_0", "Connected", "7"}, {"state_1", "Connected", "7"}, {"state_2", "Connected", "7"},
        {"state_3", "Connected", "7"}, {"losses", "Error", "<html>"}, {"disk_1", "Success", "7"},
        {"type_1", "ReadWrite", "7"}};
    begin("dahua-nvr", "dahua", "FEATURE_VMS_DAHUA_CGI");
    play(spoilt, 7, "9.000.0000000.0,build:2026-01-01");
    finish();
}
