/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/text.h>

#include <stdio.h>
#include <string.h>

static struct vmm_text t(const char *string)
{
    return vmm_text_of(string);
}

Test(kit_text, a_view_of_nothing_is_empty)
{
    cr_assert_eq(vmm_text_of(NULL).size, 0);
    cr_assert_eq(vmm_text_bytes(NULL, 5).size, 0);
}

Test(kit_text, compares_with_and_without_case)
{
    cr_assert(vmm_text_equal(t("Model"), "Model"));
    cr_assert_not(vmm_text_equal(t("Model"), "model"));
    cr_assert_not(vmm_text_equal(t("Model"), "Mode"));
    cr_assert(vmm_text_equal(t(""), ""));
    cr_assert(vmm_text_same(t("Model"), "mODEL"));
    cr_assert_not(vmm_text_same(t("Model1"), "model"));
    cr_assert(vmm_text_begins(t("ERROR: no"), "error"));
    cr_assert_not(vmm_text_begins(t("ERR"), "error"));
}

Test(kit_text, trims_both_ends)
{
    cr_assert(vmm_text_equal(vmm_text_trim(t(" \t a b \r\n")), "a b"));
    cr_assert_eq(vmm_text_trim(t(" \r\n")).size, 0);
}

Test(kit_text, takes_lines_of_either_kind)
{
    struct vmm_text rest = t("one\r\ntwo\n\nlast");
    struct vmm_text line;
    cr_assert(vmm_text_line(&rest, &line) && vmm_text_equal(line, "one"));
    cr_assert(vmm_text_line(&rest, &line) && vmm_text_equal(line, "two"));
    cr_assert(vmm_text_line(&rest, &line) && vmm_text_equal(line, ""));
    cr_assert(vmm_text_line(&rest, &line) && vmm_text_equal(line, "last"));
    cr_assert_not(vmm_text_line(&rest, &line));
}

static int parse(const char *string, int64_t min, int64_t max, int64_t *number)
{
    *number = -77;
    return vmm_text_int(t(string), min, max, number);
}

Test(kit_text, reads_whole_numbers_only)
{
    int64_t n = 0;
    cr_assert(parse(" 42 ", 0, 100, &n) == 0 && n == 42);
    cr_assert(parse("-200", INT64_MIN, INT64_MAX, &n) == 0 && n == -200);
    cr_assert(parse("+7", 0, 9, &n) == 0 && n == 7);
    cr_assert(parse("9223372036854775807", INT64_MIN, INT64_MAX, &n) == 0 && n == INT64_MAX);
    cr_assert(parse("-9223372036854775808", INT64_MIN, INT64_MAX, &n) == 0 && n == INT64_MIN);
    static const char *const none[] = {"", "-", "+", "4x", "x4", "4 2", "0x10", "1.5", "--1"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        cr_assert_eq(parse(none[i], INT64_MIN, INT64_MAX, &n), VMM_E_INVAL, "%s", none[i]);
        cr_assert_eq(n, -77, "%s", none[i]);
    }
    cr_assert_eq(parse("9223372036854775808", INT64_MIN, INT64_MAX, &n), VMM_E_RANGE);
    cr_assert_eq(parse("-9223372036854775809", INT64_MIN, INT64_MAX, &n), VMM_E_RANGE);
    cr_assert_eq(parse("101", 0, 100, &n), VMM_E_RANGE);
    cr_assert_eq(parse("99999999999999999999x", 0, 100, &n), VMM_E_INVAL, "no number at all");
}

Test(kit_text, reads_words_of_truth)
{
    bool truth = false;
    cr_assert(vmm_text_bool(t(" Enabled "), &truth) == 0 && truth);
    cr_assert(vmm_text_bool(t("1"), &truth) == 0 && truth);
    cr_assert(vmm_text_bool(t("OFF"), &truth) == 0 && !truth);
    cr_assert_eq(vmm_text_bool(t("2"), &truth), VMM_E_INVAL);
    cr_assert_eq(vmm_text_bool(t(""), &truth), VMM_E_INVAL);
}

Test(kit_text, knows_utf8)
{
    static const char *const good[] = {"",
                                       "abc",
                                       "\xC3\xA9",
                                       "\xE4\xB8\xAD",
                                       "\xF0\x9F\x93\xB7",
                                       "\xEE\x80\x80",
                                       "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {"\x80",
                                      "\xC3",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xE0\x9F\xBF",
                                      "\xED\xA0\x80",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE4\xB8",
                                      "\xE4\xB8z",
                                      "\xFF"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_assert(vmm_text_is_utf8(t(good[i])), "good %zu", i);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_not(vmm_text_is_utf8(t(bad[i])), "bad %zu", i);
    }
}

Test(kit_text, replaces_what_is_not_utf8)
{
    char out[32];
    cr_assert_eq(vmm_text_to_utf8(t("a\xFFz"), out, sizeof(out)), 5);
    cr_assert_str_eq(out, "a\xEF\xBF\xBDz");
}

Test(kit_text, cuts_at_a_whole_character)
{
    char out[4];
    cr_assert_eq(vmm_text_to_utf8(t("ab\xC3\xA9"), out, sizeof(out)), 2);
    cr_assert_str_eq(out, "ab");
    cr_assert_eq(vmm_text_from_latin1(t("ab\xE9"), out, sizeof(out)), 2);
    cr_assert_eq(vmm_text_to_utf8(t("abc"), out, sizeof(out)), 3);
    cr_assert_eq(vmm_text_to_utf8(t("abc"), out, 1), 0);
    cr_assert_str_empty(out);
}

/* Runs of ASCII are taken eight bytes at a time: what is no ASCII may stand anywhere in them. */
Test(kit_text, a_long_text_is_the_same_wherever_it_is_cut_and_whatever_stands_where)
{
    static const char *const between[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xFF"};
    static const char ascii[] = "0123456789abcdefghi";
    for (size_t place = 0; place < sizeof(ascii); place++) {
        for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
            char text[64];
            char whole[64];
            snprintf(text, sizeof(text), "%.*s%s%s", (int)place, ascii, between[i], ascii + place);
            const char *shown = i == 2 ? "\xEF\xBF\xBD" : between[i];
            snprintf(whole, sizeof(whole), "%.*s%s%s", (int)place, ascii, shown, ascii + place);
            cr_expect_eq(vmm_text_is_utf8(t(text)), i != 2);
            for (size_t room = 1; room <= sizeof(text); room++) {
                char out[64];
                size_t size = vmm_text_to_utf8(t(text), out, room);
                bool is_inside = room - 1 > place && room - 1 < place + strlen(shown);
                size_t fits = is_inside ? place : room - 1;
                cr_expect_eq(size, fits < strlen(whole) ? fits : strlen(whole));
                cr_expect(memcmp(out, whole, size) == 0 && out[size] == '\0');
            }
        }
    }
}

Test(kit_text, takes_other_bytes_for_latin1)
{
    char out[32];
    vmm_text_repair(t("Caf\xE9"), out, sizeof(out));
    cr_assert_str_eq(out, "Caf\xC3\xA9");
    vmm_text_repair(t("Caf\xC3\xA9"), out, sizeof(out));
    cr_assert_str_eq(out, "Caf\xC3\xA9");
}

Test(kit_text, finds_a_header)
{
    struct vmm_text headers = t("Server: Boa\r\nno colon\r\nContent-Type:  text/plain \r\n"
                                "content-type: second\r\nEmpty:\r\n");
    struct vmm_text value;
    cr_assert_eq(vmm_text_header(headers, "content-TYPE", &value), 0);
    cr_assert(vmm_text_equal(value, "text/plain"));
    cr_assert_eq(vmm_text_header(headers, "Empty", &value), 0);
    cr_assert_eq(value.size, 0);
    cr_assert_eq(vmm_text_header(headers, "no colon", &value), VMM_E_NOENT);
    cr_assert_eq(vmm_text_header(headers, "Content", &value), VMM_E_NOENT);
}
