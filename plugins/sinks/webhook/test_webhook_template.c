/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "webhook_template.h"

#define EVENT                                                                                      \
    "{\"id\":\"e1\",\"camera_id\":\"cam "                                                          \
    "\\\"1\\\"\",\"to\":\"DOWN\",\"n\":3,\"f\":1.5,\"yes\":true,"                                  \
    "\"none\":null,\"in\":{\"list\":[\"a\",{\"b/c\":\"d\"}]}}"

static void assert_filled(const char *template_text, const char *expected)
{
    char why[160];
    struct vmm_json_out out = {0};
    json_t *event = json_loads(EVENT, 0, NULL);
    json_t *template = webhook_template_read(template_text, why, sizeof(why));
    cr_assert_not_null(event);
    cr_assert_not_null(template, "%s", why);
    cr_assert_eq(webhook_template_fill(template, event, &out), 0);
    cr_assert_eq(out.size, strlen(expected), "%.*s", (int)out.size, out.data);
    cr_assert_eq(memcmp(out.data, expected, out.size), 0, "%.*s", (int)out.size, out.data);
    json_decref(template);
    json_decref(event);
    vmm_json_finish(&out);
}

Test(webhook_template, a_pointer_alone_is_the_value_itself)
{
    assert_filled("{\"a\":\"{/n}\",\"b\":[\"{/yes}\",\"{/in/list/1}\"],\"c\":\"{/f}\"}",
                  "{\"a\":3,\"b\":[true,{\"b/c\":\"d\"}],\"c\":1.5}");
    assert_filled("\"{/in/list/1/b~1c}\"", "\"d\"");
    assert_filled("[\"{/none}\",\"{/nothing}\",\"{/in/list/7}\"]", "[null,null,null]");
}

Test(webhook_template, the_whole_event)
{
    char expected[400];
    json_t *event = json_loads(EVENT, 0, NULL);
    char *text = json_dumps(event, JSON_COMPACT);
    snprintf(expected, sizeof(expected), "{\"event\":%s}", text);
    assert_filled("{\"event\":\"{}\"}", expected);
    free(text);
    json_decref(event);
}

Test(webhook_template, pointers_within_text)
{
    assert_filled("{\"text\":\"{/camera_id} is {/to} ({/n}, {/yes})\"}",
                  "{\"text\":\"cam \\\"1\\\" is DOWN (3, true)\"}");
    assert_filled("\"[{/none}{/nothing}]{/in/list}\"", "\"[][\\\"a\\\",{\\\"b/c\\\":\\\"d\\\"}]\"");
}

Test(webhook_template, braces_that_are_no_pointer)
{
    assert_filled("\"{n}\"", "\"{n}\"");
    assert_filled("\"a { b } {/n} {\"", "\"a { b } 3 {\"");
    assert_filled("\"{{/n}\"", "\"{/n}\"");
    assert_filled("\"{{{/n}\"", "\"{3\"");
    assert_filled("\"{/n\"", "\"{/n\"");
    assert_filled("\"\"", "\"\"");
}

Test(webhook_template, all_else_is_as_it_stands)
{
    assert_filled("{\"{/n}\":1,\"b\":[],\"c\":{},\"d\":null,\"e\":-2.5,\"f\":false}",
                  "{\"{/n}\":1,\"b\":[],\"c\":{},\"d\":null,\"e\":-2.5,\"f\":false}");
}

static void assert_refused(const char *text, const char *expected)
{
    char why[160] = "";
    cr_assert_null(webhook_template_read(text, why, sizeof(why)));
    cr_assert(strstr(why, expected) != NULL, "%s", why);
}

Test(webhook_template, templates_that_are_none)
{
    assert_refused("{\"a\":}", "is no JSON");
    assert_refused("{\"a\":1,\"a\":2}", "is no JSON");
    assert_refused("", "is no JSON");
    assert_refused("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "levels deep");
}
