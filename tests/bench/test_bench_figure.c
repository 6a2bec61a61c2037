/* SPDX-License-Identifier: MIT */
/* What a figure is judged, and what programs read of it. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "contest.h"
#include "figure.h"
#include "slice.h"

static struct figure make(double low, double value, double high)
{
    return (struct figure){
        .name = "one", .estimate = {value, low, high}, .unit = "x", .baseline = 50, .limit = 4};
}

static void expect_verdict(double low, double high, const char *verdict)
{
    struct figure figure = make(low, (low + high) / 2, high);
    cr_expect_str_eq(figure_verdict(&figure), verdict, "%g .. %g", low, high);
}

Test(bench_figure, the_interval_decides)
{
    expect_verdict(3, 3.9, "ok");
    expect_verdict(3, 4, "ok");
    expect_verdict(3.9, 4.1, "undecided");
    expect_verdict(4, 4.1, "undecided");
    expect_verdict(4.01, 4.1, "missed");
    struct figure unmeasured = make(1, 1, 1);
    unmeasured.unmeasured = true;
    cr_expect_str_eq(figure_verdict(&unmeasured), "undecided");
}

static void expect_least(double low, double high, const char *verdict)
{
    struct figure figure = make(low, (low + high) / 2, high);
    figure.is_least = true;
    cr_expect_str_eq(figure_verdict(&figure), verdict, "%g .. %g", low, high);
}

Test(bench_figure, a_limit_may_be_the_least)
{
    expect_least(4.1, 5, "ok");
    expect_least(4, 5, "ok");
    expect_least(3.9, 4.1, "undecided");
    expect_least(3, 4, "undecided");
    expect_least(3, 3.9, "missed");
}

/* All that was added, as --json writes it. */
static json_t *written(void)
{
    char path[] = "/tmp/vmm-figure-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(figure_write_json(path), 0);
    json_t *all = json_load_file(path, 0, NULL);
    unlink(path);
    cr_assert(json_is_array(all));
    return all;
}

static double number(const json_t *figure, const char *key)
{
    const json_t *value = json_object_get(figure, key);
    cr_assert(json_is_number(value), "%s", key);
    return json_number_value(value);
}

Test(bench_figure, json_has_each_key)
{
    struct figure figure = make(1, 2, 3);
    figure_add(&figure);
    json_t *all = written();
    const json_t *one = json_array_get(all, 0);
    cr_assert_eq(json_array_size(all), 1);
    cr_expect_eq(json_object_size(one), 9);
    cr_expect_str_eq(json_string_value(json_object_get(one, "bound")), "most");
    cr_expect_str_eq(json_string_value(json_object_get(one, "name")), "one");
    cr_expect_str_eq(json_string_value(json_object_get(one, "unit")), "x");
    cr_expect_str_eq(json_string_value(json_object_get(one, "ok")), "ok");
    cr_expect_eq(number(one, "value"), 2);
    cr_expect_eq(number(one, "low"), 1);
    cr_expect_eq(number(one, "high"), 3);
    cr_expect_eq(number(one, "baseline"), 50);
    cr_expect_eq(number(one, "limit"), 4);
    cr_expect_not(figure_any_missed());
    json_decref(all);
}

Test(bench_figure, what_was_not_measured_has_no_value)
{
    struct figure figure = make(1, 2, 3);
    figure.unmeasured = true;
    figure.baseline = (double)NAN;
    figure_add(&figure);
    json_t *all = written();
    const json_t *one = json_array_get(all, 0);
    cr_expect(json_is_null(json_object_get(one, "value")));
    cr_expect(json_is_null(json_object_get(one, "low")));
    cr_expect(json_is_null(json_object_get(one, "high")));
    cr_expect(json_is_null(json_object_get(one, "baseline")));
    cr_expect_str_eq(json_string_value(json_object_get(one, "ok")), "undecided");
    json_decref(all);
}

Test(bench_figure, a_missed_one_is_noticed)
{
    struct figure good = make(1, 2, 3);
    struct figure bad = make(5, 6, 7);
    figure_add(&good);
    cr_expect_not(figure_any_missed());
    figure_add(&bad);
    cr_expect(figure_any_missed());
}

static struct contest contest;

/* Both made so many looks and requests, at a cost of 30 and 10. */
static void fill(double our_looks, double their_looks, double their_requests)
{
    contest = (struct contest){.contestants = {{.name = "ours"}, {.name = "theirs"}},
                               .count = 2,
                               .meters = 1,
                               .turn_ms = 1000};
    for (int turn = 0; turn < CONTEST_TURNS; turn++) {
        contest.cost[0][0][turn] = 30;
        contest.cost[0][1][turn] = 10;
        contest.looks[0][turn] = our_looks;
        contest.looks[1][turn] = their_looks;
        contest.requests[0][turn] = 1;
        contest.requests[1][turn] = their_requests;
    }
}

static void expect_contest(const char *verdict)
{
    contest_figure(&contest, 1, 0, "us CPU", "ratio", 4);
    json_t *all = written();
    const json_t *last = json_array_get(all, json_array_size(all) - 1);
    cr_expect_str_eq(json_string_value(json_object_get(last, "ok")), verdict);
    if (strcmp(verdict, "ok") == 0) {
        cr_expect_float_eq(number(last, "value"), 3, 1e-6);
        cr_expect_eq(number(last, "baseline"), 10);
    }
    json_decref(all);
}

Test(bench_figure, only_the_same_work_is_compared)
{
    fill(1000, 1000, 1);
    expect_contest("ok");
    fill(1000, 1190, 1);
    expect_contest("ok");
    fill(1000, 1300, 1);
    expect_contest("undecided");
    fill(1000, 700, 1);
    expect_contest("undecided");
    fill(1000, 1000, 2);
    expect_contest("undecided");
}

Test(bench_figure, who_cannot_keep_the_pace_has_one_of_its_own)
{
    fill(1000, 100, 1);
    contest.contestants[1].own_pace = true;
    expect_contest("ok");
    fill(1000, 100, 2);
    contest.contestants[1].own_pace = true;
    expect_contest("undecided");
}

/* Looks allocate all the time, and every 4 s the rows of a slice do. */
Test(bench_slice, each_slice_ends_once_when_it_is_over)
{
    static const uint64_t rows[] = {6000, 200, 8000,
                                    3000}; /* the writer may be held up in between */
    struct slice_watch watch = {0};
    uint64_t counted = 123456;
    int ended = 0;
    for (int at = 0; at < 3 * 80; at++) {
        bool in_slice = at % 80 >= 40 && at % 80 < 44;
        counted += 300 + (in_slice ? rows[at % 80 - 40] : 0);
        if (slice_ended(&watch, 1000 + (uint64_t)at * SLICE_SAMPLE_MS * 1000, counted)) {
            ended++;
            cr_expect_eq(at % 80, 48, "at sample %d", at);
        }
    }
    cr_expect_eq(ended, 3);
}

Test(bench_slice, what_was_counted_before_is_no_slice)
{
    struct slice_watch watch = {0};
    for (int at = 0; at < 100; at++) {
        uint64_t now_us = 1000 + (uint64_t)at * SLICE_SAMPLE_MS * 1000;
        cr_expect_not(slice_ended(&watch, now_us, 1000000 + (uint64_t)at * 300));
    }
}

/* A busy machine samples once a second: the looks of a second are no slice, and a slice among them is one. */
Test(bench_slice, a_sample_that_comes_late_tells_looks_from_rows)
{
    struct slice_watch watch = {0};
    uint64_t counted = 5;
    int ended = 0;
    for (uint64_t at_s = 1; at_s <= 12; at_s++) {
        counted += 6000 + (at_s % 4 == 0 ? 15000 : 0);
        bool over = slice_ended(&watch, at_s * 1000000, counted);
        cr_expect_eq(over, at_s > 4 && at_s % 4 == 1, "after %d s", (int)at_s);
        ended += over;
    }
    cr_expect_eq(ended, 2);
}
