/* SPDX-License-Identifier: MIT */
/* Patterns, durations, suggestions: the small pieces that validation is made of. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/rng.h"
#include "config/duration.h"
#include "config/pattern.h"
#include "config/suggest.h"

static bool in_range(const char *pattern, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return pattern_matches(pattern, text);
}

static void range(struct buf *buf, uint64_t low, uint64_t high)
{
    buf_init(buf);
    buf_char(buf, '^');
    pattern_range(buf, low, high);
    buf_char(buf, '$');
}

Test(pattern, a_range_matches_its_numbers_and_no_others)
{
    struct rng rng;
    rng_init(&rng, 7);
    for (int i = 0; i < 300; i++) {
        uint64_t scale = i % 3 == 0 ? 100 : i % 3 == 1 ? 20000 : 400000000;
        uint64_t low = rng_below(&rng, scale);
        uint64_t high = low + rng_below(&rng, scale);
        struct buf buf;
        range(&buf, low, high);
        for (uint64_t n = low > 12 ? low - 12 : 0; n < low + 12; n++) {
            cr_assert_eq(in_range(buf_cstr(&buf), n), n >= low && n <= high, "%s %lu",
                         buf_cstr(&buf), n);
        }
        for (uint64_t n = high > 12 ? high - 12 : 0; n < high + 12; n++) {
            cr_assert_eq(in_range(buf_cstr(&buf), n), n >= low && n <= high, "%s %lu",
                         buf_cstr(&buf), n);
        }
        for (int k = 0; k < 20; k++) {
            uint64_t n = rng_below(&rng, high * 2 + 2);
            cr_assert_eq(in_range(buf_cstr(&buf), n), n >= low && n <= high, "%s %lu",
                         buf_cstr(&buf), n);
        }
        buf_finish(&buf);
    }
}

Test(pattern, a_range_knows_no_leading_zeros)
{
    struct buf buf;
    range(&buf, 0, 100);
    cr_assert(pattern_matches(buf_cstr(&buf), "0"));
    cr_assert(pattern_matches(buf_cstr(&buf), "100"));
    cr_assert_not(pattern_matches(buf_cstr(&buf), "00"));
    cr_assert_not(pattern_matches(buf_cstr(&buf), "01"));
    cr_assert_not(pattern_matches(buf_cstr(&buf), ""));
    buf_finish(&buf);
}

Test(pattern, forms_of_texts)
{
    static const struct {
        const char *pattern;
        const char *text;
        bool matches;
    } cases[] = {
        {PATTERN_URL, "https://chat.example.org/v1/spaces?x=1", true},
        {PATTERN_URL, "http://[::1]:8080", true},
        {PATTERN_URL, "http://h:65535/", true},
        {PATTERN_URL, "http://h:65536/", false},
        {PATTERN_URL, "http://user:pw@h/", false},
        {PATTERN_URL, "ftp://h/", false},
        {PATTERN_URL, "http://", false},
        {PATTERN_URL, "http://h/a b", false},
        {PATTERN_URL, " http://h/", false},
        {PATTERN_LISTEN, "127.0.0.1:3016", true},
        {PATTERN_LISTEN, "[::1]:0", true},
        {PATTERN_LISTEN, "*:80", true},
        {PATTERN_LISTEN, "/run/vmm/api.sock", true},
        {PATTERN_LISTEN, "127.0.0.1", false},
        {PATTERN_LISTEN, ":80", false},
        {PATTERN_LISTEN, "h:080", false},
        {PATTERN_ENV, "VMM_TOKEN", true},
        {PATTERN_ENV, "1X", false},
        {PATTERN_FLAG, "FEATURE_VMS_RTSP_PROBE", true},
        {PATTERN_FLAG, "FEATURE_", false},
        {PATTERN_PLUGIN, "vivotek", true},
        {PATTERN_PLUGIN, "Vivotek", false},
        {"(", "(", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_eq(pattern_matches(cases[i].pattern, cases[i].text), cases[i].matches, "%s",
                     cases[i].text);
    }
}

Test(duration, is_read_and_written)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"0ms", 0},      {"250ms", 250},    {"30s", 30000}, {"4m", 240000},
                {"1h", 3600000}, {"2d", 172800000}, {"90s", 90000}, {"3650d", DURATION_MAX_MS}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t ms = -1;
        char text[DURATION_TEXT_MAX];
        cr_expect_eq(duration_parse(good[i].text, &ms), 0);
        cr_expect_eq(ms, good[i].ms, "%s", good[i].text);
        cr_expect_str_eq(duration_text(ms, text), good[i].text);
    }
    static const char *const bad[] = {"",    "4",    "m",   "4x", "04m",  "-4m", "4 m",
                                      "4m ", "4.5m", "+4m", "4M", "4ms5", "1e3s"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t ms = 0;
        cr_expect_eq(duration_parse(bad[i], &ms), VMM_E_INVAL, "%s", bad[i]);
    }
    int64_t ms = 0;
    cr_expect_eq(duration_parse("3651d", &ms), VMM_E_RANGE);
    cr_expect_eq(duration_parse("99999999999999999999999d", &ms), VMM_E_RANGE);
}

Test(duration, its_pattern_says_the_same)
{
    struct rng rng;
    rng_init(&rng, 11);
    static const char *const units[] = {"ms", "s", "m", "h", "d"};
    for (int i = 0; i < 100; i++) {
        int64_t min = (int64_t)rng_below(&rng, 200000);
        int64_t max = min + (int64_t)rng_below(&rng, i % 2 == 0 ? 5000 : 400000000);
        struct buf buf;
        buf_init(&buf);
        duration_pattern(&buf, min, max);
        for (int k = 0; k < 60; k++) {
            char text[40];
            int64_t ms = 0;
            snprintf(text, sizeof(text), "%llu%s",
                     (unsigned long long)rng_below(&rng, k % 2 == 0 ? 300 : 300000),
                     units[rng_below(&rng, 5)]);
            bool good = duration_parse(text, &ms) == 0 && ms >= min && ms <= max;
            cr_assert_eq(pattern_matches(buf_cstr(&buf), text), good, "%s in %ld..%ld: %s", text,
                         min, max, buf_cstr(&buf));
        }
        buf_finish(&buf);
    }
}

Test(suggest, distances)
{
    cr_expect_eq(suggest_distance("interval", "interval"), 0);
    cr_expect_eq(suggest_distance("intervall", "interval"), 1);
    cr_expect_eq(suggest_distance("intreval", "interval"), 1);
    cr_expect_eq(suggest_distance("", "abc"), 3);
    cr_expect_eq(suggest_distance("kitten", "sitting"), 3);
}

Test(suggest, the_nearest_that_is_near_enough)
{
    struct suggest suggest;
    suggest_init(&suggest, "intervl");
    suggest_offer(&suggest, "jitter");
    suggest_offer(&suggest, "interval");
    suggest_offer(&suggest, "suspect_interval");
    cr_expect_str_eq(suggest.best, "interval");
    suggest_init(&suggest, "colour");
    suggest_offer(&suggest, "interval");
    cr_expect_null(suggest.best);
}
