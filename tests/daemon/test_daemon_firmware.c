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

static void set_var(const char *device, const char *name, const char *value)
{
    json_decref(rig_farm(&it, "{\"do\":\"var\",\"device\":\"%s\",\"name\":\"%s\",\"value\":\"%s\"}",
                         device, name, value));
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
        set_var("nvr-1", spoilt[i].name, bad ? spoilt[i].bad : spoilt[i].good);
    }
}

static void look_again(const char *devices, int looks)
{
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"%s\"}", devices));
    rig_wait_count(&it, devices, "looks", looks);
}

static void play(const struct spoilt *spoilt, size_t count, const char *firmware)
{
    spoil(spoilt, count, true);
    look_again("nvr-1", 4);
    cr_expect_str_eq(rig_health(&it, "nvr-1"), "OK none", "the firmware is the same: bad looks");
    set_var("nvr-1", "firmware", firmware);
    rig_wait_health(&it, "nvr-1", "UNKNOWN new_firmware");
    look_again("nvr-1", 4);
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

/* ---- Each make that has a recorder ---- */

/* Its variables that spoil what is read of inputs and disks; of AVTECH's recorder, the clock and the footage. */
static const struct make {
    const char *id; /* and what it begins with is the provider */
    const char *personality;
    const char *more; /* of its group in the scenario */
    struct spoilt spoilt[8];
} makes[] = {
    {"avtech-1", "avtech-recorder", ",\"override\":{\"auth\":null}", {{"lead", "", "</"}}},
    {"dahua-1",
     "dahua-nvr",
     "",
     {{"state_0", "Connected", "7"},
      {"state_1", "Connected", "7"},
      {"state_2", "Connected", "7"},
      {"state_3", "Connected", "7"},
      {"losses", "Error", "<html>"},
      {"disk_1", "Success", "7"},
      {"type_1", "ReadWrite", "7"}}},
    {"hanwha-1", "hanwha-recorder", "", {{"channel", "Channel", "Input"}, {"lead", "", "{"}}},
    {"lilin-1", "lilin-recorder", ",\"override\":{\"auth\":null}", {{"lead", "", "</"}}},
    {"onvif-1",
     "onvif-nvr",
     "",
     {{"lost_1", "false", "7"},
      {"lost_2", "false", "7"},
      {"lost_3", "false", "7"},
      {"lost_4", "false", "7"},
      {"storage_failed", "false", "7"}}},
    {"reolink-1",
     "reolink-recorder",
     "",
     {{"disks", "GetHddInfo", "Disks"}, {"states", "GetChannelstatus", "States"}}},
    {"uniview-1", "uniview-nvr", "", {{"lead", "", "</"}}},
    {"vivotek-1",
     "vivotek-encoder",
     "",
     {{"signal_0", "1", "</"},
      {"signal_1", "1", "</"},
      {"signal_2", "1", "</"},
      {"signal_3", "1", "</"}}},
    {"xm-1", "xm-dvr", "", {{"lead", "", "</"}}},
};

static void open_makes(void)
{
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof(text),
                                   "{\"ports\":{\"http\":0,\"dvrip\":0},"
                                   "\"users\":[{\"name\":\"admin\",\"password\":\"secret\","
                                   "\"level\":\"admin\"}],\"groups\":[");
    for (size_t i = 0; i < COUNT(makes); i++) {
        used += (size_t)snprintf(
            text + used, sizeof(text) - used,
            "%s{\"prefix\":\"%.*s\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
            "\"base_address\":\"127.48.0.%zu\",\"personality\":\"%s\"%s}",
            i > 0 ? "," : "", (int)strlen(makes[i].id) - 1, makes[i].id, i + 1,
            makes[i].personality, makes[i].more);
        cr_assert_lt(used, sizeof(text));
    }
    snprintf(text + used, sizeof(text) - used, "]}");
    rig_open(&it, text);
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_AVTECH_CGI\":true,\"FEATURE_VMS_DAHUA_CGI\":true,"
                    "\"FEATURE_VMS_HANWHA_CGI\":true,"
                    "\"FEATURE_VMS_LILIN_CGI\":true,\"FEATURE_VMS_ONVIF_PROBE\":true,"
                    "\"FEATURE_VMS_REOLINK_CGI\":true,\"FEATURE_VMS_UNIVIEW_CGI\":true,"
                    "\"FEATURE_VMS_VIVOTEK_CGI\":true,\"FEATURE_VMS_XM_CGI\":true}}");
}

static void spoil_makes(bool bad)
{
    for (size_t i = 0; i < COUNT(makes); i++) {
        for (size_t k = 0; k < COUNT(makes[i].spoilt) && makes[i].spoilt[k].name != NULL; k++) {
            const struct spoilt *spoilt = &makes[i].spoilt[k];
            set_var(makes[i].id, spoilt->name, bad ? spoilt->bad : spoilt->good);
        }
    }
}

/* The verdicts that a camera was told of, each once in a row: "camera.ok camera.unknown ". */
static const char *story_of(const char *camera)
{
    static const char *const told[] = {"camera.ok", "camera.degraded", "camera.down",
                                       "camera.unknown"};
    static char story[256];
    size_t used = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(&it);
    story[0] = '\0';
    json_array_foreach(events, i, event)
    {
        const char *type = json_string_value(json_object_get(event, "type"));
        const char *of = json_string_value(json_object_get(event, "camera_id"));
        for (size_t k = 0; of != NULL && strcmp(of, camera) == 0 && k < COUNT(told); k++) {
            if (strcmp(type, told[k]) == 0 && used < sizeof(story)) {
                used += (size_t)snprintf(story + used, sizeof(story) - used, "%s ", type);
            }
        }
    }
    json_decref(events);
    return story;
}

/* All of them at once: well, then another firmware whose answers nobody can read, then one that can be read. */
Test(firmware, of_each_make_of_recorder_that_cannot_be_read_is_not_judged)
{
    open_makes();
    rig_start(&it);
    rig_load_farm(&it, NULL, "{}");
    for (size_t i = 0; i < COUNT(makes); i++) {
        rig_wait_health(&it, makes[i].id, "OK none");
    }
    spoil_makes(true);
    for (size_t i = 0; i < COUNT(makes); i++) {
        set_var(makes[i].id, "firmware", "V9.00.000");
    }
    for (size_t i = 0; i < COUNT(makes); i++) {
        rig_wait_health(&it, makes[i].id, "UNKNOWN new_firmware");
    }
    look_again("*-1", 4 * COUNT(makes));
    for (size_t i = 0; i < COUNT(makes); i++) {
        cr_expect_str_eq(story_of(makes[i].id), "camera.ok camera.unknown ", "%s: %s", makes[i].id,
                         story_of(makes[i].id));
    }
    spoil_makes(false);
    for (size_t i = 0; i < COUNT(makes); i++) {
        rig_wait_health(&it, makes[i].id, "OK none");
        cr_expect_eq(rig_count(&it, makes[i].id, "logins_bad"), 0, "%s", makes[i].id);
        cr_expect_eq(rig_count(&it, makes[i].id, "writes"), 0, "%s", makes[i].id);
    }
    rig_close(&it);
}

/* What could be read is known after a restart, though no event told when it first was; so is what cannot be read any
 * more, and that is told once. */
Test(firmware, of_a_device_is_kept_in_mind_over_restarts)
{
    open_rig("hikvision-nvr", "FEATURE_VMS_HIKVISION_CGI");
    spoil(hikvision, COUNT(hikvision), true);
    load_farm("hikvision");
    spoil(hikvision, COUNT(hikvision), false);
    look_again("nvr-1", 4);
    cr_assert_eq(rig_stop(&it), 0);
    spoil(hikvision, COUNT(hikvision), true);
    set_var("nvr-1", "firmware", "V9.00.000");
    rig_start(&it);
    rig_wait_health(&it, "nvr-1", "UNKNOWN new_firmware");
    cr_expect_eq(count_type("camera.unknown"), 1);
    rig_kill(&it);
    rig_start(&it);
    rig_wait_plugin(&it, "hikvision", "ready");
    look_again("nvr-1", 4);
    cr_expect_str_eq(rig_health(&it, "nvr-1"), "UNKNOWN new_firmware");
    cr_expect_eq(count_type("camera.unknown"), 1, "told once");
    cr_expect_eq(count_type("camera.firmware"), 1);
    spoil(hikvision, COUNT(hikvision), false);
    rig_wait_health(&it, "nvr-1", "OK none");
    finish();
}

#define STATE(channel, word)                                                                       \
    "states[" channel "].channel=" channel "\\r\\nstates[" channel "].connectionState=" word       \
    "\\r\\n"

/* What was not offered, and so not asked for again, is asked for when another firmware tells itself. */
Test(firmware, may_offer_what_the_one_before_it_did_not)
{
    rig_open(&it, "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\","
                  "\"level\":\"admin\"}],\"groups\":[{\"prefix\":\"nvr-\",\"count\":1,\"first\":1,"
                  "\"digits\":1,\"site\":\"north\",\"base_address\":\"127.48.0.1\","
                  "\"personality\":\"dahua-nvr\",\"override\":{"
                  "\"vars\":{\"states\":\"Error\\r\\nBad Request!\"},"
                  "\"answers\":{\"states\":{\"body\":[\"{states}\"]}}}}]}");
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_DAHUA_CGI\":true}}");
    load_farm("dahua");
    set_var("nvr-1", "states",
            STATE("0", "Connected") STATE("1", "Unconnect") STATE("2", "Connected")
                STATE("3", "Connected"));
    look_again("nvr-1", 4);
    cr_expect_str_eq(rig_health(&it, "nvr-1"), "OK none", "not asked for");
    set_var("nvr-1", "firmware", "V9.00.000");
    rig_wait_health(&it, "nvr-1", "DEGRADED video_loss");
    finish();
}
