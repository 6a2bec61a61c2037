/* SPDX-License-Identifier: MIT */
/* The timing wheel beside a list that is searched and sorted: the same entries, in the same order. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/rng.h"
#include "sched/wheel.h"

#define ENTRIES 200u
#define STEPS   20000u
#define TICK_US (UINT64_C(1) << WHEEL_SHIFT)
#define SECOND  UINT64_C(1000000)
#define HOUR    (3600 * SECOND)

enum place { NOWHERE, WAITING, READY };

struct entry {
    enum place place;
    uint64_t tick;
    uint64_t order; /* in which it was put in */
};

struct both {
    struct wheel wheel;
    struct wheel_link links[ENTRIES];
    struct entry entries[ENTRIES];
    uint32_t ready[ENTRIES];
    uint32_t ready_count;
    uint64_t order;
    uint64_t now_us;
    struct rng rng;
};

static struct both *make(uint64_t seed, uint64_t now_us)
{
    struct both *both = calloc(1, sizeof(*both));
    cr_assert_not_null(both);
    rng_init(&both->rng, seed);
    both->now_us = now_us;
    wheel_init(&both->wheel, now_us);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        both->links[i].tick = WHEEL_NOWHERE;
    }
    return both;
}

static uint64_t tick_at(uint64_t due_us)
{
    uint64_t tick = due_us / TICK_US + (due_us % TICK_US != 0);
    return tick <= UINT64_MAX / TICK_US ? tick : UINT64_MAX / TICK_US;
}

/* ---- the same to both ---- */

static void insert(struct both *both, uint32_t index, uint64_t due_us)
{
    struct entry *entry = &both->entries[index];
    *entry = (struct entry){.tick = tick_at(due_us), .order = both->order++};
    entry->place = entry->tick <= both->now_us / TICK_US ? READY : WAITING;
    if (entry->place == READY) {
        both->ready[both->ready_count++] = index;
    }
    wheel_insert(&both->wheel, both->links, index, due_us);
}

static void forget_ready(struct both *both, uint32_t index)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < both->ready_count; i++) {
        if (both->ready[i] != index) {
            both->ready[kept++] = both->ready[i];
        }
    }
    both->ready_count = kept;
}

static void take_out(struct both *both, uint32_t index)
{
    forget_ready(both, index);
    both->entries[index].place = NOWHERE;
    wheel_remove(&both->wheel, both->links, index);
}

/* The entry that waits and comes first; ENTRIES: none does. */
static uint32_t first_waiting(const struct both *both)
{
    uint32_t first = ENTRIES;
    for (uint32_t i = 0; i < ENTRIES; i++) {
        const struct entry *entry = &both->entries[i];
        const struct entry *best = &both->entries[first % ENTRIES];
        bool is_sooner = first == ENTRIES || entry->tick < best->tick ||
                         (entry->tick == best->tick && entry->order < best->order);
        first = entry->place == WAITING && is_sooner ? i : first;
    }
    return first;
}

static void advance(struct both *both, uint64_t now_us)
{
    both->now_us = now_us > both->now_us ? now_us : both->now_us;
    uint32_t next = first_waiting(both);
    while (next < ENTRIES && both->entries[next].tick <= both->now_us / TICK_US) {
        both->entries[next].place = READY;
        both->ready[both->ready_count++] = next;
        next = first_waiting(both);
    }
    wheel_advance(&both->wheel, both->links, now_us);
}

static void take(struct both *both)
{
    uint32_t expected = both->ready_count > 0 ? both->ready[0] : WHEEL_NIL;
    cr_assert_eq(wheel_ready(&both->wheel), expected);
    cr_assert_eq(wheel_take(&both->wheel, both->links), expected);
    if (expected != WHEEL_NIL) {
        forget_ready(both, expected);
        both->entries[expected].place = NOWHERE;
    }
}

/* ---- what holds at any time ---- */

/* It wakes not later than the first is due, later than now, and knows somebody who waits. */
static void check(const struct both *both)
{
    uint32_t first = first_waiting(both);
    uint64_t next_us = wheel_next_us(&both->wheel);
    uint32_t upcoming = wheel_upcoming(&both->wheel, 0);
    cr_assert_eq(wheel_ready(&both->wheel), both->ready_count > 0 ? both->ready[0] : WHEEL_NIL);
    if (first == ENTRIES) {
        cr_assert_eq(next_us, UINT64_MAX);
        cr_assert_eq(upcoming, WHEEL_NIL);
        return;
    }
    cr_assert_leq(next_us / TICK_US, both->entries[first].tick);
    cr_assert_gt(next_us / TICK_US, both->now_us / TICK_US);
    cr_assert_lt(upcoming, ENTRIES);
    cr_assert_eq(both->entries[upcoming].place, WAITING);
}

/* Now, near, some minutes, days, years or at the end of time; often at a tick that others have too. */
static uint64_t draw_due(struct both *both)
{
    static const uint64_t spans[] = {1,         20 * TICK_US, SECOND,        5 * 60 * SECOND,
                                     20 * HOUR, 900 * HOUR,   900000 * HOUR, UINT64_MAX};
    uint64_t span = spans[rng_below(&both->rng, sizeof(spans) / sizeof(spans[0]))];
    uint64_t ahead = rng_below(&both->rng, span);
    if (rng_below(&both->rng, 8) == 0) {
        return both->now_us - rng_below(&both->rng, both->now_us / 2 + 1);
    }
    return both->now_us + ahead >= both->now_us ? both->now_us + ahead : UINT64_MAX;
}

static void change(struct both *both)
{
    uint32_t index = (uint32_t)rng_below(&both->rng, ENTRIES);
    if (rng_below(&both->rng, 3) == 0) {
        take_out(both, index);
    } else if (both->entries[index].place == NOWHERE) {
        insert(both, index, draw_due(both));
    }
}

/* Mostly to where it wants to be woken, or a little further; now and then hours, years, or back. */
static uint64_t draw_now(struct both *both)
{
    uint64_t next_us = wheel_next_us(&both->wheel);
    switch (rng_below(&both->rng, 12)) {
    case 0:
        return both->now_us + rng_below(&both->rng, 30 * HOUR);
    case 1:
        return rng_below(&both->rng, 200) == 0 ? both->now_us + rng_below(&both->rng, 90000 * HOUR)
                                               : both->now_us;
    case 2:
        return both->now_us - rng_below(&both->rng, both->now_us + 1);
    case 3:
    case 4:
        return both->now_us + rng_below(&both->rng, 10 * SECOND);
    case 5:
    case 6:
        return both->now_us + rng_below(&both->rng, 3 * TICK_US);
    default:
        return next_us != UINT64_MAX ? next_us : both->now_us;
    }
}

static void play(uint64_t seed, uint64_t now_us)
{
    struct both *both = make(seed, now_us);
    for (uint32_t step = 0; step < STEPS; step++) {
        change(both);
        change(both);
        check(both);
        advance(both, draw_now(both));
        check(both);
        for (uint64_t taken = rng_below(&both->rng, 4); taken > 0; taken--) {
            take(both);
        }
    }
    free(both);
}

Test(wheel, gives_the_same_as_a_sorted_list_whatever_is_done)
{
    static const uint64_t starts[] = {0, 1, SECOND * 12345678 + 321, (UINT64_C(1) << 50) - 3};
    for (uint64_t seed = 1; seed <= 8; seed++) {
        play(seed, starts[seed % 4]);
    }
}

/* The borders of each level: just before, at and after the tick at which all below begin anew. */
Test(wheel, nothing_is_lost_where_a_level_begins_anew)
{
    for (uint32_t bits = WHEEL_BITS; bits < 54; bits += WHEEL_BITS) {
        uint64_t border = (UINT64_C(1) << bits) * TICK_US;
        struct both *both = make(bits, border - 2 * TICK_US);
        for (uint32_t i = 0; i < 9; i++) {
            insert(both, i, border + 3 * TICK_US - i % 5 * TICK_US);
        }
        for (uint64_t now_us = border - 2 * TICK_US; now_us <= border + 4 * TICK_US;
             now_us += TICK_US) {
            check(both);
            advance(both, now_us);
            while (both->ready_count > 0) {
                take(both);
            }
        }
        cr_assert_eq(wheel_next_us(&both->wheel), UINT64_MAX);
        free(both);
    }
}

Test(wheel, of_one_tick_who_came_first_is_first_from_wherever_it_comes)
{
    struct both *both = make(1, 0);
    uint64_t due_us = 2000 * HOUR + 5;
    for (uint32_t i = 0; i < ENTRIES / 2; i++) {
        insert(both, ENTRIES - 1 - i, due_us); /* nearer each time: each level is met */
        advance(both, due_us - (due_us - both->now_us) * 3 / 4);
    }
    advance(both, due_us + TICK_US);
    for (uint32_t i = 0; i < ENTRIES / 2; i++) {
        cr_assert_eq(wheel_take(&both->wheel, both->links), ENTRIES - 1 - i);
    }
    cr_assert_eq(wheel_take(&both->wheel, both->links), WHEEL_NIL);
    free(both);
}

Test(wheel, the_end_of_time_is_a_time_as_well)
{
    struct both *both = make(1, SECOND);
    insert(both, 0, UINT64_MAX);
    insert(both, 1, UINT64_MAX - 5 * TICK_US);
    insert(both, 2, SECOND + 1);
    advance(both, UINT64_MAX - TICK_US);
    take(both);
    take(both);
    take(both); /* the last tick is over only after it */
    check(both);
    take_out(both, 0);
    check(both);
    free(both);
}
