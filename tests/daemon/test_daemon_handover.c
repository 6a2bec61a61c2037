/* SPDX-License-Identifier: MIT */
/* A provider that does not speak a device's language names one that does: that one judges it from then on. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig_plugins.h"

#define SAMPO_ON     "\"FEATURE_VMS_SAMPO_CGI\":true"
#define HIKVISION_ON "\"FEATURE_VMS_HIKVISION_CGI\":true"

/* A camera that Hikvision built and SAMPO sells: its front page is open, and nothing of another maker is there. */
static const char scenario[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.47.0.1\",\"personality\":\"hikvision-camera\","
    "\"override\":{\"reads\":[\"/onvif/*\",\"/ISAPI/ContentMgmt/*\"],\"answers\":{"
    "\"front\":{\"path\":\"/\",\"open\":true,\"body\":\"<title>SAMPO</title>\"},"
    "\"other\":{\"path\":\"/[Ccolvs]*\",\"open\":true,\"status\":404},"
    "\"lapi\":{\"path\":\"/LAPI/*\",\"open\":true,\"status\":404}}}}]}";

static struct rig it;

static void begin(const char *config)
{
    rig_open(&it, scenario);
    rig_config(&it, config);
    rig_start(&it);
    rig_load_farm(&it, "sampo", "{}");
}

static void finish(void)
{
    cr_expect_eq(rig_count(&it, "cam-1", "logins_bad"), 0);
    cr_expect_eq(rig_count(&it, "cam-1", "connections_max"), 1);
    cr_expect_eq(rig_count(&it, "cam-1", "writes"), 0);
    rig_close(&it);
}

TestSuite(handover, .timeout = 120);

static size_t count_type(struct rig *rig, const char *type)
{
    size_t count = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    json_array_foreach(events, i, event)
    {
        count += strcmp(json_string_value(json_object_get(event, "type")), type) == 0;
    }
    json_decref(events);
    return count;
}

/* What explain says: "hikvision done FEATURE_…", or "none". */
static void expect_explained(const char *wanted)
{
    char text[128] = "none";
    json_t *all = rig_json(&it, "explain", "cam-1", NULL);
    const json_t *camera = json_object_get(all, "camera");
    const json_t *handover = json_object_get(camera, "handover");
    if (json_is_object(handover)) {
        snprintf(text, sizeof(text), "%s %s %s", json_string_value(json_object_get(handover, "to")),
                 json_string_value(json_object_get(handover, "state")),
                 json_string_value(json_object_get(handover, "flag")));
    }
    cr_expect_str_eq(text, wanted);
    json_decref(all);
}

/* Who looks at it besides the provider that is set, as status has it; static memory. */
static const char *effective(struct rig *rig)
{
    static char text[64];
    json_t *all = rig_json(rig, "status", "--all", NULL);
    const json_t *camera = json_array_get(json_object_get(all, "cameras"), 0);
    const char *name = json_string_value(json_object_get(camera, "effective_provider"));
    snprintf(text, sizeof(text), "%s", name != NULL ? name : "");
    json_decref(all);
    return text;
}

static bool is_effective(struct rig *rig, const void *name)
{
    return strcmp(effective(rig), name) == 0;
}

static void set_provider(const char *field)
{
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "camera", "set", "cam-1", field, NULL), 0);
}

Test(handover, a_device_is_judged_by_who_speaks_its_language_after_a_restart_too)
{
    begin("{\"flags\":{" SAMPO_ON "," HIKVISION_ON "}}");
    rig_wait_health(&it, "cam-1", "OK none");
    cr_expect_str_eq(effective(&it), "hikvision");
    expect_explained("hikvision done FEATURE_VMS_HIKVISION_CGI");
    cr_expect_eq(count_type(&it, "camera.handed_over"), 1);
    cr_expect_eq(count_type(&it, "camera.unknown"), 0, "the look that named it judged nobody");
    cr_assert_eq(rig_stop(&it), 0);
    rig_start(&it);
    rig_wait_plugin(&it, "hikvision", "ready");
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"cam-1\"}"));
    rig_wait_count(&it, "cam-1", "looks", 2);
    cr_expect_str_eq(rig_health(&it, "cam-1"), "OK none");
    cr_expect_str_eq(effective(&it), "hikvision");
    cr_expect_geq(rig_metric(&it, "vmm_provider_probe_total{provider=\"hikvision\""), 2);
    cr_expect_eq(rig_metric(&it, "vmm_provider_probe_total{provider=\"sampo\""), 0);
    cr_expect_eq(count_type(&it, "camera.handed_over"), 1);
    finish();
}

Test(handover, a_provider_that_is_off_is_named_and_nobody_is_well)
{
    begin("{\"flags\":{" SAMPO_ON "}}");
    rig_wait_health(&it, "cam-1", "UNKNOWN other_provider");
    expect_explained("hikvision off FEATURE_VMS_HIKVISION_CGI");
    cr_expect_str_eq(effective(&it), "");
    cr_expect_eq(rig_count(&it, "cam-1", "logins_good"), 0, "its credential is nobody's yet");
    json_decref(rig_farm(&it, "{\"do\":\"set\",\"device\":\"cam-1\",\"fault\":\"down\"}"));
    rig_wait_health(&it, "cam-1", "DOWN unreachable");
    json_decref(rig_farm(&it, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_wait_health(&it, "cam-1", "UNKNOWN other_provider");
    cr_expect_eq(count_type(&it, "camera.ok"), 0);
    rig_config(&it, "{\"flags\":{" SAMPO_ON "," HIKVISION_ON "}}");
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "reload", NULL), 0);
    rig_wait_health(&it, "cam-1", "OK none");
    expect_explained("hikvision done FEATURE_VMS_HIKVISION_CGI");
    finish();
}

Test(handover, setting_the_provider_undoes_it)
{
    begin("{\"flags\":{" SAMPO_ON "," HIKVISION_ON "}}");
    rig_wait_health(&it, "cam-1", "OK none");
    set_provider("provider=hikvision");
    cr_expect_str_eq(effective(&it), "");
    expect_explained("none");
    rig_wait_health(&it, "cam-1", "OK none");
    set_provider("provider=sampo");
    rig_until(&it, RIG_WAIT_MS, "it is handed over again", is_effective, "hikvision");
    set_provider("provider=sampo");
    rig_until(&it, RIG_WAIT_MS, "it is found out anew", is_effective, "hikvision");
    rig_wait_health(&it, "cam-1", "OK none");
    cr_expect_geq(count_type(&it, "camera.handed_over"), 1, "within a second it is told once");
    finish();
}

Test(handover, who_asks_for_a_look_gets_that_of_who_speaks_the_language)
{
    begin("{\"flags\":{" SAMPO_ON "," HIKVISION_ON "}}");
    rig_wait_health(&it, "cam-1", "OK none");
    set_provider("provider=sampo");
    json_t *all = rig_json(&it, "probe", "cam-1", NULL);
    const json_t *look = json_object_get(all, "look");
    cr_expect_str_eq(json_string_value(json_object_get(look, "outcome")), "ok");
    cr_expect_str_eq(json_string_value(json_object_get(look, "login")), "accepted");
    json_decref(all);
    finish();
}

Test(handover, a_refused_password_is_tried_once_by_all_providers_together)
{
    rig_open(&it, scenario);
    rig_config(&it, "{\"flags\":{" SAMPO_ON "," HIKVISION_ON "}}");
    rig_start(&it);
    json_decref(rig_farm(
        &it,
        "{\"do\":\"password\",\"device\":\"cam-1\",\"user\":\"admin\",\"password\":\"other\"}"));
    rig_load_farm(&it, "sampo", "{}");
    rig_wait_health(&it, "cam-1", "DEGRADED auth");
    set_provider("provider=sampo");
    rig_until(&it, RIG_WAIT_MS, "it is handed over again", is_effective, "hikvision");
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"cam-1\"}"));
    rig_wait_count(&it, "cam-1", "looks", 3);
    finish();
}

Test(handover, two_that_name_each_other_do_not_pass_it_back_and_forth)
{
    rig_open(&it, scenario);
    rig_plugins_open(&it, "vivotek", NULL);
    rig_plugins_fault(&it, "ping");
    rig_plugins_fault(&it, "pong");
    rig_plugins_config(&it, "{\"flags\":{" FAULT_FLAG("PING") "," FAULT_FLAG("PONG") "}}");
    rig_start(&it);
    rig_load_farm(&it, "ping", "{}");
    rig_wait_health(&it, "cam-1", "UNKNOWN unsupported");
    expect_explained("pong done FEATURE_PLUGIN_PONG");
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"cam-1\"}"));
    rig_wait_count(&it, "cam-1", "looks", 3);
    cr_expect_eq(count_type(&it, "camera.handed_over"), 1);
    cr_expect_str_eq(effective(&it), "pong");
    finish();
}

/* The same for a recorder: what is behind it is judged by who speaks to it. */
static const char recorder[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"nvr-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.47.1.1\",\"personality\":\"hikvision-nvr\",\"clock\":{\"zone_min\":480}"
    ","
    "\"override\":{\"reads\":[\"/onvif/*\",\"/ISAPI/ContentMgmt/*\"],\"answers\":{"
    "\"front\":{\"path\":\"/\",\"open\":true,\"body\":\"<title>SAMPO</title>\"},"
    "\"other\":{\"path\":\"/[Ccolvs]*\",\"open\":true,\"status\":404},"
    "\"lapi\":{\"path\":\"/LAPI/*\",\"open\":true,\"status\":404}}}}]}";

static void load_recorder(void)
{
    char path[256];
    const json_t *nvr = json_array_get(json_object_get(it.ready, "devices"), 0);
    json_t *fleet = json_pack(
        "{s:[{s:s}], s:[{s:s, s:s, s:s, s:O, s:O, s:s}], s:[{s:s, s:s, s:s, s:i}]}", "sites", "id",
        "north", "nvrs", "id", "nvr-1", "site", "north", "provider", "sampo", "host",
        json_object_get(nvr, "address"), "port", json_object_get(nvr, "port"), "credential", "farm",
        "cameras", "id", "ch-1", "site", "north", "nvr", "nvr-1", "channel", 1);
    snprintf(path, sizeof(path), "%s/fleet.json", it.folder);
    cr_assert_eq(json_dump_file(fleet, path, 0), 0);
    json_decref(fleet);
    cr_assert_eq(rig_ctl(&it, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "fleet", "load", path, NULL), 0);
}

Test(handover, a_recorder_takes_its_channels_along)
{
    rig_open(&it, recorder);
    rig_config(&it, "{\"flags\":{" SAMPO_ON "," HIKVISION_ON "}}");
    rig_start(&it);
    load_recorder();
    rig_wait_health(&it, "ch-1", "OK none");
    cr_expect_str_eq(effective(&it), "hikvision", "a channel shows who speaks to its recorder");
    cr_expect_eq(count_type(&it, "nvr.handed_over"), 1);
    cr_expect_eq(rig_count(&it, "nvr-1", "logins_bad"), 0);
    json_decref(rig_farm(
        &it, "{\"do\":\"var\",\"device\":\"nvr-1\",\"name\":\"online_1\",\"value\":\"false\"}"));
    rig_wait_health(&it, "ch-1", "DOWN video_loss");
    rig_close(&it);
}
