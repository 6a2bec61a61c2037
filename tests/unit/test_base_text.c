/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/uuid.h"

static const char *clean(const char *bytes, size_t size)
{
    static char out[TEXT_MAX + 1];
    size_t length = text_clean(bytes, size, out);
    cr_assert_eq(length, strlen(out));
    return out;
}

#define CLEAN(literal) clean(literal, sizeof(literal) - 1)

Test(text, plain_and_foreign_letters_stay)
{
    cr_assert_str_eq(CLEAN("Lobby 大廳 é"), "Lobby 大廳 é");
}

Test(text, control_and_direction_characters_go)
{
    cr_assert_str_eq(CLEAN("a\x1b[31mb\r\nc\x7f"), "a[31mbc");
    cr_assert_str_eq(CLEAN("x\xe2\x80\xaey"), "xy", "right-to-left override");
    cr_assert_str_eq(CLEAN("x\xc2\x9by"), "xy", "C1 control");
}

Test(text, what_is_no_utf8_is_replaced)
{
    cr_assert_str_eq(CLEAN("a\xff"), "a\xef\xbf\xbd");
    cr_assert_str_eq(CLEAN("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd", "overlong");
    cr_assert_str_eq(CLEAN("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "surrogate");
}

Test(text, a_long_text_is_cut_at_a_whole_character)
{
    char bytes[300];
    memset(bytes, 'a', 254);
    memcpy(bytes + 254, "大大", 6);
    cr_assert_eq(strlen(clean(bytes, 260)), 254);
}

/* Whatever comes in: what goes out is valid, short, and stays the same when cleaned again. */
Test(text, cleaning_twice_is_cleaning_once)
{
    struct rng rng;
    rng_init(&rng, 1);
    for (int round = 0; round < 20000; round++) {
        char bytes[400];
        size_t size = rng_below(&rng, sizeof(bytes));
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (char)rng_next(&rng);
        }
        char once[TEXT_MAX + 1];
        char twice[TEXT_MAX + 1];
        size_t length = text_clean(bytes, size, once);
        text_clean(once, length, twice);
        cr_assert_str_eq(once, twice);
    }
}

Test(base_text, numbers_are_written_whole)
{
    char out[TEXT_NUMBER_SIZE];
    text_number(0, out);
    cr_assert_str_eq(out, "0");
    text_number(65535, out);
    cr_assert_str_eq(out, "65535");
    text_number(UINT64_MAX, out);
    cr_assert_str_eq(out, "18446744073709551615");
}

Test(base_text, texts_are_joined_as_far_as_there_is_room)
{
    char out[8];
    cr_assert(text_join(out, sizeof(out), (const char *[]){"abc", "", "defg", NULL}));
    cr_assert_str_eq(out, "abcdefg");
    cr_assert_not(text_join(out, sizeof(out), (const char *[]){"abc", "defgh", "i", NULL}));
    cr_assert_str_eq(out, "abcdefg");
    cr_assert(text_join(out, sizeof(out), (const char *[]){NULL}));
    cr_assert_str_eq(out, "");
    cr_assert(text_join(out, 1, (const char *[]){"", NULL}));
    cr_assert_not(text_join(out, 1, (const char *[]){"a", NULL}));
    cr_assert_str_eq(out, "");
}

Test(text, ids)
{
    cr_assert(text_is_id("cam-1.a_B"));
    cr_assert_not(text_is_id(""));
    cr_assert_not(text_is_id(".cam"));
    cr_assert_not(text_is_id("-cam"));
    cr_assert_not(text_is_id("a/b"));
    cr_assert_not(text_is_id("a b"));
    char longer[66];
    memset(longer, 'a', 65);
    longer[65] = '\0';
    cr_assert_not(text_is_id(longer));
}

Test(clock, text_and_back)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t wall = 0;
    cr_assert_eq(clock_parse("2026-11-21T22:49:01.123Z", &wall), 0);
    cr_assert_str_eq(clock_text(wall, text), "2026-11-21T22:49:01.123Z");
    int64_t same = 0;
    cr_assert_eq(clock_parse("2026-11-22T06:49:01.123+08:00", &same), 0);
    cr_assert_eq(same, wall);
    cr_assert_eq(clock_parse("2026-11-21 22:49:01Z", &wall), VMM_E_INVAL);
    cr_assert_eq(clock_parse("2026-11-21T22:49:01", &wall), VMM_E_INVAL,
                 "without a zone it is no time");
    cr_assert_str_eq(clock_text(0, text), "");
}

Test(uuid, version_and_variant_and_order)
{
    const uint8_t ones[10] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const uint8_t zeros[10] = {0};
    char earlier[UUID_TEXT_SIZE];
    char later[UUID_TEXT_SIZE];
    uuid_v7(1000000, ones, earlier);
    uuid_v7(1001000, zeros, later);
    cr_assert_eq(strlen(earlier), 36);
    cr_assert_eq(earlier[14], '7');
    cr_assert_eq(earlier[19], 'b', "variant 10 with all bits set");
    cr_assert_eq(later[19], '8');
    cr_assert_lt(strcmp(earlier, later), 0, "a later one sorts behind");
}

static const char *number_key(const void *owner, uint32_t number)
{
    return ((char(*)[12])owner)[number];
}

Test(map, behaves_like_a_table_through_random_changes)
{
    static char keys[2000][12];
    static bool in[2000];
    struct map map;
    struct rng rng;
    map_init(&map, number_key, keys);
    rng_init(&rng, 3);
    for (int i = 0; i < 2000; i++) {
        snprintf(keys[i], sizeof(keys[i]), "cam-%d", i);
    }
    for (int step = 0; step < 100000; step++) {
        uint32_t n = (uint32_t)rng_below(&rng, 2000);
        if (in[n]) {
            map_remove(&map, keys[n]);
        } else {
            cr_assert_eq(map_put(&map, n), 0);
        }
        in[n] = !in[n];
        uint32_t other = (uint32_t)rng_below(&rng, 2000);
        cr_assert_eq(map_find(&map, keys[other]), in[other] ? other : MAP_NONE);
    }
    map_finish(&map);
}

Test(buf, keeps_what_it_has_when_too_much_is_asked)
{
    struct buf buf;
    buf_init(&buf);
    buf_text(&buf, "abc");
    cr_assert_null(buf_reserve(&buf, SIZE_MAX / 2));
    cr_assert(buf_failed(&buf));
    cr_assert_str_eq(buf_cstr(&buf), "abc");
    buf_consume(&buf, 2);
    cr_assert_str_eq(buf_cstr(&buf), "c");
    buf_finish(&buf);
}
