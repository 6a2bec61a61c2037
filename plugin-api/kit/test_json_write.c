/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/json.h>
#include <kit/json_write.h>

#include <stdio.h>
#include <string.h>

static struct vmm_json_out out;

static void done(void)
{
    vmm_json_finish(&out);
}

TestSuite(kit_json_write, .fini = done);

static void assert_out(const char *expected)
{
    cr_assert_not(out.failed);
    cr_assert_eq(out.size, strlen(expected), "%.*s", (int)out.size, out.data);
    cr_assert_eq(memcmp(out.data, expected, out.size), 0, "%.*s", (int)out.size, out.data);
}

Test(kit_json_write, values_of_each_kind)
{
    vmm_json_begin(&out, NULL, '{');
    vmm_json_put_text(&out, "text", "a");
    vmm_json_put_int(&out, "int", INT64_MIN);
    vmm_json_put_bool(&out, "bool", true);
    vmm_json_put_raw(&out, "raw", vmm_text_of("[1]"));
    vmm_json_begin(&out, "list", '[');
    vmm_json_put_text(&out, NULL, "");
    vmm_json_begin(&out, NULL, '{');
    vmm_json_end(&out);
    vmm_json_put_int(&out, NULL, 2);
    vmm_json_end(&out);
    vmm_json_put_bool(&out, "last", false);
    cr_assert_eq(vmm_json_closing(&out), 1);
    vmm_json_end(&out);
    assert_out("{\"text\":\"a\",\"int\":-9223372036854775808,\"bool\":true,\"raw\":[1],"
               "\"list\":[\"\",{},2],\"last\":false}");
}

static void assert_string(struct vmm_text given, const char *expected)
{
    vmm_json_reset(&out);
    vmm_json_put(&out, NULL, given);
    assert_out(expected);
}

Test(kit_json_write, texts_are_escaped_and_mended)
{
    assert_string(vmm_text_of("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    assert_string(vmm_text_of("\n\t\x01\x7f"), "\"\\n\\u0009\\u0001\\u007f\"");
    assert_string(vmm_text_of("台中 ção 😀"), "\"台中 ção 😀\"");
    assert_string(vmm_text_of("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"),
                  "\"\\u2028\\u2029\xe2\x80\xaa\"");
    assert_string(vmm_text_of("\xff\xc3(\xe2\x82"),
                  "\"\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_string(vmm_text_of("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_string(vmm_text_bytes("a\0b", 3), "\"a\xef\xbf\xbd"
                                             "b\"");
}

Test(kit_json_write, a_string_of_pieces)
{
    vmm_json_begin(&out, NULL, '{');
    vmm_json_string_begin(&out, "a\"");
    vmm_json_string_add(&out, vmm_text_of("x"));
    vmm_json_string_add(&out, vmm_text_of("\"y"));
    vmm_json_string_end(&out);
    vmm_json_end(&out);
    assert_out("{\"a\\\"\":\"x\\\"y\"}");
}

Test(kit_json_write, a_mark_takes_back_what_came_after_it)
{
    vmm_json_begin(&out, NULL, '{');
    struct vmm_json_mark first = vmm_json_mark(&out);
    vmm_json_put_int(&out, "a", 1);
    vmm_json_begin(&out, "b", '[');
    struct vmm_json_mark inner = vmm_json_mark(&out);
    vmm_json_put_int(&out, NULL, 2);
    vmm_json_begin(&out, NULL, '{');
    vmm_json_rewind(&out, inner);
    vmm_json_put_int(&out, NULL, 3);
    vmm_json_end(&out);
    vmm_json_end(&out);
    assert_out("{\"a\":1,\"b\":[3]}");
    vmm_json_rewind(&out, first);
    vmm_json_put_int(&out, "c", 4);
    vmm_json_end(&out);
    assert_out("{\"c\":4}");
}

Test(kit_json_write, what_is_too_deep_fails)
{
    for (uint32_t i = 0; i < VMM_JSON_DEPTH_MAX; i++) {
        vmm_json_begin(&out, NULL, '[');
    }
    cr_assert_not(out.failed);
    vmm_json_begin(&out, NULL, '[');
    cr_assert(out.failed);
    vmm_json_reset(&out);
    vmm_json_put_int(&out, NULL, 1);
    assert_out("1");
}

Test(kit_json_write, memory_grows_with_the_document)
{
    vmm_json_begin(&out, NULL, '[');
    for (int i = 0; i < 20000; i++) {
        vmm_json_put_text(&out, NULL, "twelve bytes");
    }
    vmm_json_end(&out);
    cr_assert_eq(out.size, 2 + 20000 * 14 + 19999);
    struct json_t *json = NULL;
    cr_assert_eq(vmm_json_parse(vmm_text_bytes(out.data, out.size), VMM_CHARSET_UNKNOWN, &json), 0);
    cr_assert_eq(vmm_json_count(json, ""), 20000);
    vmm_json_destroy(json);
}
