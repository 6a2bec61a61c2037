/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/rng.h"
#include "fleet_help.h"

static struct fleet *sample(void)
{
    struct fleet *fleet = fleet_create();
    help_load(
        fleet,
        "{\"sites\": [{\"id\": \"tpe1\"}, {\"id\": \"tpe2\"}],"
        "\"nvrs\": [{\"id\": \"nvr1\", \"site\": \"tpe1\", \"provider\": \"vivotek\","
        " \"host\": \"10.0.0.1\"}],"
        "\"cameras\": [{\"id\": \"cam1\", \"site\": \"tpe1\", \"nvr\": \"nvr1\", \"channel\": 1},"
        "{\"id\": \"cam2\", \"site\": \"tpe1\", \"nvr\": \"nvr1\", \"channel\": 2},"
        "{\"id\": \"cam3\", \"site\": \"tpe1\", \"provider\": \"vivotek\", \"host\": \"10.0.0.3\","
        " \"credential\": \"cred1\"}]}");
    return fleet;
}

Test(change, refusals_name_the_field_and_the_remedy)
{
    static const struct {
        unsigned verb;
        unsigned kind;
        const char *id;
        const char *arguments;
        const char *message;
    } cases[] = {
        {FLEET_ADD, FLEET_CAMERA, "cam1", "site=tpe1",
         "camera cam1: the id belongs to a camera already; change it by `set`"},
        {FLEET_ADD, FLEET_NVR, "cam1", "site=tpe1",
         "nvr cam1: the id belongs to a camera already; choose another id"},
        {FLEET_SET, FLEET_CAMERA, "cam9", "name=x", "camera cam9: there is no such camera"},
        {FLEET_SET, FLEET_CAMERA, "nvr1", "name=x", "camera nvr1: there is no such camera"},
        {FLEET_REMOVE, FLEET_SITE, "x", "", "site x: there is no such site"},
        {FLEET_ADD, FLEET_SITE, "a b", "", "site a b: id: this is no id; write 1 to 64 letters"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "prot=80",
         "camera cam3: prot: a camera has no \"prot\"; it has site, nvr, channel, name"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "password=x",
         "camera cam3: password: users and secrets do not stand here; `vmmctl credential add"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "id=cam4", "camera cam3: id: an id is for life"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "port=70000",
         "camera cam3: port: \"70000\" is no port; write 0 to 65535"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "port=-1", "port: \"-1\" is no port"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "port=", "port: \"\" is no port"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "tls=yes",
         "tls: \"yes\" is no word known here; write none, verify, pin, off or legacy"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "auth=ntlm", "write none, digest or basic"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "enabled=maybe", "write true or false"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "host=rtsp://admin:hunter2@10.0.0.3/",
         "host: a URL is no host; give the host alone"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "host=10.0.0.3:8080", "the port as port="},
        {FLEET_SET, FLEET_CAMERA, "cam3", "host=10.0.0", "write a host name, an IPv4 or an IPv6"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "priority=4", "write 1 to 3"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "options=7", "write {\"key\": value"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "options.bad=1", "options: no such option"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "tls_pin=zz", "64 hexadecimal digits"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "provider=nobody",
         "provider: no plugin \"nobody\" is installed; `vmmctl plugins` lists those there are; "
         "install vmm-plugin-nobody, or drop nobody.so in the plugin folder"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "credential=none",
         "credential: there is no credential \"none\" for site \"tpe1\"; `vmmctl credential add`"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "site=tpe9", "site: there is no site \"tpe9\""},
        {FLEET_SET, FLEET_CAMERA, "cam3", "site=tpe2",
         "credential: there is no credential \"cred1\" for site \"tpe2\""},
        {FLEET_SET, FLEET_CAMERA, "cam3", "nvr=nvr1",
         "channel: the channel of the NVR is missing; give channel= from 1"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "channel=4", "a channel without an NVR; give nvr= too"},
        {FLEET_SET, FLEET_CAMERA, "cam3", "nvr=nvr9 channel=4", "there is no NVR \"nvr9\""},
        {FLEET_SET, FLEET_CAMERA, "cam3", "nvr=nvr1 channel=2",
         "channel: channel 2 of \"nvr1\" belongs to camera \"cam2\"; choose another"},
        {FLEET_SET, FLEET_CAMERA, "cam1", "site=tpe2",
         "nvr: the NVR \"nvr1\" is at site \"tpe1\"; name an NVR of the camera's own site"},
        {FLEET_SET, FLEET_CAMERA, "cam1", "port=80",
         "port: the camera is only a channel of its NVR; give provider= and host= too"},
        {FLEET_SET, FLEET_CAMERA, "cam1", "nvr= channel=0",
         "host: nothing says where the camera is; give provider= and host="},
        {FLEET_ADD, FLEET_CAMERA, "cam9", "site=tpe1", "nothing says where the camera is"},
        {FLEET_ADD, FLEET_CAMERA, "cam9", "provider=vivotek host=h", "site: the site is missing"},
        {FLEET_ADD, FLEET_NVR, "nvr9", "site=tpe1", "provider: the provider is missing"},
        {FLEET_SET, FLEET_NVR, "nvr1", "site=tpe2", "cameras at its site are channels of this NVR"},
        {FLEET_SET, FLEET_SITE, "tpe1", "timezone=Mars/North", "no time zone known here"},
        {FLEET_SET, FLEET_SITE, "tpe1", "timezone=../etc", "no time zone; write its IANA"},
        {FLEET_SET, FLEET_SITE, "tpe1", "language=de", "write en, zh-TW or pt-BR"},
        {FLEET_SET, FLEET_SITE, "tpe1", "way=socks", "write direct, or source:"},
        {FLEET_SET, FLEET_SITE, "tpe1", "host=h", "a site has no \"host\"; it has name, tenant"},
        {FLEET_REMOVE, FLEET_SITE, "tpe1", "",
         "1 NVRs and 3 cameras depend on it; remove them first, or all of it with --cascade"},
        {FLEET_REMOVE, FLEET_NVR, "nvr1", "", "0 NVRs and 2 cameras depend on it"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fleet *fleet = sample();
        char line[1024];
        cr_expect_eq(help_change(fleet, cases[i].verb, cases[i].kind, cases[i].id,
                                 cases[i].arguments, false, line, sizeof(line)),
                     VMM_E_INVAL, "%s", cases[i].message);
        cr_expect_not_null(strstr(line, cases[i].message), "%s\n%s", cases[i].message, line);
        cr_expect_null(strstr(line, "hunter2"));
        fleet_destroy(fleet);
    }
}

static void good(struct fleet *fleet, unsigned verb, unsigned kind, const char *id,
                 const char *arguments)
{
    char line[1024];
    int rc = help_change(fleet, verb, kind, id, arguments, true, line, sizeof(line));
    cr_assert_eq(rc, 0, "%s %s: %s", id, arguments, line);
}

Test(change, values_of_a_command_line)
{
    struct fleet *fleet = sample();
    good(fleet, FLEET_SET, FLEET_CAMERA, "cam3",
         "enabled=false port=8080 tls=pin auth=basic connections=4 priority=1 tags=door,roof "
         "options.path=/live options.channel=2 name=Lobby host=2001:db8::1");
    const struct device_record *device = &fleet_find_device(fleet, "cam3")->record;
    cr_expect_not(device->enabled);
    cr_expect_not(fleet_find_camera(fleet, "cam3")->record.enabled);
    cr_expect_eq(device->port, 8080);
    cr_expect_eq(device->tls, TLS_PIN);
    cr_expect_eq(device->auth, AUTH_BASIC);
    cr_expect_eq(device->connections, 4);
    cr_expect_str_eq(device->options, "{\"channel\":2,\"path\":\"/live\"}");
    cr_expect_str_eq(device->host, "2001:db8::1");
    cr_expect_str_eq(fleet_find_camera(fleet, "cam3")->record.tags, "[\"door\",\"roof\"]");
    cr_expect_eq(fleet_find_camera(fleet, "cam3")->record.priority, 1);
    good(fleet, FLEET_SET, FLEET_CAMERA, "cam3", "options.path= enabled=on");
    cr_expect(fleet_find_device(fleet, "cam3")->record.enabled);
    cr_expect_str_eq(fleet_find_device(fleet, "cam3")->record.options, "{\"channel\":2}");
    good(fleet, FLEET_SET, FLEET_SITE, "tpe1", "way=source:10.0.0.9 language=zh-TW enabled=no");
    cr_expect_str_eq(fleet_find_site(fleet, "tpe1")->record.way, "source:10.0.0.9");
    good(fleet, FLEET_ADD, FLEET_SITE, "tpe3", "");
    cr_expect_str_eq(fleet_find_site(fleet, "tpe3")->record.owner_node, "node-a");
    cr_expect_eq(fleet_find_site(fleet, "tpe3")->record.epoch, 1);
    fleet_destroy(fleet);
}

static bool no_provider(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return false;
}

static int no_options(void *arg, const char *provider, const json_t *options, char *why,
                      size_t size)
{
    (void)arg;
    (void)provider;
    (void)options;
    text_format(why, size, "no such option");
    return VMM_E_INVAL;
}

/* What becomes of a change where no plugin is installed any more, and each would refuse its options. */
static int without_plugins(struct fleet *fleet, unsigned verb, unsigned kind, const char *id,
                           const char *arguments)
{
    static struct fleet_errors errors;
    struct fleet_checks checks = help_checks;
    struct fleet_plan *plan = NULL;
    json_t *values = help_values(arguments);
    struct fleet_request request = {
        .verb = verb, .kind = kind, .id = id, .values = values, .from_text = true, .index = -1};
    checks.provider = no_provider;
    checks.options = no_options;
    int rc = fleet_plan(fleet, &checks, &request, 1, &plan, &errors);
    rc = rc == 0 ? fleet_apply(fleet, plan) : rc;
    fleet_plan_destroy(plan);
    json_decref(values);
    return rc;
}

Test(change, a_device_whose_plugin_is_gone_is_changed_all_the_same)
{
    static const char *const fine[] = {
        "enabled=false", "name=Lobby",   "priority=1",       "host=10.0.0.33",
        "port=8080",     "enabled=true", "provider=vivotek", "tags=door,roof host=10.0.0.3"};
    struct fleet *fleet = sample();
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        cr_expect_eq(without_plugins(fleet, FLEET_SET, FLEET_CAMERA, "cam3", fine[i]), 0, "%s",
                     fine[i]);
    }
    cr_expect_eq(without_plugins(fleet, FLEET_SET, FLEET_NVR, "nvr1", "name=Rack"), 0);
    cr_expect_eq(without_plugins(fleet, FLEET_SET, FLEET_CAMERA, "cam3", "provider=generic"),
                 VMM_E_INVAL, "a new one has to be there");
    cr_expect_eq(without_plugins(fleet, FLEET_SET, FLEET_CAMERA, "cam3", "options.path=/x"),
                 VMM_E_INVAL, "new options are looked at");
    cr_expect_eq(without_plugins(fleet, FLEET_ADD, FLEET_CAMERA, "cam9",
                                 "site=tpe1 provider=vivotek host=10.0.0.9"),
                 VMM_E_INVAL, "a new device needs its plugin");
    fleet_destroy(fleet);
}

/* Whom the device is given to where there is a provider that finds out whose it is, after this change. */
static void expect_given(unsigned verb, const char *id, const char *arguments, const char *provider)
{
    static struct fleet_errors errors;
    struct fleet_checks checks = help_checks;
    struct fleet *fleet = sample();
    struct fleet_plan *plan = NULL;
    json_t *values = help_values(arguments);
    struct fleet_request request = {.verb = verb,
                                    .kind = FLEET_CAMERA,
                                    .id = id,
                                    .values = values,
                                    .from_text = true,
                                    .index = -1};
    checks.finder = "generic";
    int rc = fleet_plan(fleet, &checks, &request, 1, &plan, &errors);
    if (provider != NULL) {
        cr_assert_eq(rc, 0, "%s", arguments);
        cr_assert_eq(fleet_apply(fleet, plan), 0);
        cr_expect_str_eq(fleet_find_device(fleet, id)->record.provider, provider, "%s", arguments);
        fleet_plan_destroy(plan);
    } else {
        cr_expect_eq(rc, VMM_E_INVAL, "%s", arguments);
    }
    json_decref(values);
    fleet_destroy(fleet);
}

Test(change, a_device_that_is_given_no_provider_is_found_out_about)
{
    expect_given(FLEET_ADD, "cam9", "site=tpe1 host=10.0.0.9", "generic");
    expect_given(FLEET_PUT, "cam9", "site=tpe1 host=10.0.0.9", "generic");
    expect_given(FLEET_SET, "cam1", "host=10.0.0.9", "generic");
    expect_given(FLEET_ADD, "cam9", "site=tpe1 host=10.0.0.9 provider=vivotek", "vivotek");
    expect_given(FLEET_SET, "cam3", "host=10.0.0.9", "vivotek");
    expect_given(FLEET_SET, "cam3", "provider=", NULL);
}

Test(change, a_camera_gets_and_loses_an_address_of_its_own)
{
    struct fleet *fleet = sample();
    good(fleet, FLEET_SET, FLEET_CAMERA, "cam1", "enabled=false");
    cr_expect_not(fleet_find_camera(fleet, "cam1")->record.enabled);
    good(fleet, FLEET_SET, FLEET_CAMERA, "cam1", "provider=vivotek host=10.0.0.11");
    cr_assert_not_null(fleet_find_device(fleet, "cam1"));
    cr_expect_str_eq(fleet_find_device(fleet, "cam1")->record.site_id, "tpe1");
    cr_expect_not(fleet_find_device(fleet, "cam1")->record.enabled, "it stays switched off");
    cr_expect_eq(fleet_find_camera(fleet, "cam1")->device,
                 fleet_find_device(fleet, "cam1")->handle);
    good(fleet, FLEET_SET, FLEET_CAMERA, "cam1", "provider= host=");
    cr_expect_null(fleet_find_device(fleet, "cam1"));
    cr_expect_eq(fleet_find_camera(fleet, "cam1")->device, FLEET_NONE);
    cr_expect_not(fleet_find_camera(fleet, "cam1")->record.enabled);
    fleet_destroy(fleet);
}

Test(change, a_cascade_takes_what_depends_on_it_along)
{
    struct fleet *fleet = sample();
    char line[1024];
    good(fleet, FLEET_SET, FLEET_CAMERA, "cam2", "provider=vivotek host=10.0.0.12");
    cr_assert_eq(help_cascade(fleet, FLEET_NVR, "nvr1", line, sizeof(line)), 0, "%s", line);
    cr_expect_null(fleet_find_nvr(fleet, "nvr1"));
    cr_expect_null(fleet_find_camera(fleet, "cam1"), "it was only a channel");
    cr_assert_not_null(fleet_find_camera(fleet, "cam2"), "it has an address of its own");
    cr_expect_str_eq(fleet_find_camera(fleet, "cam2")->record.nvr_id, "");
    cr_assert_eq(help_cascade(fleet, FLEET_SITE, "tpe1", line, sizeof(line)), 0, "%s", line);
    cr_expect_eq(fleet_camera_count(fleet), 0);
    cr_expect_eq(fleet_device_count(fleet), 0);
    cr_expect_eq(fleet_site_count(fleet), 1);
    fleet_destroy(fleet);
}

Test(change, cameras_can_swap_their_channels)
{
    struct fleet *fleet = sample();
    help_load(
        fleet,
        "{\"cameras\": [{\"id\": \"cam1\", \"channel\": 2}, {\"id\": \"cam2\", \"channel\": 1}]}");
    uint32_t nvr = fleet_find_nvr(fleet, "nvr1")->handle;
    cr_expect_str_eq(fleet_channel(fleet, nvr, 1)->record.id, "cam2");
    cr_expect_str_eq(fleet_channel(fleet, nvr, 2)->record.id, "cam1");
    fleet_destroy(fleet);
}

Test(change, the_plan_says_what_becomes_what)
{
    struct fleet *fleet = sample();
    json_t *values = help_values("port=81 name=Lobby host=10.0.0.3");
    struct fleet_request request = {.verb = FLEET_SET,
                                    .kind = FLEET_CAMERA,
                                    .id = "cam3",
                                    .values = values,
                                    .from_text = true,
                                    .index = -1};
    static struct fleet_errors errors;
    struct fleet_plan *plan = NULL;
    cr_assert_eq(fleet_plan(fleet, &help_checks, &request, 1, &plan, &errors), 0);
    cr_expect_eq(plan->changed, 1);
    cr_expect_eq(plan->delta_count, 2);
    cr_expect_str_eq(plan->deltas[0].field, "name");
    cr_expect_str_eq(plan->deltas[1].field, "port");
    cr_expect_str_eq(plan->deltas[1].from, "0");
    cr_expect_str_eq(plan->deltas[1].to, "81");
    cr_expect_eq(plan->write_count, 2);
    cr_expect_eq(fleet_find_device(fleet, "cam3")->record.port, 0, "planning changes nothing");
    fleet_plan_destroy(plan);
    json_decref(values);
    values = help_values("host=10.0.0.3");
    request.values = values;
    cr_assert_eq(fleet_plan(fleet, &help_checks, &request, 1, &plan, &errors), 0);
    cr_expect_eq(plan->same, 1);
    cr_expect_eq(plan->write_count, 0);
    fleet_plan_destroy(plan);
    fleet_plan_destroy(NULL);
    json_decref(values);
    fleet_destroy(fleet);
}

Test(change, what_is_learnt_while_a_plan_waits_is_kept)
{
    struct fleet *fleet = sample();
    json_t *values = help_values("connections=3");
    struct fleet_request request = {.verb = FLEET_SET,
                                    .kind = FLEET_CAMERA,
                                    .id = "cam3",
                                    .values = values,
                                    .from_text = true,
                                    .index = -1};
    static struct fleet_errors errors;
    struct fleet_plan *plan = NULL;
    uint32_t device = fleet_find_device(fleet, "cam3")->handle;
    const uint8_t pin[TLS_PIN_SIZE] = {9};
    const struct fleet_learnt learnt = {
        .model = "FD9389", .effective_provider = "onvif", .tls_pin = pin};
    cr_assert_eq(fleet_plan(fleet, &help_checks, &request, 1, &plan, &errors), 0);
    cr_assert_eq(fleet_learn(fleet, device, &learnt), 1);
    cr_assert_eq(fleet_apply(fleet, plan), 0);
    const struct device_record *record = &fleet_device(fleet, device)->record;
    cr_expect_eq(record->connections, 3);
    cr_expect_str_eq(record->model, "FD9389");
    cr_expect_str_eq(record->effective_provider, "onvif");
    cr_expect(record->has_tls_pin && record->tls_pin[0] == 9);
    fleet_plan_destroy(plan);
    json_decref(values);
    good(fleet, FLEET_SET, FLEET_CAMERA, "cam3", "provider=generic tls_pin=");
    cr_expect_str_eq(fleet_device(fleet, device)->record.effective_provider, "");
    cr_expect_not(fleet_device(fleet, device)->record.has_tls_pin);
    cr_expect_str_eq(fleet_device(fleet, device)->record.model, "FD9389");
    fleet_destroy(fleet);
}

Test(change, arguments_are_read_as_key_and_value)
{
    char *arguments[] = {"name=a=b", "host=h", NULL};
    char *twice[] = {"host=a", "host=b", NULL};
    char *none[] = {"hunter2", NULL};
    json_t *values = NULL;
    struct fleet_error error;
    cr_assert_eq(fleet_arguments(arguments, 2, &values, &error), 0);
    cr_expect_str_eq(json_string_value(json_object_get(values, "name")), "a=b");
    json_decref(values);
    cr_expect_eq(fleet_arguments(twice, 2, &values, &error), VMM_E_INVAL);
    cr_expect_str_eq(error.field, "host");
    cr_expect_eq(fleet_arguments(none, 1, &values, &error), VMM_E_INVAL);
}

/* ---- Random plans ---- */

static void random_arguments(struct rng *rng, unsigned kind, char *out, size_t size)
{
    unsigned n = (unsigned)rng_below(rng, 4);
    unsigned m = (unsigned)rng_below(rng, 3);
    switch (kind == FLEET_SITE ? 0 : kind == FLEET_NVR ? 1 : 2 + rng_below(rng, 5)) {
    case 0:
        text_format(out, size, "name=x%u", n);
        break;
    case 1:
        text_format(out, size, "site=s%u provider=vivotek host=10.0.0.%u", m, n);
        break;
    case 2:
        text_format(out, size, "site=s%u provider=vivotek host=10.0.0.%u port=%u", m, n, n);
        break;
    case 3:
        text_format(out, size, "site=s%u nvr=n%u channel=%u", m, m, n + 1);
        break;
    case 4:
        text_format(out, size, "nvr=n%u channel=%u", m, n + 1);
        break;
    case 5:
        text_format(out, size, "nvr= channel=0 name=y%u", n);
        break;
    default:
        text_format(out, size, "host= provider= priority=%u", m + 1);
    }
}

Test(change, random_plans_keep_the_fleet_and_the_store_whole)
{
    struct fleet *fleet = fleet_create();
    struct shadow *shadow = shadow_create();
    struct rng rng;
    rng_init(&rng, 20261121);
    int planned = 0;
    for (int i = 0; i < 6000; i++) {
        struct fleet_request requests[3];
        json_t *values[3];
        char ids[3][8];
        size_t count = 1 + rng_below(&rng, 3);
        for (size_t k = 0; k < count; k++) {
            unsigned kind = 1 + (unsigned)rng_below(&rng, 3);
            char arguments[256];
            random_arguments(&rng, kind, arguments, sizeof(arguments));
            snprintf(ids[k], sizeof(ids[k]), "%c%u", "?snc"[kind],
                     (unsigned)rng_below(&rng, kind == FLEET_CAMERA ? 8 : 3));
            values[k] = help_values(arguments);
            requests[k] =
                (struct fleet_request){.verb = rng_below(&rng, 5) == 0 ? FLEET_REMOVE : FLEET_PUT,
                                       .kind = kind,
                                       .id = ids[k],
                                       .values = values[k],
                                       .from_text = true,
                                       .cascade = rng_below(&rng, 2) == 0,
                                       .index = -1};
        }
        static struct fleet_errors errors;
        struct fleet_plan *plan = NULL;
        if (fleet_plan(fleet, NULL, requests, count, &plan, &errors) == 0) {
            planned++;
            shadow_apply(shadow, plan);
            cr_assert_eq(fleet_apply(fleet, plan), 0);
            shadow_expect(shadow, fleet);
            fleet_plan_destroy(plan);
        } else {
            cr_assert_gt(errors.count, 0);
        }
        for (size_t k = 0; k < count; k++) {
            json_decref(values[k]);
        }
    }
    cr_expect_gt(planned, 2000, "%d", planned);
    shadow_destroy(shadow);
    fleet_destroy(fleet);
}
