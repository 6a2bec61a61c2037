/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <string.h>

#include <vmm/errors.h>

#include "config/scan.h"

static struct scan *scan_of(const char *text)
{
    struct scan *scan = NULL;
    struct config_error error = {0};
    int rc = scan_create(text, strlen(text), &scan, &error);
    cr_assert_eq(rc, 0, "%s", error.problem);
    return scan;
}

static void expect_at(const struct scan *scan, const char *pointer, unsigned line, unsigned column)
{
    struct scan_place place = {0};
    cr_expect_eq(scan_find(scan, pointer, &place), 0, "%s", pointer);
    cr_expect_eq(place.line, line, "%s: line %u", pointer, place.line);
    cr_expect_eq(place.column, column, "%s: column %u", pointer, place.column);
}

Test(scan, places_of_values_and_keys)
{
    struct scan *scan = scan_of("{\n  \"watch\": {\n    \"interval\": \"4x\"\n  },\n"
                                "  \"list\": [1,\n           {\"a/b~\": true}],\n"
                                "  \"日本\": \"é\", \"after\": null\n}\n");
    expect_at(scan, "", 1, 1);
    expect_at(scan, "/watch", 2, 12);
    expect_at(scan, "/watch/interval", 3, 17);
    expect_at(scan, "/list/0", 5, 12);
    expect_at(scan, "/list/1", 6, 12);
    expect_at(scan, "/list/1/a~1b~0", 6, 21);
    /* Columns count characters, not bytes. */
    expect_at(scan, "/after", 7, 23);
    struct scan_place key = {0};
    cr_expect_eq(scan_find_key(scan, "/watch/interval", &key), 0);
    cr_expect_eq(key.line, 3);
    cr_expect_eq(key.column, 5);
    cr_expect_eq(scan_find_key(scan, "/list/0", &key), VMM_E_NOENT);
    cr_expect_eq(scan_find(scan, "/nothing", &key), VMM_E_NOENT);
    scan_destroy(scan);
    scan_destroy(NULL);
}

Test(scan, keys_are_compared_decoded)
{
    struct scan *scan = scan_of("{\"\\u0061\\/\\ud83d\\ude00\": 1}");
    expect_at(scan, "/a~1😀", 1, 26);
    scan_destroy(scan);
}

Test(scan, what_is_refused_and_where)
{
    static const struct {
        const char *text;
        unsigned line;
        unsigned column;
        const char *problem;
        const char *pointer;
    } cases[] = {
        {"{\"a\": 1,\n \"a\": 2}", 2, 2, "first in line 1", "/a"},
        {"{\"a\": {\"\\u0062\": 1, \"b\": 2}}", 1, 21, "stands twice", "/a/b"},
        {"{\"a\": 1\n \"b\": 2}", 2, 2, "a comma or }", ""},
        {"{\"a\": 1,}", 1, 9, "a key in double quotes", ""},
        {"{\"a\" 1}", 1, 6, "a colon", "/a"},
        {"[1, 2", 1, 6, "a comma or ]", ""},
        {"[1,]", 1, 4, "a value is missing", "/1"},
        {"{\"a\": 'x'}", 1, 7, "a value is missing", "/a"},
        {"{\"a\": tru}", 1, 7, "a value is missing", "/a"},
        {"{\"a\": 01}", 1, 7, "a value is missing", "/a"},
        {"{\"a\": 99999999999999999999}", 1, 7, "too large", "/a"},
        {"{\"a\": \"x\ny\"}", 1, 9, "not closed in its line", "/a"},
        {"{\"a\": \"x", 1, 9, "not closed before the end", "/a"},
        {"{\"a\": \"\\q\"}", 1, 9, "no such escape", "/a"},
        {"{\"a\": \"\\ud800\"}", 1, 14, "surrogate", "/a"},
        {"{\"a\": \"\\u0000\"}", 1, 14, "hexadecimal", "/a"},
        {"{\"a\": \"\xff\"}", 1, 8, "no UTF-8", "/a"},
        {"{} {}", 1, 4, "after the end", ""},
        {"", 1, 1, "a value is missing", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scan *scan = NULL;
        struct config_error error = {0};
        int rc = scan_create(cases[i].text, strlen(cases[i].text), &scan, &error);
        cr_expect_eq(rc, VMM_E_PROTO, "%s", cases[i].text);
        cr_expect_eq(error.line, cases[i].line, "%s: line %u", cases[i].text, error.line);
        cr_expect_eq(error.column, cases[i].column, "%s: column %u", cases[i].text, error.column);
        cr_expect_not_null(strstr(error.problem, cases[i].problem), "%s: %s", cases[i].text,
                           error.problem);
        cr_expect_str_eq(error.pointer, cases[i].pointer, "%s: %s", cases[i].text, error.pointer);
    }
}

Test(scan, depth_and_size_are_bounded)
{
    char text[80];
    struct scan *scan = NULL;
    struct config_error error = {0};
    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    cr_expect_eq(scan_create(text, 64, &scan, &error), 0);
    scan_destroy(scan);
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    cr_expect_eq(scan_create(text, 66, &scan, &error), VMM_E_PROTO);
    cr_expect_eq(scan_create(text, SCAN_SIZE_MAX + 1, &scan, &error), VMM_E_TOOBIG);
}

Test(scan, pointers_are_escaped_and_cut)
{
    char out[16];
    scan_pointer(out, sizeof(out), "/a", "b/c~d");
    cr_expect_str_eq(out, "/a/b~1c~0d");
    scan_pointer(out, sizeof(out), out, "0123456789");
    cr_expect_eq(strlen(out) < sizeof(out), true);
    cr_expect_eq(strncmp(out, "/a/b~1c~0d/", 11), 0);
}
