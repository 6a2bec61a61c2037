/* SPDX-License-Identifier: MIT */
/* Patterns, and those that take too long. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "generic_match.h"

static uint64_t ticking_us(void *arg)
{
    return (*(uint64_t *)arg)++;
}

Test(generic_match, a_search_stops_when_its_time_is_up)
{
    char why[100];
    struct generic_pattern pattern;
    cr_assert_eq(generic_pattern_init(&pattern, "(.*)(.*)(.*)[xy]", why, sizeof(why)), 0);
    char *line = malloc(GENERIC_SUBJECT_MAX);
    memset(line, 'a', GENERIC_SUBJECT_MAX);
    line[GENERIC_SUBJECT_MAX - 1] = 'x';
    memset(line + 100, 'b', 1);
    struct vmm_text subject = vmm_text_bytes(line, GENERIC_SUBJECT_MAX);
    uint64_t now = 0;
    struct generic_clock clock = {ticking_us, &now, 3, false};
    struct vmm_text found;
    cr_assert(generic_pattern_find(&pattern, subject, &clock, &found), "found at the first try");
    line[GENERIC_SUBJECT_MAX - 2] = '\n';
    cr_assert_not(generic_pattern_find(&pattern, vmm_text_bytes(line, GENERIC_SUBJECT_MAX - 1),
                                       &clock, &found));
    cr_assert(clock.over);
    cr_assert_eq(now, 5, "nothing goes on after the clock has stopped it");
    cr_assert_not(generic_pattern_find(&pattern, vmm_text_of("x"), &clock, &found),
                  "it stays over");
    free(line);
    generic_pattern_finish(&pattern);
}

Test(generic_match, nested_repetitions_cost_no_memory)
{
    char why[100];
    char text[GENERIC_PATTERN_MAX + 1] = "";
    struct generic_pattern pattern;
    size_t depth = 80;
    memset(text, '(', depth);
    text[depth] = 'a';
    for (size_t i = 0; i < depth; i++) {
        memcpy(text + depth + 1 + 2 * i, "+)", 2);
    }
    cr_assert_eq(generic_pattern_init(&pattern, text, why, sizeof(why)), 0, "%s", why);
    uint64_t now = 0;
    struct generic_clock clock = {ticking_us, &now, 1000, false};
    cr_assert(generic_pattern_find(&pattern, vmm_text_of("caat"), &clock, NULL));
    cr_assert_not(generic_pattern_find(&pattern, vmm_text_of("cat"), &clock, NULL) && clock.over);
    generic_pattern_finish(&pattern);
}

Test(generic_match, the_first_group_is_taken_or_all_of_it)
{
    static const char *const cases[][3] = {
        {"b=([0-9]+)(;|$)", "a=1\nb=22;c=3", "22"},
        {"b=[0-9]+", "a=1;b=22;", "b=22"},
        {"a(x)?b", "ab", ""},
        {"^c=(.*)$", "b=1\r\nc=two words\r\n", "two words"},
        {"(?i)MODEL: *(\\S+)", "model: X-1 y", "X-1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char why[100];
        struct generic_pattern pattern;
        uint64_t now = 0;
        struct generic_clock clock = {ticking_us, &now, 1000, false};
        struct vmm_text found = vmm_text_of("none");
        cr_assert_eq(generic_pattern_init(&pattern, cases[i][0], why, sizeof(why)), 0, "%s", why);
        cr_assert(generic_pattern_find(&pattern, vmm_text_of(cases[i][1]), &clock, &found));
        cr_assert(vmm_text_equal(found, cases[i][2]), "%s: %.*s", cases[i][0], (int)found.size,
                  found.data);
        generic_pattern_finish(&pattern);
    }
}
