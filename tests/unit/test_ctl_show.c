/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/clock.h"
#include "ctl/show.h"

Test(ctl_show, shows_durations_in_two_units_at_most)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {0, "0 s"},     {59, "59 s"},       {60, "1 min"},       {61, "1 min 1 s"},
        {3600, "1 h"},  {3659, "1 h"},      {3660, "1 h 1 min"}, {86399, "23 h 59 min"},
        {86400, "1 d"}, {90061, "1 d 1 h"}, {8640000, "100 d"},
    };
    char out[SHOW_SIZE];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_str_eq(show_duration(cases[i].seconds, out), cases[i].text);
    }
}

Test(ctl_show, shows_how_long_ago_and_how_far_ahead)
{
    int64_t now = 0;
    char out[SHOW_SIZE];
    cr_assert_eq(clock_parse("2026-11-21T08:00:00Z", &now), 0);
    cr_expect_str_eq(show_ago("2026-11-21T07:48:00.000Z", now, out), "12 min");
    cr_expect_str_eq(show_ago("2026-11-21T08:00:42Z", now, out), "in 42 s");
    cr_expect_str_eq(show_ago("", now, out), "");
    cr_expect_str_eq(show_ago("yesterday", now, out), "yesterday", "shown as it came");
}

Test(ctl_show, shows_any_value)
{
    char out[SHOW_SIZE];
    json_t *row = json_loads("{\"t\":\"x\",\"n\":null,\"i\":-3,\"r\":1.25,\"b\":true,\"f\":false,"
                             "\"l\":[\"a\",2],\"o\":{\"k\":\"v\"}}",
                             0, NULL);
    cr_expect_str_eq(show_member(row, "t", out), "x");
    cr_expect_str_eq(show_member(row, "n", out), "");
    cr_expect_str_eq(show_member(row, "missing", out), "");
    cr_expect_str_eq(show_member(row, "i", out), "-3");
    cr_expect_str_eq(show_member(row, "r", out), "1.2");
    cr_expect_str_eq(show_member(row, "b", out), "yes");
    cr_expect_str_eq(show_member(row, "f", out), "no");
    cr_expect_str_eq(show_member(row, "l", out), "a, 2");
    cr_expect_str_eq(show_member(row, "o", out), "k=v");
    cr_expect_str_eq(show_text(row, "i"), "", "a number is no text");
    json_decref(row);
}

Test(ctl_show, cuts_a_long_value_at_a_whole_character)
{
    char out[SHOW_SIZE];
    char text[601];
    for (size_t i = 0; i < 600; i += 3) {
        memcpy(text + i, "\xe5\xa4\xa7", 3);
    }
    text[600] = '\0';
    json_t *value = json_string(text);
    show_value(value, out);
    size_t length = strlen(out);
    cr_expect_lt(length, SHOW_SIZE);
    cr_expect_str_eq(out + length - 3, "...");
    cr_expect_eq((length - 3) % 3, 0);
    json_decref(value);
}

Test(ctl_show, picks_members_in_order_and_fills_with_null)
{
    static const char *const keys[] = {"b", "a", "c", NULL};
    json_t *row = json_loads("{\"a\":1,\"x\":2,\"b\":\"y\"}", 0, NULL);
    json_t *picked = show_pick(row, keys);
    char *text = json_dumps(picked, JSON_COMPACT);
    cr_expect_str_eq(text, "{\"b\":\"y\",\"a\":1,\"c\":null}");
    free(text);
    json_decref(picked);
    json_decref(row);
}
