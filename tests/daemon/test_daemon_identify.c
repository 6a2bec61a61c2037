/* SPDX-License-Identifier: MIT */
/* Whose device is at an address: found out without a login, by the opinions of all plugins that are installed. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig.h"

/* Each personality, and who speaks to it; "" where that cannot be told without a login. */
static const struct {
    const char *personality;
    const char *provider;
} devices[] = {
    {"acti-camera", "acti"},
    {"acti-camera-login", "acti"},
    {"avtech-recorder", "avtech"},
    {"avtech-camera", "avtech"},
    {"axis-camera", "axis"},
    {"axis-camera-old", "axis"},
    {"dahua-nvr", "dahua"},
    {"dahua-camera-old", "dahua"},
    {"generic-cgi", ""},
    {"geovision-camera", "geovision"},
    {"geovision-software", "geovision"},
    {"geovision-lapi", "uniview"},
    {"hanwha-camera", "hanwha"},
    {"hanwha-recorder", "hanwha"},
    {"hikvision-camera", "hikvision"},
    {"hikvision-nvr", "hikvision"},
    {"hikvision-lookalike", "hikvision"},
    {"http-digest", ""},
    {"http-plain", ""},
    {"lilin-camera", "lilin"},
    {"lilin-recorder", "lilin"},
    {"onvif-camera", "onvif"},
    {"reolink-camera", "reolink"},
    {"reolink-recorder", "reolink"},
    {"rtsp-camera", "rtsp"},
    {"rtsp-options-auth", "rtsp"},
    {"sampo-hikvision", "hikvision"},
    {"sampo-unknown", ""},
    {"uniview-camera", "uniview"},
    {"uniview-nvr", "uniview"},
    {"vivotek-camera", "vivotek"},
    {"vivotek-camera-old", "vivotek"},
    {"xm-camera", "xm"},
    {"xm-dvr", "xm"},
};

#define DEVICES (sizeof(devices) / sizeof(devices[0]))

static struct rig it;

static void open_farm(void)
{
    struct buf scenario;
    buf_init(&scenario);
    buf_text(&scenario, "{\"ports\":{\"http\":0,\"rtsp\":0,\"dvrip\":0},\"users\":[{\"name\":"
                        "\"admin\",\"password\":"
                        "\"secret\",\"level\":\"admin\"}],\"groups\":[");
    for (size_t i = 0; i < DEVICES; i++) {
        buf_printf(&scenario,
                   "%s{\"prefix\":\"%s-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
                   "\"base_address\":\"127.48.%zu.1\",\"personality\":\"%s\"}",
                   i > 0 ? "," : "", devices[i].personality, i + 1, devices[i].personality);
    }
    buf_text(&scenario, "]}");
    rig_open(&it, buf_cstr(&scenario));
    buf_finish(&scenario);
}

/* "127.48.1.1:40000" of a device; static memory. */
static const char *address_of(const char *device)
{
    static char text[64];
    size_t i;
    json_t *at;
    json_array_foreach(json_object_get(it.ready, "devices"), i, at)
    {
        if (strcmp(json_string_value(json_object_get(at, "id")), device) == 0) {
            snprintf(text, sizeof(text), "%s:%lld",
                     json_string_value(json_object_get(at, "address")),
                     (long long)json_integer_value(json_object_get(at, "port")));
        }
    }
    return text;
}

/* What `vmmctl probe ADDRESS` tells in JSON; its exit status in `status`. */
static json_t *probe(const char *device, int *status)
{
    struct buf out;
    json_error_t error;
    buf_init(&out);
    *status = rig_ctl(&it, &out, NULL, "probe", address_of(device), "--json", NULL);
    json_t *told = json_loads(buf_cstr(&out), 0, &error);
    cr_assert_not_null(told, "%s: status %d: %s in: %s", device, *status, error.text,
                       buf_cstr(&out));
    buf_finish(&out);
    return told;
}

static const char *found(const json_t *told)
{
    const char *name =
        json_string_value(json_object_get(json_object_get(told, "identified"), "provider"));
    return name != NULL ? name : "";
}

static json_int_t number(const json_t *told, const char *key)
{
    const json_t *look = json_object_get(json_object_get(told, "identified"), "look");
    return json_integer_value(json_object_get(look, key));
}

/* No password, no write, one connection at a time, whatever it was asked. */
static void expect_gentle(const char *device)
{
    cr_expect_eq(rig_count(&it, device, "logins_good"), 0, "%s: logins", device);
    cr_expect_eq(rig_count(&it, device, "logins_bad"), 0, "%s: bad logins", device);
    cr_expect_eq(rig_count(&it, device, "logins_unasked"), 0, "%s: logins unasked", device);
    cr_expect_leq(rig_count(&it, device, "connections_max"), 1, "%s: connections", device);
}

TestSuite(identify, .timeout = 480);

Test(identify, each_makers_device_is_told_from_the_others_without_vmmd)
{
    open_farm();
    for (size_t i = 0; i < DEVICES; i++) {
        char id[64];
        int status = 0;
        snprintf(id, sizeof(id), "%s-1", devices[i].personality);
        json_t *told = probe(id, &status);
        cr_expect_str_eq(found(told), devices[i].provider, "%s is taken for %s", id, found(told));
        cr_expect_leq(number(told, "requests"), 20, "%s: %lld requests", id,
                      (long long)number(told, "requests"));
        cr_expect_leq(number(told, "connections"), 8, "%s: %lld connections", id,
                      (long long)number(told, "connections"));
        cr_expect_eq(json_is_null(json_object_get(told, "look")), devices[i].provider[0] == '\0');
        cr_expect(devices[i].provider[0] != '\0' || status == 1);
        expect_gentle(id);
        json_decref(told);
    }
    rig_close(&it);
}

/* The provider that is found looks with the login that was given, and not before. */
static void expect_login(const char *device, const char *outcome)
{
    struct buf out;
    buf_init(&out);
    rig_ctl(&it, &out, "secret\n", "probe", address_of(device), "--user", "admin",
            "--password-stdin", "--json", "options.level=admin", NULL);
    json_t *told = json_loads(buf_cstr(&out), 0, NULL);
    const json_t *look = json_object_get(told, "look");
    const json_t *first = json_object_get(json_object_get(told, "identified"), "look");
    cr_assert(json_is_object(look) && json_is_object(first), "%s", buf_cstr(&out));
    cr_expect_str_eq(json_string_value(json_object_get(look, "outcome")), outcome);
    cr_expect_str_eq(json_string_value(json_object_get(look, "login")), "accepted");
    cr_expect_str_eq(json_string_value(json_object_get(first, "login")), "none");
    json_decref(told);
    buf_finish(&out);
}

Test(identify, the_provider_that_is_found_looks_through_vmmd)
{
    int status = 0;
    open_farm();
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_IDENTIFY\":true}}");
    rig_start(&it);
    rig_wait_plugin(&it, "identify", "ready");
    rig_wait_plugin(&it, "vivotek", "ready");
    expect_login("vivotek-camera-1", "ok");
    json_t *told = probe("hikvision-nvr-1", &status);
    cr_expect_str_eq(found(told), "hikvision", "the opinion of one that is off counts");
    cr_expect_eq(status, 4, "it is off");
    cr_expect(json_is_null(json_object_get(told, "look")));
    json_decref(told);
    expect_gentle("hikvision-nvr-1");
    told = probe("http-plain-1", &status);
    cr_expect_str_eq(found(told), "");
    cr_expect_eq(status, 1);
    json_decref(told);
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_IDENTIFY\":false}}");
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "reload", NULL), 0);
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "probe", address_of("vivotek-camera-1"), NULL), 4);
    rig_close(&it);
}

/* "host=127.48.1.1" and "port=40000" of a device; static memory. */
static const char *field_of(const char *device, const char *field)
{
    static char text[2][64];
    bool is_host = strcmp(field, "host") == 0;
    const char *at = address_of(device);
    size_t length = strcspn(at, ":");
    snprintf(text[is_host], sizeof(text[0]), "%s=%.*s", field, is_host ? (int)length : 8,
             is_host ? at : at + length + 1);
    return text[is_host];
}

/* What explain says of where it was handed over to: "rtsp at rtsp:8554". */
static void expect_place(const char *id, const char *provider, const char *scheme)
{
    char wanted[64];
    char told[64];
    json_t *all = rig_json(&it, "explain", id, NULL);
    const json_t *handover = json_object_get(json_object_get(all, "camera"), "handover");
    const char *to = json_string_value(json_object_get(handover, "to"));
    const char *place = json_string_value(json_object_get(handover, "place"));
    snprintf(told, sizeof(told), "%s %s", to != NULL ? to : "", place != NULL ? place : "");
    snprintf(wanted, sizeof(wanted), "%s %s:%s", provider, scheme,
             field_of(id, "port") + strlen("port="));
    cr_expect_str_eq(told, wanted);
    json_decref(all);
}

Test(identify, a_stream_is_handed_over_with_its_port_and_the_path_that_was_given)
{
    open_farm();
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_IDENTIFY\":true,\"FEATURE_VMS_RTSP_PROBE\":true}}");
    rig_start(&it);
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "site", "add", "lab", NULL), 0);
    cr_assert_eq(rig_ctl(&it, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    static const char *const id = "rtsp-camera-1";
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "camera", "add", id, "site=lab", "credential=farm",
                         "options.path=/live.sdp", field_of(id, "host"), field_of(id, "port"),
                         NULL),
                 0, "without a provider");
    rig_wait_health(&it, id, "OK none");
    expect_place(id, "rtsp", "rtsp");
    cr_expect_eq(rig_count(&it, id, "logins_bad"), 0);
    cr_expect_leq(rig_count(&it, id, "connections_max"), 1);
    cr_assert_eq(rig_stop(&it), 0);
    rig_start(&it);
    rig_wait_plugin(&it, "rtsp", "ready");
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"rtsp-camera-1\"}"));
    rig_wait_count(&it, id, "looks", 2);
    cr_expect_str_eq(rig_health(&it, id), "OK none", "it is still looked at where it is");
    expect_place(id, "rtsp", "rtsp");
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "camera", "set", id, "options.path=/nowhere", NULL), 0);
    rig_wait_health(&it, id, "DEGRADED wrong_path");
    rig_close(&it);
}

Test(identify, who_tests_a_new_camera_waits_for_the_provider_that_is_found)
{
    static const char *const id = "vivotek-camera-1";
    open_farm();
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_IDENTIFY\":true}}");
    rig_start(&it);
    rig_wait_plugin(&it, "identify", "ready");
    rig_wait_plugin(&it, "vivotek", "ready");
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "site", "add", "lab", NULL), 0);
    cr_assert_eq(rig_ctl(&it, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    json_decref(
        rig_farm(&it, "{\"do\":\"set\",\"device\":\"vivotek-camera-1\",\"fault\":\"slow:700\"}"));
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "camera", "add", id, "site=lab", "credential=farm",
                         "options.level=admin", field_of(id, "host"), field_of(id, "port"), NULL),
                 0);
    json_t *all = rig_json(&it, "camera", "test", id, NULL);
    const json_t *test = json_array_get(json_object_get(all, "tests"), 0);
    cr_expect_str_eq(json_string_value(json_object_get(test, "provider")), "vivotek");
    cr_expect_str_eq(json_string_value(json_object_get(test, "outcome")), "ok");
    cr_expect_str_eq(json_string_value(json_object_get(test, "login")), "accepted");
    json_decref(all);
    rig_close(&it);
}

Test(identify, a_camera_whose_maker_nobody_has_told_is_handed_over)
{
    open_farm();
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_IDENTIFY\":true}}");
    rig_start(&it);
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "site", "add", "lab", NULL), 0);
    static const char *const ids[] = {"vivotek-camera-1", "sampo-unknown-1"};
    for (size_t i = 0; i < 2; i++) {
        char host[64];
        char port[64];
        const char *at = address_of(ids[i]);
        snprintf(host, sizeof(host), "host=%.*s", (int)strcspn(at, ":"), at);
        snprintf(port, sizeof(port), "port=%s", strchr(at, ':') + 1);
        cr_assert_eq(rig_ctl(&it, NULL, NULL, "camera", "add", ids[i], "site=lab",
                             "provider=identify", host, port, NULL),
                     0);
    }
    rig_wait_health(&it, "vivotek-camera-1", "DEGRADED credential_missing");
    rig_wait_health(&it, "sampo-unknown-1", "UNKNOWN unsupported");
    rig_close(&it);
}
