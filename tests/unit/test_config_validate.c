/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "config/validate.h"
#include "config_samples.h"

static const char *message(const char *json)
{
    static char line[CONFIG_ERROR_LINE];
    struct config_error error = {0};
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    json_t *out = NULL;
    cr_assert_not_null(value, "%s", json);
    int rc = validate_object(value, sample_items, "", &out, &error);
    json_decref(value);
    json_decref(out);
    return rc == 0 ? "" : config_error_text(&error, line);
}

Test(validate, messages_say_where_what_and_how)
{
    static const struct {
        const char *json;
        const char *message;
    } cases[] = {
        {"{\"wait\": \"4x\"}", "/wait: \"4x\" is no duration; write a number with ms, s, m, h or "
                               "d, for example \"4m\""},
        {"{\"wait\": \"1h\"}", "/wait: \"1h\" is out of range; write a duration from 250ms to 90s"},
        {"{\"count\": 65}", "/count: 65 is out of range; write a whole number from 1 to 64"},
        {"{\"count\": \"3\"}",
         "/count: \"3\" is no whole number; write a whole number from 1 to 64"},
        {"{\"enabled\": null}", "/enabled: null is no truth value; write true or false"},
        {"{\"mode\": \"tpc\"}",
         "/mode: \"tpc\" is no word known here; write one of \"tcp\", \"udp\", \"http\""},
        {"{\"title\": \"x\"}", "/title: \"x\" has 1 bytes; write 2 to 8 bytes"},
        {"{\"coutn\": 1}", "/coutn: no such setting; did you mean \"count\"?"},
        {"{\"inner\": {\"colour\": 1}}",
         "/inner/colour: no such setting; what can stand here: mode, pause"},
        {"{\"headers\": [{\"key\": \"a\"}, {}]}",
         "/headers/1/key: this setting is missing; add it: a sample"},
        {"{\"headers\": [{\"key\": \"a\", \"pause\": 5}]}",
         "/headers/0/pause: 5 is no duration; write a number with ms, s, m, h or d, for example "
         "\"4m\""},
        {"{\"tags\": {}}", "/tags: an object is no list; write [ … ]"},
        {"[]", "a list is no object; write { \"key\": value, … }"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_str_eq(message(cases[i].json), cases[i].message);
    }
}

Test(validate, a_message_never_shows_a_secret)
{
    const char *text = message("{\"token\": \"hunter2\"}");
    cr_expect_null(strstr(text, "hunter2"));
    cr_expect_not_null(strstr(text, "{\"file\": \"/path\"}"));
    cr_expect_null(strstr(message("{\"token\": {\"password\": \"hunter2\"}}"), "hunter2"));
    cr_expect_null(strstr(message("{\"target\": \"http://admin:hunter2@h/\"}"), "hunter2"));
    cr_expect_null(strstr(message("{\"title\": \"rtsp://admin:hunter2@h/\"}"), "hunter2"));
}

Test(validate, a_long_or_dirty_value_is_cut_and_cleaned)
{
    const char *text =
        message("{\"wait\": \"\\u001b[31m\\u202eééééééééééééééééééééééééééééééééé\"}");
    cr_expect_null(strchr(text, '\x1b'));
    cr_expect_not_null(strstr(text, "…"));
    json_t *whole = json_string(text);
    cr_expect_not_null(whole, "the cut is at a whole character");
    json_decref(whole);
}

static json_t *good(const char *json, config_items items)
{
    struct config_error error = {0};
    json_t *value = json_loads(json, 0, NULL);
    json_t *out = NULL;
    cr_assert_eq(validate_object(value, items, "", &out, &error), 0, "%s: %s", error.pointer,
                 error.problem);
    json_decref(value);
    return out;
}

static void expect_json(json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    cr_expect_str_eq(text, expected);
    free(text);
    json_decref(value);
}

Test(validate, defaults_are_filled_in_and_durations_are_milliseconds)
{
    expect_json(
        good("{}", sample_items),
        "{\"any\":0,\"count\":3,\"enabled\":true,\"inner\":{\"mode\":\"tcp\",\"pause\":60000},"
        "\"mode\":\"tcp\",\"ratio\":0.5,\"tags\":[],\"wait\":5000}");
    expect_json(good("{\"mode\": \"udp\", \"pause\": \"2h\"}", sample_inner_items),
                "{\"mode\":\"udp\",\"pause\":7200000}");
    expect_json(
        good("{\"headers\": [{\"key\": \"a\"}], \"count\": 4.0, \"wait\": \"250ms\","
             " \"token\": {\"env\": \"T\"}, \"strict\": {\"key\": \"k\"}}",
             sample_items),
        "{\"any\":0,\"count\":4,\"enabled\":true,\"headers\":[{\"key\":\"a\",\"pause\":60000}],"
        "\"inner\":{\"mode\":\"tcp\",\"pause\":60000},\"mode\":\"tcp\",\"ratio\":0.5,"
        "\"strict\":{\"key\":\"k\",\"pause\":60000},\"tags\":[],\"token\":{\"env\":\"T\"},"
        "\"wait\":250}");
    expect_json(good("{}", NULL), "{}");
}

Test(validate, from_text_to_text)
{
    struct buf out;
    struct config_error error = {0};
    buf_init(&out);
    cr_expect_eq(validate_text("{\"pause\": \"1s\"}", sample_inner_items, "/options", &out, &error),
                 0);
    cr_expect_str_eq(buf_cstr(&out), "{\"mode\":\"tcp\",\"pause\":1000}");
    buf_clear(&out);
    cr_expect_eq(validate_text("{\"pause\": 1}", sample_inner_items, "/options", &out, &error),
                 VMM_E_INVAL);
    cr_expect_str_eq(error.pointer, "/options/pause");
    cr_expect_eq(validate_text("{", sample_inner_items, "/options", &out, &error), VMM_E_INVAL);
    cr_expect_eq(validate_text("{\"a\":1,\"a\":1}", NULL, "", &out, &error), VMM_E_INVAL);
    cr_expect_eq(out.size, 0);
    buf_finish(&out);
}

static const char *declared(struct vmm_config_item item)
{
    static struct config_error error;
    const struct vmm_config_item *const items[] = {&item, NULL};
    if (item.struct_size == 0) {
        item.struct_size = sizeof(item);
    }
    config_error_clear(&error);
    return validate_items(items, "", &error) == 0 ? "" : error.problem;
}

#define DECLARED(...) declared((struct vmm_config_item){.summary = "s", __VA_ARGS__})

Test(validate, faulty_declarations_are_found)
{
    cr_expect_str_eq(DECLARED(.type = VMM_CONFIG_INT, .name = "a"), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_INT, .name = "A"), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_INT, .name = NULL), "");
    cr_expect_str_neq(DECLARED(.type = 0, .name = "a"), "");
    cr_expect_str_neq(DECLARED(.type = 13, .name = "a"), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_WORD, .name = "a"), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_OBJECT, .name = "a"), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_INT, .name = "a", .min = 3, .max = 2), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_INT, .name = "a", .items = sample_header), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_INT, .name = "a", .struct_size = 8), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_INT, .name = "a", .default_json = "\"x\""), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_INT, .name = "a", .default_json = "{"), "");
    cr_expect_str_neq(DECLARED(.type = VMM_CONFIG_INT, .name = "a", .default_json = "1",
                               .flags = VMM_CONFIG_REQUIRED),
                      "");
    const struct vmm_config_item *const twice[] = {&sample_mode, &sample_mode, NULL};
    struct config_error error = {0};
    cr_expect_eq(validate_items(twice, "", &error), VMM_E_INVAL);
    cr_expect_str_eq(error.problem, "the name is declared twice");
}
