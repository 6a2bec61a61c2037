/* SPDX-License-Identifier: MIT */
/* The schedule: when devices come up, and that none is lost, doubled or early. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <vmm/errors.h>

#include "base/hash.h"
#include "base/rng.h"
#include "sched/sched.h"
#include "sched/slot.h"

#define MS     UINT64_C(1000)
#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)

#define NORMAL_INTERVAL (240 * SECOND)
#define NORMAL_JITTER   (60 * SECOND)
#define START           (12345678 * SECOND + 321)

static struct sched_device normal_device(uint32_t id)
{
    return (struct sched_device){.id_hash = hash_mix(id),
                                 .interval_us = NORMAL_INTERVAL,
                                 .jitter_us = NORMAL_JITTER,
                                 .window_us = MINUTE};
}

static void add(struct sched *sched, uint32_t handle, uint64_t now)
{
    struct sched_device device = normal_device(handle);
    cr_assert_eq(sched_add(sched, handle, &device, now), 0);
}

/* The time at which the next handle comes up, which is in flight then. */
static uint64_t wait_for(struct sched *sched, uint64_t now, uint32_t *handle)
{
    while (sched_due(sched, now, handle, 1) == 0) {
        uint64_t next = sched_next(sched, now);
        cr_assert_neq(next, SCHED_NEVER);
        cr_assert_gt(next, now);
        now = next;
    }
    return now;
}

Test(slot, gaps_are_three_to_five_minutes)
{
    for (uint64_t id = 0; id < 200; id++) {
        uint64_t hash = hash_mix(id);
        uint64_t last = slot_after(hash, NORMAL_INTERVAL, NORMAL_JITTER, START);
        for (int i = 0; i < 200; i++) {
            uint64_t next = slot_after(hash, NORMAL_INTERVAL, NORMAL_JITTER, last);
            cr_assert_geq(next - last, 180 * SECOND);
            cr_assert_leq(next - last, 300 * SECOND);
            cr_assert_eq(slot_following(hash, NORMAL_INTERVAL, NORMAL_JITTER, last), next);
            last = next;
        }
    }
}

Test(slot, is_the_first_one_after_at_any_time)
{
    struct rng rng;
    rng_init(&rng, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t hash = rng_next(&rng);
        uint64_t interval = 1 + rng_below(&rng, 10 * MINUTE);
        uint64_t jitter = rng_below(&rng, interval);
        uint64_t after = rng_below(&rng, 100 * MINUTE);
        uint64_t slot = slot_after(hash, interval, jitter, after);
        cr_assert_gt(slot, after);
        cr_assert_leq(slot - after, 2 * interval + jitter);
        if (slot > 1 && slot - after > 1) {
            uint64_t middle = after + (slot - after) / 2;
            cr_assert_eq(slot_after(hash, interval, jitter, middle), slot);
        }
    }
}

Test(slot, one_made_out_of_turn_comes_back_to_its_slots)
{
    for (uint64_t id = 0; id < 500; id++) {
        uint64_t hash = hash_mix(id);
        uint64_t last = START + id * 977 * MS;
        for (int i = 0; i < 8; i++) {
            uint64_t next = slot_following(hash, NORMAL_INTERVAL, NORMAL_JITTER, last);
            cr_assert_geq(next - last, 180 * SECOND);
            cr_assert_leq(next - last, 300 * SECOND);
            last = next;
        }
        cr_assert_eq(slot_after(hash, NORMAL_INTERVAL, NORMAL_JITTER, last - 1), last);
    }
}

Test(slot, devices_are_spread_evenly)
{
    unsigned minutes[4] = {0};
    for (uint64_t id = 0; id < 4000; id++) {
        uint64_t slot = 400 * MINUTE;
        for (;;) {
            slot = slot_after(hash_mix(id), NORMAL_INTERVAL, NORMAL_JITTER, slot);
            if (slot >= 440 * MINUTE) {
                break;
            }
            minutes[(slot / MINUTE) % 4]++;
        }
    }
    for (int i = 0; i < 4; i++) {
        cr_expect_gt(minutes[i], 9400, "%u", minutes[i]);
        cr_expect_lt(minutes[i], 10600, "%u", minutes[i]);
    }
}

Test(sched, first_look_comes_within_the_window_then_every_three_to_five_minutes)
{
    struct sched *sched = sched_create(1, START);
    for (uint32_t i = 0; i < 100; i++) {
        add(sched, i, START);
    }
    uint64_t last[100] = {0};
    unsigned looks[100] = {0};
    uint64_t now = START;
    for (unsigned n = 0; n < 100 * 20; n++) {
        uint32_t handle = 0;
        now = wait_for(sched, now, &handle);
        if (looks[handle] == 0) {
            cr_assert_leq(now, START + MINUTE + 2 * MS);
        } else {
            cr_assert_geq(now - last[handle], 180 * SECOND);
            cr_assert_leq(now - last[handle], 300 * SECOND + 2 * MS);
        }
        last[handle] = now;
        looks[handle]++;
        sched_done(sched, handle, now + 80 * MS);
    }
    for (int i = 0; i < 100; i++) {
        cr_expect_geq(looks[i], 15);
    }
    sched_destroy(sched);
}

Test(sched, soon_is_at_once)
{
    struct sched *sched = sched_create(4, START);
    struct sched_device device = normal_device(2);
    device.window_us = 0;
    cr_assert_eq(sched_add(sched, 2, &device, START), 0);
    uint32_t handle = 0;
    cr_assert_eq(sched_next(sched, START + 2 * MS), START + 2 * MS);
    cr_assert_eq(sched_due(sched, START + 2 * MS, &handle, 1), 1);
    cr_assert_eq(handle, 2);
    sched_destroy(sched);
}

Test(sched, one_in_flight_is_not_due_again)
{
    struct sched *sched = sched_create(1, START);
    add(sched, 0, START);
    uint32_t handle = 0;
    uint64_t now = wait_for(sched, START, &handle);
    cr_expect(sched_in_flight(sched, 0));
    cr_expect_eq(sched_next(sched, now), SCHED_NEVER);
    cr_expect_eq(sched_due(sched, now + 100 * MINUTE, &handle, 1), 0);
    cr_assert_eq(sched_once(sched, 0, now + SECOND), 0);
    cr_expect_eq(sched_due(sched, now + 100 * MINUTE, &handle, 1), 0);
    sched_done(sched, 0, now + 100 * MINUTE);
    cr_expect_eq(sched_due(sched, now + 100 * MINUTE + MS, &handle, 1), 1);
    sched_destroy(sched);
}

Test(sched, a_rhythm_is_changed_and_follows_from_the_last_look)
{
    struct sched *sched = sched_create(1, START);
    add(sched, 0, START);
    uint32_t handle = 0;
    uint64_t now = wait_for(sched, START, &handle);
    cr_assert_eq(sched_set(sched, 0, MINUTE, 0, now), 0);
    sched_done(sched, 0, now + SECOND);
    cr_expect_eq(sched_due_at(sched, 0), now + MINUTE);
    cr_assert_eq(sched_set(sched, 0, NORMAL_INTERVAL, NORMAL_JITTER, now + 30 * SECOND), 0);
    cr_expect_geq(sched_due_at(sched, 0), now + 180 * SECOND);
    cr_expect_leq(sched_due_at(sched, 0), now + 300 * SECOND);
    cr_assert_eq(sched_set(sched, 0, MINUTE, 0, now + 170 * SECOND), 0);
    cr_expect_eq(sched_due_at(sched, 0),
                 now + 170 * SECOND); /* overdue by it: at once, not before now */
    sched_destroy(sched);
}

Test(sched, the_rhythm_it_has_already_changes_nothing)
{
    struct sched *sched = sched_create(1, START);
    add(sched, 0, START);
    uint32_t handle = 0;
    uint64_t now = wait_for(sched, START, &handle);
    sched_done(sched, 0, now);
    now += 30 * MINUTE;
    cr_assert_eq(sched_spread(sched, now, 10 * MINUTE), 1);
    uint64_t due = sched_due_at(sched, 0);
    cr_assert_gt(due, now);
    cr_assert_eq(sched_set(sched, 0, NORMAL_INTERVAL, NORMAL_JITTER, now), 0);
    cr_expect_eq(sched_due_at(sched, 0), due); /* overdue, and spread all the same */
    sched_destroy(sched);
}

Test(sched, at_rest_nothing_is_due_but_what_is_asked_for)
{
    struct sched *sched = sched_create(1, START);
    add(sched, 0, START);
    cr_assert_eq(sched_set(sched, 0, 0, 0, START), 0);
    cr_expect_eq(sched_due_at(sched, 0), SCHED_NEVER);
    cr_expect_eq(sched_next(sched, START), SCHED_NEVER);
    uint32_t handle = 9;
    cr_expect_eq(sched_due(sched, START + 1000 * MINUTE, &handle, 1), 0);
    uint64_t now = START + 1000 * MINUTE;
    cr_assert_eq(sched_once(sched, 0, now + SECOND), 0);
    cr_expect_eq(sched_due(sched, now + SECOND + 2 * MS, &handle, 1), 1);
    sched_done(sched, 0, now + 2 * SECOND);
    cr_expect_eq(sched_due_at(sched, 0), SCHED_NEVER);
    now += 1000 * MINUTE;
    cr_assert_eq(sched_set(sched, 0, NORMAL_INTERVAL, NORMAL_JITTER, now), 0);
    cr_expect_geq(sched_due_at(sched, 0), now);
    cr_expect_leq(sched_due_at(sched, 0), now + MINUTE);
    sched_destroy(sched);
}

Test(sched, once_wins_when_it_is_earlier_and_the_regular_goes_on)
{
    struct sched *sched = sched_create(1, START);
    add(sched, 0, START);
    uint32_t handle = 0;
    uint64_t now = wait_for(sched, START, &handle);
    sched_done(sched, 0, now);
    uint64_t regular = sched_due_at(sched, 0);
    cr_assert_eq(sched_once(sched, 0, regular + SECOND), 0);
    cr_expect_eq(sched_due_at(sched, 0), regular);
    cr_assert_eq(sched_once(sched, 0, now + 5 * SECOND), 0);
    cr_expect_eq(sched_due_at(sched, 0), now + 5 * SECOND);
    cr_assert_eq(sched_once(sched, 0, SCHED_NEVER), 0);
    cr_expect_eq(sched_due_at(sched, 0), regular);
    cr_assert_eq(sched_once(sched, 0, now + 5 * SECOND), 0);
    uint64_t then = wait_for(sched, now, &handle);
    cr_expect_leq(then, now + 5 * SECOND + 2 * MS);
    sched_done(sched, 0, then);
    cr_expect_geq(sched_due_at(sched, 0), then + 180 * SECOND);
    cr_expect_leq(sched_due_at(sched, 0), then + 300 * SECOND);
    sched_destroy(sched);
}

/* Within the finest level of the wheel it is known who comes when; beyond it only who may be next. */
Test(sched, who_comes_up_next_is_known_ahead)
{
    const uint64_t now = UINT64_C(1) << 40;
    struct sched *sched = sched_create(8, now);
    struct sched_device resting = {.id_hash = 1};
    cr_expect_eq(sched_upcoming(sched, 0), SCHED_NOBODY);
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert_eq(sched_add(sched, i, &resting, now), 0);
        cr_assert_eq(sched_once(sched, i, now + (30 - 10 * i) * MS), 0);
    }
    cr_assert_eq(sched_add(sched, 3, &resting, now), 0);
    cr_assert_eq(sched_once(sched, 3, now + MINUTE), 0);
    cr_expect_eq(sched_upcoming(sched, 0), 2);
    cr_expect_eq(sched_upcoming(sched, 1), 1);
    cr_expect_eq(sched_upcoming(sched, 2), 0);
    cr_expect_eq(sched_upcoming(sched, 3), SCHED_NOBODY);
    uint32_t due[4];
    cr_assert_eq(sched_due(sched, now + SECOND, due, 4), 3);
    cr_expect_eq(sched_upcoming(sched, 0), 3);
    sched_destroy(sched);
}

Test(sched, a_restart_keeps_the_phase)
{
    struct sched *sched = sched_create(1, START);
    add(sched, 7, START);
    uint32_t handle = 0;
    uint64_t last = wait_for(sched, START, &handle);
    sched_done(sched, 7, last);
    uint64_t due = sched_due_at(sched, 7);
    sched_destroy(sched);

    sched = sched_create(1, last + 10 * SECOND);
    struct sched_device device = normal_device(7);
    device.last_us = last;
    cr_assert_eq(sched_add(sched, 7, &device, last + 10 * SECOND), 0);
    cr_expect_eq(sched_due_at(sched, 7), due);
    sched_destroy(sched);
}

Test(sched, what_is_overdue_after_a_start_or_pause_is_spread_over_the_window)
{
    enum { COUNT = 3000 };
    struct sched *sched = sched_create(COUNT, START);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct sched_device device = normal_device(i);
        device.last_us = START - 200 * MINUTE;
        cr_assert_eq(sched_add(sched, i, &device, START), 0);
    }
    uint64_t later = START + 60 * MINUTE; /* vmmd stood still */
    cr_expect_eq(sched_spread(sched, later, MINUTE), COUNT);
    unsigned in_second[60] = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
        uint64_t due = sched_due_at(sched, i);
        cr_assert_geq(due, later);
        cr_assert_lt(due, later + MINUTE);
        in_second[(due - later) / SECOND]++;
    }
    for (int i = 0; i < 60; i++) {
        cr_expect_gt(in_second[i], 20);
        cr_expect_lt(in_second[i], 90);
    }
    cr_expect_leq(sched_spread(sched, later, MINUTE),
                  1u); /* moved once, they are no longer overdue */
    sched_destroy(sched);
}

Test(sched, what_a_pause_makes_void_is_spread_when_it_is_done)
{
    enum { COUNT = 600 };
    struct sched *sched = sched_create(0, START);
    uint32_t due[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        add(sched, i, START);
        sched_once(sched, i, START);
    }
    cr_assert_eq(sched_due(sched, START + MS, due, COUNT), COUNT);
    uint64_t later = START + 20 * MINUTE;
    cr_expect_eq(sched_spread(sched, later, MINUTE), 0);
    unsigned in_second[60] = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
        sched_done(sched, i, later);
        cr_assert_lt(sched_due_at(sched, i) - later, MINUTE);
        in_second[(sched_due_at(sched, i) - later) / SECOND]++;
    }
    for (int i = 0; i < 60; i++) {
        cr_expect_lt(in_second[i], 30, "%u of %d in second %d", in_second[i], COUNT, i);
    }
    sched_destroy(sched);
}

Test(sched, what_cannot_be_is_refused)
{
    struct sched *sched = sched_create(0, START);
    struct sched_device device = normal_device(0);
    device.jitter_us = device.interval_us;
    cr_expect_eq(sched_add(sched, 0, &device, START), VMM_E_RANGE);
    device = normal_device(0);
    cr_expect_eq(sched_add(sched, UINT32_MAX, &device, START), VMM_E_RANGE);
    cr_expect_eq(sched_add(sched, 5000, &device, START), 0);
    cr_expect_eq(sched_add(sched, 5000, &device, START), VMM_E_EXIST);
    cr_expect_eq(sched_set(sched, 5000, MINUTE, MINUTE, START), VMM_E_RANGE);
    cr_expect_eq(sched_set(sched, 4999, MINUTE, 0, START), VMM_E_NOENT);
    cr_expect_eq(sched_once(sched, 70000, START), VMM_E_NOENT);
    cr_expect_eq(sched_due_at(sched, 4999), SCHED_NEVER);
    sched_remove(sched, 123456);
    sched_done(sched, 123456, START);
    sched_done(sched, 5000, START);
    cr_expect_eq(sched_waiting(sched), 1);
    sched_remove(sched, 5000);
    cr_expect_eq(sched_waiting(sched), 0);
    sched_destroy(sched);
    sched_destroy(NULL);
}

/* A schedule that is too simple to be wrong, beside the real one. */
struct model {
    uint64_t due; /* SCHED_NEVER while in flight or gone */
    bool known;
    bool flying;
};

#define DEVICES 64u

static void check_taken(struct model *model, uint32_t handle, uint64_t now)
{
    cr_assert(model[handle].known && !model[handle].flying);
    cr_assert_leq(model[handle].due, now); /* never early */
    model[handle].flying = true;
    model[handle].due = SCHED_NEVER;
}

/* Nothing that was due a tick ago may still wait. */
static void check_none_late(const struct model *model, uint64_t now)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        if (model[i].known && !model[i].flying && model[i].due != SCHED_NEVER) {
            cr_assert_gt(model[i].due + 2 * MS, now);
        }
    }
}

static void check_next(struct sched *sched, const struct model *model, uint64_t now)
{
    uint64_t earliest = SCHED_NEVER;
    for (uint32_t i = 0; i < DEVICES; i++) {
        bool waits = model[i].known && !model[i].flying;
        earliest = waits && model[i].due < earliest ? model[i].due : earliest;
    }
    uint64_t next = sched_next(sched, now);
    cr_assert_eq(next == SCHED_NEVER, earliest == SCHED_NEVER);
    if (next != SCHED_NEVER) {
        cr_assert_leq(next, (earliest > now ? earliest : now) + 2 * MS);
        cr_assert_geq(next, now);
    }
}

static void random_change(struct sched *sched, struct model *model, struct rng *rng, uint64_t now)
{
    uint32_t handle = (uint32_t)rng_below(rng, DEVICES);
    struct sched_device device = normal_device(handle);
    switch (rng_below(rng, 6)) {
    case 0:
        if (sched_add(sched, handle, &device, now) == 0) {
            cr_assert(!model[handle].known);
            model[handle] = (struct model){.known = true};
        } else {
            cr_assert(model[handle].known);
        }
        break;
    case 1:
        if (rng_below(rng, 4) == 0) {
            sched_remove(sched, handle);
            model[handle] = (struct model){.known = false};
        }
        break;
    case 2:
        (void)sched_once(sched, handle, now + rng_below(rng, 20 * SECOND));
        break;
    case 3:
        (void)sched_set(sched, handle, rng_below(rng, 3) * 30 * SECOND, 0, now);
        break;
    case 4:
        sched_spread(sched, now, MINUTE);
        break;
    default:
        sched_done(sched, handle, now);
        model[handle].flying = false;
        break;
    }
    for (uint32_t i = 0; i < DEVICES; i++) {
        model[i].due = model[i].known ? sched_due_at(sched, i) : SCHED_NEVER;
        cr_assert_eq(sched_in_flight(sched, i), model[i].flying && model[i].known);
    }
}

Test(property, no_look_is_lost_doubled_or_early_whatever_happens)
{
    static const uint64_t starts[] = {0, 1, START, UINT64_C(1) << 46, (UINT64_C(1) << 52) - 5000};
    for (unsigned seed = 0; seed < 20; seed++) {
        struct rng rng;
        rng_init(&rng, seed);
        uint64_t now = starts[seed % 5];
        struct sched *sched = sched_create(1, now);
        struct model model[DEVICES] = {{0}};
        for (unsigned step = 0; step < 4000; step++) {
            random_change(sched, model, &rng, now);
            now += rng_below(&rng, rng_below(&rng, 50) == 0 ? 10 * MINUTE : 3 * SECOND);
            uint32_t out[8];
            size_t taken = 0;
            do {
                taken = sched_due(sched, now, out, 8);
                for (size_t i = 0; i < taken; i++) {
                    check_taken(model, out[i], now);
                }
            } while (taken == 8);
            check_none_late(model, now);
            check_next(sched, model, now);
            size_t known = 0;
            for (uint32_t i = 0; i < DEVICES; i++) {
                known += model[i].known;
            }
            cr_assert_eq(sched_waiting(sched) + sched_flying(sched), known);
        }
        sched_destroy(sched);
    }
}
