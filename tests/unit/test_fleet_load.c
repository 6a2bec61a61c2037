/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "fleet_help.h"

static const char sample[] =
    "{\"sites\": [{\"id\": \"tpe1\", \"name\": \"台北 1\", \"timezone\": \"Asia/Taipei\","
    " \"language\": \"zh-TW\", \"profile\": \"wan\", \"way\": \"source:10.1.0.1\"}],\n"
    "\"nvrs\": [{\"id\": \"nvr1\", \"site\": \"tpe1\", \"provider\": \"vivotek\", \"host\": "
    "\"10.0.0.1\","
    " \"port\": 8443, \"tls\": \"pin\", \"credential\": \"cred1\"}],\n"
    "\"cameras\": [{\"id\": \"cam1\", \"site\": \"tpe1\", \"nvr\": \"nvr1\", \"channel\": 1,"
    " \"tags\": [\"door\"], \"expected\": {\"recording\": \"continuous\"}, \"priority\": 1},\n"
    "{\"id\": \"cam2\", \"site\": \"tpe1\", \"provider\": \"generic\", \"host\": \"cam2.local\","
    " \"options\": {\"path\": \"/x\"}, \"enabled\": false, \"auth\": \"basic\", \"port_group\": "
    "\"b\","
    " \"connections\": 1}]}";

static struct fleet_errors errors;

static struct fleet_plan *plan_of(struct fleet *fleet, const char *json)
{
    struct fleet_plan *plan = NULL;
    char line[1024] = "";
    int rc = fleet_load(fleet, &help_checks, json, strlen(json), &plan, &errors);
    if (rc == VMM_E_INVAL) {
        fleet_error_text(&errors.items[0], line, sizeof(line));
    }
    cr_assert_eq(rc, 0, "%s", line);
    return plan;
}

Test(load, everything_arrives)
{
    struct fleet *fleet = fleet_create();
    struct fleet_plan *plan = plan_of(fleet, sample);
    cr_expect_eq(plan->added, 4);
    cr_expect_eq(plan->write_count, 6);
    cr_assert_eq(fleet_apply(fleet, plan), 0);
    fleet_plan_destroy(plan);
    const struct site_record *site = &fleet_find_site(fleet, "tpe1")->record;
    cr_expect_str_eq(site->name, "台北 1");
    cr_expect_str_eq(site->timezone, "Asia/Taipei");
    cr_expect_str_eq(site->tenant_id, "default");
    const struct device_record *nvr = &fleet_find_device(fleet, "nvr1")->record;
    cr_expect_eq(nvr->kind, DEVICE_NVR);
    cr_expect_eq(nvr->port, 8443);
    cr_expect_eq(nvr->tls, TLS_PIN);
    cr_expect_str_eq(nvr->credential_id, "cred1");
    const struct camera_record *camera = &fleet_find_camera(fleet, "cam1")->record;
    cr_expect_str_eq(camera->expected, "{\"recording\":\"continuous\"}");
    cr_expect_eq(camera->nvr_channel, 1);
    cr_expect_null(fleet_find_device(fleet, "cam1"));
    const struct device_record *device = &fleet_find_device(fleet, "cam2")->record;
    cr_expect_str_eq(device->options, "{\"path\":\"/x\"}");
    cr_expect_not(device->enabled);
    cr_expect_eq(device->connections, 1);
    fleet_destroy(fleet);
}

Test(load, the_same_file_twice_changes_nothing)
{
    struct fleet *fleet = fleet_create();
    help_load(fleet, sample);
    struct fleet_plan *plan = plan_of(fleet, sample);
    cr_expect_eq(plan->write_count, 0);
    cr_expect_eq(plan->same, 4);
    cr_expect_eq(plan->added + plan->changed + plan->removed, 0);
    fleet_plan_destroy(plan);
    fleet_destroy(fleet);
}

static void export_of(const struct fleet *fleet, const char *site, struct buf *out)
{
    buf_clear(out);
    cr_assert_eq(fleet_export(fleet, site, out), 0);
}

Test(load, an_export_loads_again_without_a_change)
{
    struct fleet *fleet = fleet_create();
    struct fleet *second = fleet_create();
    const uint8_t pin[TLS_PIN_SIZE] = {0xab, 0xcd};
    const struct fleet_learnt learnt = {.tls_pin = pin};
    struct buf first;
    struct buf again;
    buf_init(&first);
    buf_init(&again);
    help_load(fleet, sample);
    fleet_learn(fleet, fleet_find_device(fleet, "nvr1")->handle, &learnt);
    export_of(fleet, NULL, &first);
    struct fleet_plan *plan = plan_of(fleet, buf_cstr(&first));
    cr_expect_eq(plan->write_count, 0);
    fleet_plan_destroy(plan);
    help_load(second, buf_cstr(&first));
    export_of(second, NULL, &again);
    cr_expect_str_eq(buf_cstr(&first), buf_cstr(&again));
    cr_expect(fleet_find_device(second, "nvr1")->record.has_tls_pin);
    export_of(fleet, "tpe1", &again);
    cr_expect_str_eq(buf_cstr(&first), buf_cstr(&again));
    cr_expect_eq(fleet_export(fleet, "nowhere", &again), VMM_E_NOENT);
    struct fleet *empty = fleet_create();
    export_of(empty, NULL, &again);
    plan = plan_of(empty, buf_cstr(&again));
    cr_expect_eq(plan->write_count, 0);
    fleet_plan_destroy(plan);
    buf_finish(&first);
    buf_finish(&again);
    fleet_destroy(empty);
    fleet_destroy(second);
    fleet_destroy(fleet);
}

Test(load, the_order_of_the_items_does_not_matter)
{
    struct fleet *fleet = fleet_create();
    struct fleet_plan *plan = plan_of(
        fleet,
        "{\"cameras\": [{\"id\": \"c\", \"site\": \"s\", \"nvr\": \"n\", \"channel\": 1}],"
        "\"nvrs\": [{\"id\": \"n\", \"site\": \"s\", \"provider\": \"vivotek\", \"host\": \"h\"}],"
        "\"sites\": [{\"id\": \"s\"}]}");
    cr_expect_eq(plan->writes[0].table, FLEET_TABLE_SITE);
    cr_expect_eq(plan->writes[plan->write_count - 1].table, FLEET_TABLE_CAMERA);
    cr_expect_eq(fleet_apply(fleet, plan), 0);
    fleet_plan_destroy(plan);
    fleet_destroy(fleet);
}

Test(load, all_or_nothing_with_every_error)
{
    struct fleet *fleet = fleet_create();
    struct fleet_plan *plan = NULL;
    static const char bad[] = "{\"sites\": [{\"id\": \"s1\"}],"
                              "\"cameras\": [{\"id\": \"good\", \"site\": \"s1\", \"provider\": "
                              "\"vivotek\", \"host\": \"h\"},"
                              "{\"id\": \"a\", \"site\": \"s1\", \"provider\": \"vivotek\", "
                              "\"host\": \"h\", \"port\": \"80\"},"
                              "{\"id\": \"b\", \"site\": \"s1\", \"provider\": \"vivotek\", "
                              "\"host\": \"h\", \"password\": \"hunter2\"},"
                              "{\"site\": \"s1\"}, 7]}";
    cr_expect_eq(fleet_load(fleet, &help_checks, bad, strlen(bad), &plan, &errors), VMM_E_INVAL);
    char line[1024];
    cr_assert_eq(errors.count, 2);
    cr_expect_str_eq(fleet_error_text(&errors.items[0], line, sizeof(line)),
                     "cameras[3] : id: the id is missing; write \"id\": \"…\"");
    cr_expect_null(plan);
    cr_expect_eq(fleet_site_count(fleet), 0);
    static const char worse[] = "{\"sites\": [{\"id\": \"s1\"}],"
                                "\"cameras\": [{\"id\": \"a\", \"site\": \"s1\", \"provider\": "
                                "\"vivotek\", \"host\": \"h\", \"port\": \"80\"},"
                                "{\"id\": \"b\", \"site\": \"s1\", \"provider\": \"vivotek\", "
                                "\"host\": \"h\", \"password\": \"hunter2\"},"
                                "{\"id\": \"a\", \"site\": \"s1\"}]}";
    cr_expect_eq(fleet_load(fleet, &help_checks, worse, strlen(worse), &plan, &errors),
                 VMM_E_INVAL);
    cr_assert_eq(errors.count, 3);
    cr_expect_str_eq(fleet_error_text(&errors.items[0], line, sizeof(line)),
                     "cameras[0] a: port: \"80\" is no port; write 0 to 65535");
    fleet_error_text(&errors.items[1], line, sizeof(line));
    cr_expect_null(strstr(line, "hunter2"));
    cr_expect_not_null(strstr(line, "cameras[1] b: password: users and secrets"));
    cr_expect_str_eq(
        fleet_error_text(&errors.items[2], line, sizeof(line)),
        "cameras[2] a: id: the id stands twice, first at cameras[0]; keep one of them");
    fleet_destroy(fleet);
}

Test(load, what_a_value_is_and_what_it_refers_to_is_told_together_in_the_order_of_the_file)
{
    struct fleet *fleet = fleet_create();
    struct fleet_plan *plan = NULL;
    static const char bad[] = "{\"sites\": [{\"id\": \"s1\", \"timezone\": \"Mars/Base\"}],"
                              "\"cameras\": [{\"id\": \"a\", \"site\": \"s2\", \"provider\": "
                              "\"vivotek\", \"host\": \"h\"},"
                              "{\"id\": \"b\", \"site\": \"s2\", \"provider\": \"vivotek\", "
                              "\"host\": \"h\", \"port\": -1},"
                              "{\"id\": \"c\", \"site\": \"s1\"}]}";
    static const char *const told[] = {"sites[0] s1: timezone: ", "cameras[0] a: site: ",
                                       "cameras[1] b: port: ", "cameras[2] c: host: "};
    char line[1024];
    cr_expect_eq(fleet_load(fleet, &help_checks, bad, strlen(bad), &plan, &errors), VMM_E_INVAL);
    cr_assert_eq(errors.count, 4, "of b nothing is said but that its port is none");
    for (size_t i = 0; i < 4; i++) {
        fleet_error_text(&errors.items[i], line, sizeof(line));
        cr_expect_eq(strncmp(line, told[i], strlen(told[i])), 0, "%s", line);
    }
    fleet_destroy(fleet);
}

Test(load, texts_that_are_no_fleet)
{
    static const struct {
        const char *json;
        const char *message;
    } cases[] = {
        {"", "line 1, column 0"},
        {"[]", "this is no object"},
        {"{\"camera\": []}", "camera: there is no such list; write sites, nvrs or cameras"},
        {"{\"cameras\": {}}", "cameras: this is no list"},
        {"{\"cameras\": [], \"cameras\": []}", "duplicate"},
        {"{\"cameras\": [{\"id\": 5}]}", "cameras[0] : id: the id is missing"},
        {"{\"sites\": [{\"id\": \"a/b\"}]}", "sites[0] a/b: id: this is no id"},
        {"{\"sites\": [{\"id\": \"a\", \"name\": \"x\\ny\"}]}", "plain line of text"},
        {"{\"sites\": [{\"id\": \"a\", \"enabled\": \"true\"}]}", "write true or false"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fleet *fleet = fleet_create();
        struct fleet_plan *plan = NULL;
        char line[1024];
        cr_expect_eq(fleet_load(fleet, NULL, cases[i].json, strlen(cases[i].json), &plan, &errors),
                     VMM_E_INVAL, "%s", cases[i].json);
        fleet_error_text(&errors.items[0], line, sizeof(line));
        cr_expect_not_null(strstr(line, cases[i].message), "%s: %s", cases[i].json, line);
        fleet_destroy(fleet);
    }
}

Test(load, more_errors_than_are_kept_are_counted)
{
    struct fleet *fleet = fleet_create();
    struct fleet_plan *plan = NULL;
    struct buf json;
    buf_init(&json);
    buf_text(&json, "{\"sites\": [");
    for (int i = 0; i < 150; i++) {
        buf_printf(&json, "%s{\"id\": \"s%d\", \"language\": \"xx\"}", i > 0 ? "," : "", i);
    }
    buf_text(&json, "]}");
    cr_expect_eq(fleet_load(fleet, NULL, buf_cstr(&json), json.size, &plan, &errors), VMM_E_INVAL);
    cr_expect_eq(errors.count, 150);
    cr_expect_eq(errors.items[FLEET_ERRORS_MAX - 1].index, FLEET_ERRORS_MAX - 1);
    buf_finish(&json);
    fleet_destroy(fleet);
}
