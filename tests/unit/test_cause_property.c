/* SPDX-License-Identifier: MIT */
/* Long random lives of small fleets: what must hold whatever dies and comes back. A failure names the seed. */
#include "cause/parts.h"
#include "cause_world.h"

#define LIVES   20
#define DEVICES 60

/* ---- what holds at every moment ---- */

/* The books are right: each incident counts those that belong to it, each site those that are lost. */
static void check_books(const struct cause *cause, uint32_t site, uint64_t seed)
{
    uint32_t lost = 0;
    uint32_t members[CAUSE_OPEN_MAX] = {0};
    for (const struct device *d = first_device(cause, site); d != NULL; d = next_device(cause, d)) {
        lost += d->lost;
        cr_assert(d->slot == NO_SLOT || !d->own, "seed %llu", (unsigned long long)seed);
        cr_assert(!d->lost || d->own || d->slot != NO_SLOT, "seed %llu: nobody accounts for it",
                  (unsigned long long)seed);
        if (d->slot != NO_SLOT) {
            members[d->slot]++;
        }
    }
    cr_assert_eq(cause_lost(cause, site), lost, "seed %llu", (unsigned long long)seed);
    for (uint32_t i = 0; i < CAUSE_OPEN_MAX; i++) {
        const struct cause_incident *incident = &cause->sites[site].incidents[i];
        cr_assert_eq(incident->lost, members[i], "seed %llu", (unsigned long long)seed);
        cr_assert(incident->kind != CAUSE_FREE || members[i] == 0, "seed %llu",
                  (unsigned long long)seed);
        cr_assert(incident->kind == CAUSE_FREE || members[i] > 0, "seed %llu: it is over",
                  (unsigned long long)seed);
    }
}

/* At most one open incident per cause. */
static void check_causes(const struct cause *cause, uint32_t site, uint64_t seed)
{
    uint32_t sites = 0;
    for (uint32_t i = 0; i < CAUSE_OPEN_MAX; i++) {
        const struct cause_incident *a = &cause->sites[site].incidents[i];
        sites += a->kind == CAUSE_SITE;
        for (uint32_t k = 0; k < i; k++) {
            const struct cause_incident *b = &cause->sites[site].incidents[k];
            bool same_root =
                a->kind == CAUSE_DEVICE && b->kind == CAUSE_DEVICE && a->root == b->root;
            bool same_name = a->kind != CAUSE_FREE && b->kind != CAUSE_FREE &&
                             a->kind != CAUSE_DEVICE && b->kind != CAUSE_DEVICE &&
                             a->start_wall == b->start_wall && a->opened_as == b->opened_as;
            cr_assert(!same_root && !same_name, "seed %llu", (unsigned long long)seed);
        }
    }
    cr_assert_leq(sites, 1, "seed %llu", (unsigned long long)seed);
}

/* ---- what is told ---- */

/* Each incident is opened once, changes while it is open, and is closed once. */
struct ledger {
    unsigned open[4]; /* incidents of a site that were opened and not closed */
};

static void check_told(const struct world *world, size_t from, struct ledger *ledger, uint64_t seed)
{
    for (size_t i = from; i < world->told_count; i++) {
        const struct told *told = &world->told[i];
        unsigned *open = &ledger->open[told->site];
        if (told->what == CAUSE_OPENED) {
            cr_assert_geq(told->lost, 2, "seed %llu: one device is no group",
                          (unsigned long long)seed);
            (*open)++;
        } else if (told->what == CAUSE_GREW) {
            cr_assert_gt(*open, 0, "seed %llu", (unsigned long long)seed);
        } else if (told->what == CAUSE_CLOSED) {
            cr_assert_gt(*open, 0, "seed %llu", (unsigned long long)seed);
            (*open)--;
        }
    }
}

/* ---- lives ---- */

static void open_fleet(struct world *world, uint64_t seed)
{
    world_open(world, DEVICES, seed);
    for (uint32_t i = 0; i < DEVICES; i++) {
        uint32_t site = i < 40 ? 0 : i < 55 ? 1 : 2;
        bool behind = (i > 0 && i < 9) || (i > 40 && i < 46);
        world_place(world, i, site, behind ? (i < 40 ? 0 : 40) : CAUSE_NONE);
    }
    world_settle(world);
}

/* Something dies, or comes back: one device, a few, a site. */
static void meddle(struct world *world)
{
    static const uint32_t begins[] = {0, 40, 55};
    static const uint32_t sizes[] = {40, 15, 5};
    uint32_t site = (uint32_t)rng_below(&world->rng, 3);
    uint32_t first = begins[site];
    uint32_t count = sizes[site];
    if (rng_below(&world->rng, 4) != 0) {
        first += (uint32_t)rng_below(&world->rng, count);
        uint32_t left = begins[site] + count - first;
        count = 1 + (uint32_t)rng_below(&world->rng, left < 9 ? left : 9);
    }
    if (rng_below(&world->rng, 2) == 0) {
        world_kill(world, first, count, rng_below(&world->rng, 2) == 0);
    } else {
        world_revive(world, first, count);
    }
}

static void live(uint64_t seed)
{
    struct world world;
    struct ledger ledger = {0};
    open_fleet(&world, seed);
    for (unsigned turn = 0; turn < 40; turn++) {
        meddle(&world);
        for (uint64_t left = 1 + rng_below(&world.rng, 12); left > 0; left--) {
            size_t told = world.told_count;
            world_run(&world, 30 * SECOND);
            check_told(&world, told, &ledger, seed);
            for (uint32_t site = 0; site < 3; site++) {
                check_books(world.cause, site, seed);
                check_causes(world.cause, site, seed);
            }
        }
    }
    world_revive(&world, 0, DEVICES);
    size_t told = world.told_count;
    world_run(&world, 30 * MINUTE);
    check_told(&world, told, &ledger, seed);
    for (uint32_t site = 0; site < 3; site++) {
        cr_assert_eq(ledger.open[site], 0, "seed %llu: an incident without end",
                     (unsigned long long)seed);
        cr_assert_eq(cause_lost(world.cause, site), 0, "seed %llu", (unsigned long long)seed);
    }
    world_close(&world);
}

Test(property, whatever_dies_and_comes_back)
{
    for (uint64_t seed = 1; seed <= LIVES; seed++) {
        live(seed);
    }
}

/* The same calls lead to the same answers. */
Test(property, equal_lives_are_told_equally)
{
    struct world one;
    struct world two;
    open_fleet(&one, 77);
    open_fleet(&two, 77);
    for (unsigned turn = 0; turn < 10; turn++) {
        meddle(&one);
        meddle(&two);
        world_run(&one, 3 * MINUTE);
        world_run(&two, 3 * MINUTE);
    }
    cr_assert_eq(one.told_count, two.told_count);
    cr_expect_eq(memcmp(one.told, two.told, one.told_count * sizeof(one.told[0])), 0);
    world_close(&one);
    world_close(&two);
}

/* ---- restarts ---- */

/* The engine is built anew from what is stored of it. */
static void restart(struct world *world)
{
    struct cause *old = world->cause;
    struct cause_time now = world_time(world);
    world->cause = cause_create();
    for (uint32_t i = 0; i < world->count; i++) {
        struct cause_ties ties = {world->things[i].parent, world->things[i].link};
        cr_assert_eq(cause_put(world->cause, i, world->things[i].site, ties), 0);
    }
    for (uint32_t site = 0; site < 3; site++) {
        for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
            const struct cause_incident *open = cause_incident(old, site, slot);
            if (open != NULL) {
                cr_assert_eq(cause_restore(world->cause, site, slot, open, now), 0);
            }
        }
    }
    for (uint32_t i = 0; i < world->count; i++) {
        struct thing *thing = &world->things[i];
        struct cause_member member = cause_member_of(old, i);
        bool well = thing->state.health != VMM_HEALTH_UNKNOWN;
        cause_keep_before(world->cause, i, member.before);
        cause_restore_device(world->cause, i, health_is_lost(&thing->state), well, member.slot);
    }
    for (uint32_t i = 0; i < world->count; i++) {
        struct thing *thing = &world->things[i];
        struct health_input input = {.kind = HEALTH_INPUT_RESTORE};
        thing->ends = 0;
        thing->due = world->now + (int64_t)rng_below(&world->rng, MINUTE);
        world_input(world, i, &input);
    }
    cause_destroy(old);
}

Test(restart, tells_nothing_anew_and_forgets_nothing)
{
    for (int64_t after = 60; after <= 600; after += 90) {
        struct world world;
        open_fleet(&world, (uint64_t)after);
        world_kill(&world, 0, 40, false);
        world_run(&world, after * SECOND);
        size_t told = world.told_count;
        restart(&world);
        world_run(&world, 10 * MINUTE);
        cr_expect_leq(world.told_count, told > 0 ? told : 1, "after %lld s", (long long)after);
        cr_expect_eq(world_count(&world, CAUSE_OPENED, CAUSE_SITE), 1, "after %lld s",
                     (long long)after);
        restart(&world);
        world_revive(&world, 0, 40);
        world_run(&world, 15 * MINUTE);
        cr_expect_eq(world_count(&world, CAUSE_CLOSED, CAUSE_SITE), 1, "after %lld s",
                     (long long)after);
        cr_expect_eq(world.told_count, 2, "after %lld s: %zu", (long long)after, world.told_count);
        world_close(&world);
    }
}

/* The first of them is confirmed by itself right after the start, before the others are heard of. */
Test(restart, a_storm_that_was_not_decided_goes_on)
{
    for (int64_t after = 5; after <= 45; after += 10) {
        struct world world;
        open_fleet(&world, (uint64_t)after);
        world_kill(&world, 20, 8, false);
        while (world.first_failed == 0) {
            world_run(&world, STEP);
        }
        world_run(&world, after * SECOND);
        restart(&world);
        world_run(&world, 10 * MINUTE);
        cr_expect_eq(world_count(&world, CAUSE_OPENED, CAUSE_GROUP), 1, "after %lld s",
                     (long long)after);
        cr_expect_eq(world_count(&world, CAUSE_OWN, CAUSE_FREE), 0, "after %lld s",
                     (long long)after);
        world_close(&world);
    }
}

/* What follows from a device is not told, and has to be stored all the same. */
Test(restart, what_has_to_be_stored_has_a_mark)
{
    struct world world;
    open_fleet(&world, 3);
    cr_expect_eq(cause_mark(world.cause, 0), 0u);
    world_kill(&world, 0, 9, false);
    world_run(&world, 10 * MINUTE);
    uint64_t mark = cause_mark(world.cause, 0);
    uint32_t slot = CAUSE_NONE;
    cr_assert_not_null(cause_of(world.cause, 1, &slot));
    cr_expect_eq(cause_incident(world.cause, 0, slot)->kind, CAUSE_DEVICE);
    cr_expect_neq(mark, 0u);
    world_run(&world, 10 * MINUTE);
    cr_expect_eq(cause_mark(world.cause, 0), mark, "nothing has changed");
    world_revive(&world, 0, 9);
    world_run(&world, 30 * MINUTE);
    cr_expect_eq(cause_mark(world.cause, 0), 0u);
    world_close(&world);
}

Test(restart, what_is_not_an_incident_is_not_put_back)
{
    struct cause *cause = cause_create();
    struct cause_time now = {1, 1};
    struct cause_incident incident = {.start_wall = 5, .kind = CAUSE_SITE, .told = 1};
    cr_expect_eq(cause_restore(cause, 0, 0, &incident, now), 0);
    cr_expect_neq(cause_restore(cause, 0, CAUSE_OPEN_MAX, &incident, now), 0);
    incident.kind = 9;
    cr_expect_neq(cause_restore(cause, 0, 1, &incident, now), 0);
    incident = (struct cause_incident){.kind = CAUSE_SITE};
    cr_expect_neq(cause_restore(cause, 0, 1, &incident, now), 0);
    cause_destroy(cause);
}

/* ---- changes of the fleet ---- */

Test(fleet, who_is_removed_or_switched_off_leaves_its_incident)
{
    struct world world;
    struct cause_change change;
    open_fleet(&world, 3);
    world_kill(&world, 20, 6, false);
    world_run(&world, 10 * MINUTE);
    cr_assert_eq(world_count(&world, CAUSE_OPENED, CAUSE_GROUP), 1);
    for (uint32_t i = 20; i < 25; i++) {
        cause_expect(world.cause, i, false, world_time(&world));
        cr_expect_eq(cause_of(world.cause, i, NULL), NULL);
    }
    cr_expect(!cause_next_change(world.cause, &change), "one is left");
    cause_remove(world.cause, 25, world_time(&world));
    cr_assert(cause_next_change(world.cause, &change));
    cr_expect_eq(change.what, CAUSE_CLOSED);
    cr_expect_eq(cause_lost(world.cause, 0), 0);
    cr_expect_eq(cause_next_busy(world.cause, CAUSE_NONE), CAUSE_NONE);
    world_close(&world);
}

/* Or all sites that ever had one are looked at each second, for good. */
Test(fleet, a_storm_that_is_over_at_once_leaves_no_mark)
{
    struct world world;
    open_fleet(&world, 5);
    struct cause_time now = world_time(&world);
    cause_heard(world.cause, 7, false, now);
    uint32_t site = cause_next_busy(world.cause, CAUSE_NONE);
    cr_assert_neq(site, CAUSE_NONE);
    cr_expect_neq(world.cause->busy[site / 64], 0);
    cause_heard(world.cause, 7, true, now);
    cr_expect_eq(cause_next_busy(world.cause, CAUSE_NONE), CAUSE_NONE);
    cr_expect_eq(world.cause->busy[site / 64], 0);
    world_close(&world);
}

Test(fleet, silence_of_our_own_side_begins_no_storm)
{
    struct world world;
    open_fleet(&world, 4);
    world_kill(&world, 0, 40, false);
    while (!cause_is_undecided(world.cause, 0)) {
        world_step(&world);
    }
    cause_void(world.cause);
    cr_expect(!cause_is_undecided(world.cause, 0));
    world_revive(&world, 0, 40);
    world_run(&world, 5 * MINUTE);
    cr_expect_eq(world.told_count, 0);
    world_close(&world);
}
