/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/json.h>

#include <string.h>

static struct json_t *json;

static void read_text(const char *text)
{
    cr_assert_eq(vmm_json_parse(vmm_text_of(text), VMM_CHARSET_UNKNOWN, &json), 0, "%s", text);
}

static void done(void)
{
    vmm_json_destroy(json);
    json = NULL;
}

TestSuite(kit_json, .fini = done);

static void assert_text(const char *pointer, const char *expected)
{
    struct vmm_text text = vmm_json_text(json, pointer);
    cr_assert(vmm_text_equal(text, expected), "%s: %.*s", pointer, (int)text.size, text.data);
}

Test(kit_json, a_pointer_leads_through_objects_and_lists)
{
    read_text("{\"a\":{\"b\":[{\"c\":\"x\"},\"y\"]},\"d/e\":{\"~f\":\"z\"},\"\":\"empty\"}");
    assert_text("/a/b/0/c", "x");
    assert_text("/a/b/1", "y");
    assert_text("/d~1e/~0f", "z");
    assert_text("/", "empty");
    cr_assert_eq(vmm_json_at(json, ""), json);
}

Test(kit_json, a_pointer_into_nothing_is_nothing)
{
    read_text("{\"a\":[1],\"b\":2}");
    static const char *const none[] = {
        "/c", "/a/1", "/a/-", "/a/+0", "/a/ 0", "/b/0", "a", "/a/0/0", "/a/99999999999999999999"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        cr_assert_null(vmm_json_at(json, none[i]), "%s", none[i]);
    }
    char longer[300] = "/";
    memset(longer + 1, 'a', sizeof(longer) - 2);
    cr_assert_null(vmm_json_at(json, longer));
    cr_assert_null(vmm_json_at(NULL, "/a"));
    cr_assert_null(vmm_json_text(json, "/b").data);
}

Test(kit_json, numbers_and_truths_come_in_each_way_of_writing)
{
    read_text("{\"n\":5,\"s\":\" 5 \",\"f\":5.5,\"t\":true,\"o\":1,\"y\":\"yes\",\"z\":null,"
              "\"two\":2}");
    int64_t n = 0;
    bool truth = false;
    cr_assert_eq(vmm_json_int(json, "/n", 0, 9, &n), 0);
    cr_assert_eq(n, 5);
    n = 0;
    cr_assert_eq(vmm_json_int(json, "/s", 0, 9, &n), 0);
    cr_assert_eq(n, 5);
    cr_assert_eq(vmm_json_int(json, "/n", 0, 4, &n), VMM_E_RANGE);
    cr_assert_eq(vmm_json_int(json, "/f", 0, 9, &n), VMM_E_INVAL);
    cr_assert_eq(vmm_json_int(json, "/t", 0, 9, &n), VMM_E_INVAL);
    cr_assert_eq(vmm_json_int(json, "/z", 0, 9, &n), VMM_E_NOENT);
    cr_assert_eq(vmm_json_int(json, "/none", 0, 9, &n), VMM_E_NOENT);
    static const char *const yes[] = {"/t", "/o", "/y"};
    for (size_t i = 0; i < 3; i++) {
        truth = false;
        cr_assert_eq(vmm_json_bool(json, yes[i], &truth), 0, "%s", yes[i]);
        cr_assert(truth, "%s", yes[i]);
    }
    cr_assert_eq(vmm_json_bool(json, "/two", &truth), VMM_E_INVAL);
    cr_assert_eq(vmm_json_bool(json, "/none", &truth), VMM_E_NOENT);
}

Test(kit_json, an_object_in_place_of_a_list_is_a_list_of_one)
{
    read_text("{\"many\":[{\"a\":\"1\"},{\"a\":\"2\"}],\"one\":{\"a\":\"3\"},\"none\":[],\"x\":1}");
    cr_assert_eq(vmm_json_count(json, "/many"), 2);
    cr_assert_eq(vmm_json_count(json, "/one"), 1);
    cr_assert_eq(vmm_json_count(json, "/none"), 0);
    cr_assert_eq(vmm_json_count(json, "/x"), 0);
    cr_assert_eq(vmm_json_count(json, "/absent"), 0);
    cr_assert(vmm_text_equal(vmm_json_text(vmm_json_item(json, "/many", 1), "/a"), "2"));
    cr_assert(vmm_text_equal(vmm_json_text(vmm_json_item(json, "/one", 0), "/a"), "3"));
    cr_assert_null(vmm_json_item(json, "/one", 1));
    cr_assert_null(vmm_json_item(json, "/many", 2));
}

Test(kit_json, forgives_what_devices_write_around_and_inside)
{
    read_text("\xEF\xBB\xBF {\"a\":\"x\ty\"}\r\n");
    assert_text("/a", "x y");
    vmm_json_destroy(json);
    static const char ended[] = "{\"a\":\"1\"}\n\0";
    cr_assert_eq(vmm_json_parse(vmm_text_bytes(ended, sizeof(ended)), VMM_CHARSET_UTF8, &json), 0);
    assert_text("/a", "1");
    vmm_json_destroy(json);
    cr_assert_eq(vmm_json_parse(vmm_text_of("{\"a\":\"\xA4\x6A\"}"), VMM_CHARSET_BIG5, &json), 0);
    assert_text("/a", "\xE5\xA4\xA7");
}

Test(kit_json, refuses_what_is_no_document)
{
    static const char *const bad[] = {"", "{\"a\":", "<html>", "{a:1}", "{} {}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(vmm_json_parse(vmm_text_of(bad[i]), VMM_CHARSET_UNKNOWN, &json), VMM_E_PROTO,
                     "%s", bad[i]);
        cr_assert_null(json);
    }
    struct vmm_text huge = {.data = "", .size = VMM_JSON_MAX + 1};
    cr_assert_eq(vmm_json_parse(huge, VMM_CHARSET_UNKNOWN, &json), VMM_E_TOOBIG);
}
