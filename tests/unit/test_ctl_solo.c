/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <criterion/criterion.h>
#include <vmm/errors.h>

#include "ctl/solo_job.h"

static const struct vmm_config_item path = {
    .type = VMM_CONFIG_TEXT, .name = "path", .default_json = "\"/\""};
static const struct vmm_config_item channel = {
    .type = VMM_CONFIG_INT, .name = "channel", .default_json = "1"};
static const struct vmm_config_item basic = {
    .type = VMM_CONFIG_BOOL, .name = "basic", .default_json = "false"};
static const struct vmm_config_item wait_time = {
    .type = VMM_CONFIG_DURATION, .name = "wait", .default_json = "\"30s\""};
static const struct vmm_config_item absent = {.type = VMM_CONFIG_TEXT, .name = "absent"};
static const struct vmm_config_item needed = {
    .type = VMM_CONFIG_TEXT, .name = "needed", .flags = VMM_CONFIG_REQUIRED};

static const struct vmm_config_item *const members[] = {&path, &wait_time, NULL};
static const struct vmm_config_item requests = {
    .type = VMM_CONFIG_LIST, .name = "requests", .default_json = "[{}]", .items = members};
static const struct vmm_config_item *const nested[] = {&requests, NULL};

static const struct vmm_config_item *const items[] = {&path,      &channel, &basic,
                                                      &wait_time, &absent,  NULL};
static const struct vmm_config_item *const strict[] = {&path, &needed, NULL};

static json_t *list(const char *json)
{
    json_t *fields = json_loads(json, 0, NULL);
    cr_assert_not_null(fields);
    return fields;
}

Test(ctl_solo, reads_the_fields_of_an_address)
{
    struct solo_job job;
    json_t *fields = list("[\"provider=rtsp\",\"host=10.0.0.7\",\"port=8554\",\"tls=legacy\","
                          "\"auth=basic\",\"options.path=/x\"]");
    cr_assert_eq(solo_job_read(&job, fields), 0);
    cr_expect_str_eq(job.provider, "rtsp");
    cr_expect_str_eq(job.host, "10.0.0.7");
    cr_expect_eq(job.port, 8554);
    cr_expect_eq(job.tls, TLS_LEGACY);
    cr_expect_eq(job.auth, AUTH_BASIC);
    json_decref(fields);
}

Test(ctl_solo, refuses_fields_it_cannot_honour)
{
    static const char *const wrong[] = {
        "[\"provider=rtsp\"]",
        "[\"provider=../x\",\"host=h\"]",
        "[\"provider=rtsp\",\"host=h\",\"port=0\"]",
        "[\"provider=rtsp\",\"host=h\",\"tls=maybe\"]",
        "[\"provider=rtsp\",\"host=h\",\"credential=x\"]",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct solo_job job;
        json_t *fields = list(wrong[i]);
        cr_expect_eq(solo_job_read(&job, fields), VMM_E_INVAL, "%s", wrong[i]);
        cr_expect(job.problem[0] != '\0');
        json_decref(fields);
    }
}

Test(ctl_solo, options_have_the_types_of_their_items_and_their_defaults)
{
    struct solo_job job = {0};
    char *json = NULL;
    json_t *fields = list("[\"host=h\",\"options.channel=4\",\"options.path=7\"]");
    cr_assert_eq(solo_job_settings(&job, items, fields, "options.", &json), 0, "%s", job.problem);
    cr_expect_str_eq(json, "{\"channel\":4,\"path\":\"7\",\"basic\":false,\"wait\":30000}");
    free(json);
    json_decref(fields);
}

Test(ctl_solo, members_of_lists_have_their_defaults_too)
{
    struct solo_job job = {0};
    char *json = NULL;
    json_t *fields =
        list("[\"options.requests=[{\\\"path\\\":\\\"/a\\\"},{\\\"wait\\\":\\\"250ms\\\"}]\"]");
    cr_assert_eq(solo_job_settings(&job, nested, fields, "options.", &json), 0, "%s", job.problem);
    cr_expect_str_eq(json, "{\"requests\":[{\"path\":\"/a\",\"wait\":30000},"
                           "{\"wait\":250,\"path\":\"/\"}]}");
    free(json);
    json_decref(fields);
    cr_assert_eq(solo_job_settings(&job, nested, NULL, "config.", &json), 0);
    cr_expect_str_eq(json, "{\"requests\":[{\"path\":\"/\",\"wait\":30000}]}");
    free(json);
    fields = list("[\"options.requests=[1]\"]");
    cr_expect_eq(solo_job_settings(&job, nested, fields, "options.", &json), VMM_E_INVAL);
    json_decref(fields);
}

Test(ctl_solo, refuses_options_that_are_not_there_or_of_another_type)
{
    static const char *const wrong[] = {"[\"options.channels=4\"]", "[\"options.channel=four\"]",
                                        "[\"options.basic=1\"]", "[\"options.wait=30\"]"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct solo_job job = {0};
        char *json = NULL;
        json_t *fields = list(wrong[i]);
        cr_expect_eq(solo_job_settings(&job, items, fields, "options.", &json), VMM_E_INVAL, "%s", wrong[i]);
        cr_expect_null(json);
        json_decref(fields);
    }
}

Test(ctl_solo, a_plugin_that_needs_a_setting_cannot_run_without)
{
    struct solo_job job = {0};
    char *json = NULL;
    cr_expect_eq(solo_job_settings(&job, strict, NULL, "config.", &json), VMM_E_INVAL);
    cr_expect_str_eq(job.problem, "needed: the plugin needs it, and has no default for it");
    cr_assert_eq(solo_job_settings(&job, NULL, NULL, "config.", &json), 0);
    cr_expect_str_eq(json, "{}");
    free(json);
}

static void expect_json(json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(6));
    cr_expect_str_eq(text, expected);
    free(text);
    json_decref(value);
}

Test(ctl_solo, tells_steps_and_facts_in_the_words_of_the_vocabulary)
{
    struct result_step step = {.asked = "GET /x", .came = "200", .start_ms = 3, .took_us = 1500};
    expect_json(solo_job_step(&step), "{\"step\":{\"asked\":\"GET /x\",\"came\":\"200\","
                                      "\"start_ms\":3,\"took_ms\":1.5}}");
    struct result_fact fact = {.subject = VMM_SUBJECT_CHANNEL,
                               .index = 2,
                               .fact = VMM_FACT_SIGNAL,
                               .standing = VMM_STANDING_FAULT,
                               .type = VMM_TYPE_BOOL,
                               .reason = VMM_REASON_VIDEO_LOSS};
    expect_json(
        solo_job_fact(&fact),
        "{\"fact\":{\"subject\":\"channel\",\"index\":2,\"fact\":\"signal\",\"value\":false,"
        "\"unit\":\"\",\"standing\":\"fault\",\"reason\":\"video_loss\"}}");
    struct result_fact unknown = {.subject = 99, .fact = 9999, .standing = 77};
    expect_json(solo_job_fact(&unknown),
                "{\"fact\":{\"subject\":\"?\",\"index\":0,\"fact\":\"?\",\"value\":null,"
                "\"unit\":\"\",\"standing\":\"?\",\"reason\":null}}");
}

Test(ctl_solo, a_look_says_what_became_of_the_login)
{
    struct result_message result = {.outcome = VMM_OUTCOME_AUTH,
                                    .rung = VMM_RUNG_AUTHENTICATE,
                                    .flags = RESULT_LOGIN_TRIED | RESULT_LOGIN_REFUSED,
                                    .total_us = 42999,
                                    .detail = "401"};
    json_t *look = solo_job_look(&result, 1000000);
    cr_expect_str_eq(json_string_value(json_object_get(look, "outcome")), "auth");
    cr_expect_str_eq(json_string_value(json_object_get(look, "rung")), "authenticate");
    cr_expect_str_eq(json_string_value(json_object_get(look, "login")), "refused");
    cr_expect_str_eq(json_string_value(json_object_get(look, "at")), "1970-01-01T00:00:01.000Z");
    cr_expect_eq(json_integer_value(json_object_get(look, "total_ms")), 42);
    cr_expect(json_is_null(json_object_get(look, "reason")));
    json_decref(look);
}
