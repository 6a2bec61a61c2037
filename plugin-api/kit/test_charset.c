/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/charset.h>

#include <stdlib.h>
#include <string.h>

static void assert_utf8(uint32_t charset, const char *text, const char *expected)
{
    char out[128];
    size_t size = vmm_charset_to_utf8(charset, vmm_text_of(text), out, sizeof(out));
    cr_assert_str_eq(out, expected);
    cr_assert_eq(size, strlen(expected));
}

Test(kit_charset, knows_a_charset_by_each_of_its_names)
{
    cr_assert_eq(vmm_charset_named(vmm_text_of(" UTF-8 ")), VMM_CHARSET_UTF8);
    cr_assert_eq(vmm_charset_named(vmm_text_of("iso-8859-1")), VMM_CHARSET_LATIN1);
    cr_assert_eq(vmm_charset_named(vmm_text_of("BIG5")), VMM_CHARSET_BIG5);
    cr_assert_eq(vmm_charset_named(vmm_text_of("GB2312")), VMM_CHARSET_GBK);
    cr_assert_eq(vmm_charset_named(vmm_text_of("klingon")), VMM_CHARSET_UNKNOWN);
    cr_assert_eq(vmm_charset_named(vmm_text_of("")), VMM_CHARSET_UNKNOWN);
}

static uint32_t charset_of(const char *headers, const char *body)
{
    return vmm_charset_of(vmm_text_of(headers), vmm_text_of(body));
}

Test(kit_charset, an_answer_says_its_charset_in_the_header)
{
    cr_assert_eq(charset_of("Content-Type: text/plain; charset=Big5\r\n", "x"), VMM_CHARSET_BIG5);
    cr_assert_eq(charset_of("content-type: text/xml; CHARSET=\"gbk\"; q=1\r\n", "x"),
                 VMM_CHARSET_GBK);
    cr_assert_eq(charset_of("Content-Type: text/plain\r\n", "x"), VMM_CHARSET_UNKNOWN);
    cr_assert_eq(charset_of("Content-Type: text/plain; charset\r\n", "x"), VMM_CHARSET_UNKNOWN);
    cr_assert_eq(charset_of("Server: charset=gbk\r\n", "x"), VMM_CHARSET_UNKNOWN);
}

Test(kit_charset, the_document_knows_better_than_its_server)
{
    static const char header[] = "Content-Type: text/xml; charset=UTF-8\r\n";
    cr_assert_eq(charset_of(header, "\r\n<?xml version=\"1.0\" encoding=\"Big5\"?><a/>"),
                 VMM_CHARSET_BIG5);
    cr_assert_eq(charset_of(header, "<?xml version='1.0' encoding = 'GB2312' ?><a/>"),
                 VMM_CHARSET_GBK);
    cr_assert_eq(charset_of(header, "<?xml version='1.0'?><a encoding='gbk'/>"), VMM_CHARSET_UTF8);
    cr_assert_eq(charset_of("", "\xEF\xBB\xBF<?xml encoding='gbk'?>"), VMM_CHARSET_UTF8);
}

Test(kit_charset, reads_the_same_word_in_each_charset)
{
    static const char front_door[] = "\xE5\xA4\xA7\xE9\x96\x80"; /* U+5927 U+9580 */
    assert_utf8(VMM_CHARSET_UTF8, front_door, front_door);
    assert_utf8(VMM_CHARSET_UNKNOWN, front_door, front_door);
    assert_utf8(VMM_CHARSET_BIG5, "\xA4\x6A\xAA\xF9", front_door);
    assert_utf8(VMM_CHARSET_GBK, "\xB4\xF3\xE9\x54", front_door);
    assert_utf8(VMM_CHARSET_LATIN1, "Stra\xDF\x65", "Stra\xC3\x9F\x65");
    assert_utf8(VMM_CHARSET_UNKNOWN, "Stra\xDF\x65", "Stra\xC3\x9F\x65");
}

Test(kit_charset, utf8_that_is_called_latin1_stays_utf8)
{
    assert_utf8(VMM_CHARSET_LATIN1, "Stra\xC3\x9F\x65", "Stra\xC3\x9F\x65");
}

Test(kit_charset, a_byte_order_mark_goes)
{
    assert_utf8(VMM_CHARSET_UTF8, "\xEF\xBB\xBFok", "ok");
    assert_utf8(VMM_CHARSET_UNKNOWN, "\xEF\xBB\xBF", "");
}

Test(kit_charset, what_is_no_character_is_replaced_and_the_rest_is_read)
{
    assert_utf8(VMM_CHARSET_BIG5,
                "a\xFF\xFF"
                "b\xA4\x6A",
                "a\xEF\xBF\xBD\xEF\xBF\xBD"
                "b\xE5\xA4\xA7");
    assert_utf8(VMM_CHARSET_BIG5, "cut\xA4", "cut\xEF\xBF\xBD");
    assert_utf8(VMM_CHARSET_GBK, "cut\xB4", "cut\xEF\xBF\xBD");
    assert_utf8(VMM_CHARSET_UTF8, "cut\xE5\xA4", "cut\xEF\xBF\xBD\xEF\xBF\xBD");
}

Test(kit_charset, is_cut_at_a_whole_character)
{
    char out[5] = "....";
    cr_assert_eq(vmm_charset_to_utf8(VMM_CHARSET_BIG5, vmm_text_of("\xA4\x6A\xAA\xF9"), out, 5), 3);
    cr_assert_str_eq(out, "\xE5\xA4\xA7");
    cr_assert_eq(vmm_charset_to_utf8(VMM_CHARSET_GBK, vmm_text_of("\xFF\xFF"), out, 3), 0);
    cr_assert_str_eq(out, "");
}

Test(kit_charset, a_copy_has_room_for_the_worst_text)
{
    char bad[64];
    char *copy = NULL;
    size_t size = 0;
    memset(bad, 0xFF, sizeof(bad));
    for (uint32_t charset = VMM_CHARSET_UNKNOWN; charset <= VMM_CHARSET_GBK; charset++) {
        cr_assert_eq(vmm_charset_copy(charset, vmm_text_bytes(bad, sizeof(bad)), &copy, &size), 0);
        cr_assert_geq(size, sizeof(bad));
        cr_assert(vmm_text_is_utf8(vmm_text_bytes(copy, size)));
        free(copy);
    }
    struct vmm_text huge = {.data = bad, .size = (size_t)17 << 20};
    cr_assert_eq(vmm_charset_copy(VMM_CHARSET_UTF8, huge, &copy, &size), VMM_E_TOOBIG);
}
