/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "gchat_escape.h"

static struct vmm_json_out out;

static void done(void)
{
    vmm_json_finish(&out);
}

TestSuite(gchat_escape, .fini = done);

static void assert_limited(const char *given, enum gchat_style style, size_t max,
                           const char *expected)
{
    vmm_json_reset(&out);
    gchat_add(&out, vmm_text_of(given), style, max);
    cr_assert_eq(out.size, strlen(expected), "%s became %.*s", given, (int)out.size, out.data);
    cr_assert_eq(memcmp(out.data, expected, out.size), 0, "%s became %.*s", given, (int)out.size,
                 out.data);
}

static void assert_added(const char *given, enum gchat_style style, const char *expected)
{
    assert_limited(given, style, 1000, expected);
}

static void assert_everywhere(const char *given, const char *expected)
{
    assert_added(given, GCHAT_TEXT, expected);
    assert_added(given, GCHAT_WITHIN, expected);
    assert_added(given, GCHAT_HTML, expected);
    assert_added(given, GCHAT_PLAIN, expected);
}

Test(gchat_escape, nobody_is_mentioned)
{
    assert_everywhere("<users/all>", "‹users/all›");
    assert_everywhere("a <users/123456> b", "a ‹users/123456› b");
}

Test(gchat_escape, nothing_becomes_a_link)
{
    assert_everywhere("<https://a.b|click>", "‹https∶//a․b|click›");
    assert_everywhere("[x](http://h/)", "[x］(http∶//h/)");
    assert_everywhere("evil.example", "evil․example");
    assert_everywhere("www.evil.example/x", "www․evil․example/x");
    assert_everywhere("me@evil.example", "me@evil․example");
    assert_everywhere("例.台灣", "例․台灣");
    assert_everywhere("javascript:alert(1)", "javascript:alert(1)");
}

Test(gchat_escape, nothing_is_formatted)
{
    assert_everywhere("a *b* c", "a ∗b∗ c");
    assert_everywhere("a _b_ c", "a ˍbˍ c");
    assert_everywhere("a ~b~ `c` ```d```", "a ∼b∼ ˋcˋ ˋˋˋdˋˋˋ");
    assert_everywhere("<b>x</b><br>", "‹b›x‹/b›‹br›");
    assert_everywhere("a\nb\tc\x7f", "a b c ");
}

Test(gchat_escape, a_line_begins_no_list_quote_heading_or_table)
{
    assert_added("- a", GCHAT_TEXT, "‐ a");
    assert_added("  - a", GCHAT_TEXT, "‐ a");
    assert_added("* a", GCHAT_TEXT, "∗ a");
    assert_added("+ a", GCHAT_TEXT, "＋ a");
    assert_added("# a", GCHAT_TEXT, "＃ a");
    assert_added("> a", GCHAT_TEXT, "› a");
    assert_added("===", GCHAT_TEXT, "＝==");
    assert_added("| a |", GCHAT_TEXT, "｜ a |");
    assert_added("1. a", GCHAT_TEXT, "1․ a");
    assert_added("12) a", GCHAT_TEXT, "12） a");
    assert_added("12.5 s", GCHAT_TEXT, "12.5 s");
    assert_added("- a", GCHAT_WITHIN, "- a");
}

Test(gchat_escape, entities_stay_what_was_written)
{
    assert_added("A&B", GCHAT_HTML, "A&amp;B");
    assert_added("&lt;users/all&gt;", GCHAT_HTML, "&amp;lt;users/all&amp;gt;");
    assert_added("A&B; A & B", GCHAT_PLAIN, "A＆B; A & B");
    assert_added("&#60;", GCHAT_TEXT, "＆#60;");
    assert_added("x?a=1&b=2", GCHAT_TEXT, "x?a=1&b=2");
}

Test(gchat_escape, names_and_addresses_stay_as_they_are)
{
    assert_everywhere("cam_01_x", "cam_01_x");
    assert_everywhere("192.0.2.10:554", "192.0.2.10:554");
    assert_everywhere("2001:db8::1", "2001:db8::1");
    assert_everywhere("firmware 1.2.3, 25 °C. Door: open", "firmware 1.2.3, 25 °C. Door: open");
    assert_everywhere("台中 入口 ção", "台中 入口 ção");
    assert_everywhere("22:49:01", "22:49:01");
}

Test(gchat_escape, json_is_kept_whole)
{
    assert_everywhere("a\"b\\c", "a\\\"b\\\\c");
    assert_everywhere("\xff\xc3(", "\xef\xbf\xbd\xef\xbf\xbd(");
}

Test(gchat_escape, what_is_too_long_ends_in_an_ellipsis_after_a_whole_character)
{
    assert_limited("abcdef", GCHAT_PLAIN, 6, "abcdef");
    assert_limited("abcdefg", GCHAT_PLAIN, 6, "abc…");
    assert_limited("台中市", GCHAT_PLAIN, 9, "台中市");
    assert_limited("台中市區", GCHAT_PLAIN, 9, "台中…");
    assert_limited("台中市區", GCHAT_PLAIN, 8, "台…");
    assert_limited("\"\"\"\"", GCHAT_PLAIN, 7, "\\\"\\\"…");
    assert_limited("&&&&", GCHAT_HTML, 14, "&amp;&amp;…");
    assert_limited("", GCHAT_PLAIN, 3, "");
}

Test(gchat_escape, an_address_of_ours_keeps_its_meaning)
{
    vmm_json_reset(&out);
    gchat_add_link(&out, vmm_text_of("https://a.b/c_d~e*f?x=1&y=%20"));
    static const char expected[] = "https://a.b/c%5Fd%7Ee%2Af?x=1&y=%20";
    cr_assert_eq(out.size, strlen(expected), "%.*s", (int)out.size, out.data);
    cr_assert_eq(memcmp(out.data, expected, out.size), 0, "%.*s", (int)out.size, out.data);
}
