/* SPDX-License-Identifier: MIT */
/* The days of one camera: days of every length, changes in any order, and seconds that always add up. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "store/day.h"

#define ROWS_MAX 400u

static struct day_row rows[ROWS_MAX];
static size_t row_count;

static void keep(void *arg, const struct day_row *row)
{
    (void)arg;
    cr_assert_lt(row_count, ROWS_MAX);
    rows[row_count++] = *row;
}

static struct zone *load(const char *name)
{
    static uint8_t bytes[ZONE_BYTES_MAX];
    char path[256];
    struct zone *zone = NULL;
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_assert_eq(zone_parse(name, bytes, size, &zone), 0, "%s", name);
    return zone;
}

/* Nothing lies over its days. */
static const struct day_frame *frame_of(const struct zone *zone)
{
    static struct day_frame frame;
    frame = (struct day_frame){.zone = zone};
    return &frame;
}

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return civil_days(year, month, day) * CIVIL_DAY + hour * 3600 + minute * 60;
}

static int64_t sum(const struct day_row *row)
{
    int64_t seconds = 0;
    for (uint32_t i = 0; i < VMM_HEALTH_COUNT; i++) {
        seconds += row->health_s[i];
    }
    return seconds;
}

static void expect_whole(const struct day_row *row)
{
    int64_t faults = row->fault_s[DAY_FAULT_NONE] + row->fault_s[DAY_FAULT_RECORDING] +
                     row->fault_s[DAY_FAULT_CLOCK];
    cr_assert_eq(sum(row), row->ends - row->begins, "day %lld", (long long)row->day);
    cr_assert_eq(faults, row->ends - row->begins);
    cr_assert_leq(row->longest_s,
                  row->health_s[VMM_HEALTH_DOWN] + row->health_s[VMM_HEALTH_BLACKFRAME]);
}

/* ---- lengths ---- */

static void expect_length(const char *name, int year, int month, int day, int64_t minutes)
{
    struct zone *zone = load(name);
    struct day_state state;
    int64_t noon = utc(year, month, day, 12, 0);
    struct zone_type type;
    zone_at(zone, noon, &type);
    row_count = 0;
    day_begin(&state, zone, noon - type.offset, VMM_HEALTH_OK);
    day_advance(&state, frame_of(zone), noon + 3 * CIVIL_DAY, keep, NULL);
    cr_assert_geq(row_count, 2);
    cr_expect_eq(rows[0].day, civil_days(year, month, day));
    cr_expect_eq(rows[0].ends - rows[0].begins, minutes * 60, "%s: %lld", name,
                 (long long)(rows[0].ends - rows[0].begins));
    cr_expect_eq(rows[1].begins, rows[0].ends);
    for (size_t i = 0; i < row_count; i++) {
        expect_whole(&rows[i]);
    }
    zone_destroy(zone);
}

Test(store_day, days_have_the_length_that_they_have_there)
{
    expect_length("Asia/Taipei", 2026, 3, 29, 1440);
    expect_length("Europe/London", 2026, 3, 29, 23 * 60);
    expect_length("Europe/London", 2026, 10, 25, 25 * 60);
    expect_length("Australia/Lord_Howe", 2026, 4, 5, 24 * 60 + 30);
    expect_length("Australia/Lord_Howe", 2026, 10, 4, 23 * 60 + 30);
    /* Clocks were set at midnight itself. */
    expect_length("America/Sao_Paulo", 2018, 11, 4, 23 * 60);
    expect_length("America/Sao_Paulo", 2018, 2, 17, 25 * 60);
    /* From 00:01 back to 23:01 of the day before. */
    expect_length("America/St_Johns", 2010, 11, 6, 24 * 60);
    expect_length("America/St_Johns", 2010, 11, 7, 25 * 60);
}

Test(store_day, a_day_that_a_country_left_out)
{
    struct zone *zone = load("Pacific/Apia");
    struct day_state state;
    row_count = 0;
    day_begin(&state, zone, utc(2011, 12, 29, 12, 0), VMM_HEALTH_OK);
    day_advance(&state, frame_of(zone), utc(2012, 1, 2, 12, 0), keep, NULL);
    for (size_t i = 0; i < row_count; i++) {
        expect_whole(&rows[i]);
        cr_expect_eq(rows[i].ends - rows[i].begins, CIVIL_DAY);
        cr_expect_neq(rows[i].day, civil_days(2011, 12, 30));
    }
    zone_destroy(zone);
}

/* ---- what a day says ---- */

Test(store_day, an_outage_over_midnight_is_one_and_its_time_lies_in_both_days)
{
    struct zone *zone = load("Asia/Taipei");
    struct day_state state;
    row_count = 0;
    day_begin(&state, zone, utc(2026, 11, 20, 2, 0), VMM_HEALTH_UNKNOWN);
    day_change(&state, frame_of(zone), utc(2026, 11, 20, 2, 0), VMM_HEALTH_OK, DAY_FAULT_NONE, keep,
               NULL);
    /* 23:30 to 01:00 in Taipei, black in the middle of it. */
    day_change(&state, frame_of(zone), utc(2026, 11, 20, 15, 30), VMM_HEALTH_DOWN, DAY_FAULT_NONE,
               keep, NULL);
    day_change(&state, frame_of(zone), utc(2026, 11, 20, 16, 30), VMM_HEALTH_BLACKFRAME,
               DAY_FAULT_NONE, keep, NULL);
    day_change(&state, frame_of(zone), utc(2026, 11, 20, 17, 0), VMM_HEALTH_OK, DAY_FAULT_NONE,
               keep, NULL);
    day_change(&state, frame_of(zone), utc(2026, 11, 21, 4, 0), VMM_HEALTH_DEGRADED,
               DAY_FAULT_RECORDING, keep, NULL);
    day_advance(&state, frame_of(zone), utc(2026, 11, 21, 16, 0), keep, NULL);
    cr_assert_eq(row_count, 2);
    cr_expect_eq(rows[0].health_s[VMM_HEALTH_UNKNOWN], 10 * 3600);
    cr_expect_eq(rows[0].health_s[VMM_HEALTH_OK], 13 * 3600 + 1800);
    cr_expect_eq(rows[0].health_s[VMM_HEALTH_DOWN], 1800);
    cr_expect_eq(rows[0].outages, 1);
    cr_expect_eq(rows[0].longest_s, 1800);
    cr_expect_eq(rows[0].first_failure, utc(2026, 11, 20, 15, 30));
    cr_expect_eq(rows[1].health_s[VMM_HEALTH_DOWN], 1800);
    cr_expect_eq(rows[1].health_s[VMM_HEALTH_BLACKFRAME], 1800);
    cr_expect_eq(rows[1].outages, 0, "it began the day before");
    cr_expect_eq(rows[1].longest_s, 3600);
    cr_expect_eq(rows[1].first_failure, utc(2026, 11, 20, 16, 0), "the start of the day");
    cr_expect_eq(rows[1].fault_s[DAY_FAULT_RECORDING], 12 * 3600);
    cr_expect_eq(rows[1].health_s[VMM_HEALTH_DEGRADED], 12 * 3600);
    cr_expect_eq(rows[1].changes, 3);
    expect_whole(&rows[0]);
    expect_whole(&rows[1]);
    zone_destroy(zone);
}

Test(store_day, a_change_from_before_the_last_one_counts_as_at_that_one)
{
    struct zone *zone = load("Asia/Taipei");
    struct day_state state;
    row_count = 0;
    day_begin(&state, zone, utc(2026, 11, 20, 2, 0), VMM_HEALTH_OK);
    day_change(&state, frame_of(zone), utc(2026, 11, 20, 4, 0), VMM_HEALTH_DOWN, DAY_FAULT_NONE,
               keep, NULL);
    day_change(&state, frame_of(zone), utc(2026, 11, 20, 3, 0), VMM_HEALTH_OK, DAY_FAULT_NONE, keep,
               NULL);
    day_advance(&state, frame_of(zone), utc(2026, 11, 20, 16, 0), keep, NULL);
    cr_assert_eq(row_count, 1);
    cr_expect_eq(rows[0].health_s[VMM_HEALTH_DOWN], 0);
    cr_expect_eq(rows[0].outages, 1);
    expect_whole(&rows[0]);
    zone_destroy(zone);
}

/* ---- in pieces as in one ---- */

struct change {
    int64_t at;
    uint32_t health;
};

static struct change next_change(struct rng *rng, int64_t after)
{
    int64_t step = (int64_t)rng_below(rng, 10) == 0 ? (int64_t)rng_below(rng, 400000)
                                                    : (int64_t)rng_below(rng, 9000);
    return (struct change){after + step - 600, (uint32_t)rng_below(rng, VMM_HEALTH_COUNT)};
}

/* Counting on to any instants between the changes, or taking up a day without those before, changes nothing. */
static void expect_same_in_pieces(const char *name, uint64_t seed)
{
    struct zone *zone = load(name);
    struct day_state whole;
    struct day_state pieces;
    struct rng rng;
    struct day_row first[ROWS_MAX];
    size_t first_count;
    struct change changes[300];
    int64_t at = utc(2026, 1, 1, 0, 0) + (int64_t)(seed % CIVIL_DAY);
    rng_init(&rng, seed);
    for (size_t i = 0; i < 300; i++) {
        changes[i] = next_change(&rng, at);
        at = changes[i].at > at ? changes[i].at : at;
    }
    row_count = 0;
    day_begin(&whole, zone, changes[0].at, VMM_HEALTH_UNKNOWN);
    pieces = whole;
    for (size_t i = 0; i < 300; i++) {
        day_change(&whole, frame_of(zone), changes[i].at, changes[i].health, DAY_FAULT_NONE, keep,
                   NULL);
    }
    first_count = row_count;
    memcpy(first, rows, sizeof(rows));
    row_count = 0;
    for (size_t i = 0; i < 300; i++) {
        int64_t between = pieces.since + (changes[i].at - pieces.since) / 2;
        struct day_state peek = pieces;
        size_t before = row_count;
        day_advance(&peek, frame_of(zone), between, keep, NULL);
        day_skip_to(&pieces, zone, peek.row.begins);
        cr_assert_eq(pieces.row.begins, peek.row.begins);
        day_change(&pieces, frame_of(zone), changes[i].at, changes[i].health, DAY_FAULT_NONE, keep,
                   NULL);
        cr_assert_geq(row_count, before);
    }
    cr_assert_eq(row_count, first_count, "%s seed %llu", name, (unsigned long long)seed);
    cr_assert_eq(memcmp(first, rows, row_count * sizeof(rows[0])), 0, "%s seed %llu", name,
                 (unsigned long long)seed);
    cr_assert_eq(memcmp(&whole, &pieces, sizeof(whole)), 0);
    for (size_t i = 0; i < row_count; i++) {
        expect_whole(&rows[i]);
        cr_assert(i == 0 || rows[i].begins == rows[i - 1].ends);
    }
    zone_destroy(zone);
}

Test(store_day, counted_in_pieces_as_in_one)
{
    static const char *const names[] = {"Asia/Taipei", "Europe/London", "Australia/Lord_Howe",
                                        "America/St_Johns", "UTC"};
    for (uint64_t seed = 1; seed <= 200; seed++) {
        expect_same_in_pieces(names[seed % 5], seed);
    }
}
