/* SPDX-License-Identifier: MIT */
/* Storms of all sizes, and what people are told of each. */
#include "cause_world.h"

#define SEEDS 3

/* The site's outage was told once, in time, with all that was lost. */
static void expect_site(const struct world *world, uint32_t lost)
{
    cr_assert_eq(world->told_count, 1, "told %zu times", world->told_count);
    const struct told *told = world_told(world, CAUSE_OPENED, CAUSE_SITE);
    cr_expect_eq(told->lost, lost, "%u", told->lost);
    cr_expect_leq(told->at - world->first_failed, 60 * SECOND, "%lld s",
                  (long long)((told->at - world->first_failed) / SECOND));
}

static void outage(uint32_t size, bool refuses, uint64_t seed)
{
    struct world world;
    world_open(&world, size, seed);
    world.slots = size > 100 ? 64 : 0;
    world_settle(&world);
    world_kill(&world, 0, size, refuses);
    world_run(&world, 20 * MINUTE);
    expect_site(&world, size);
    for (uint32_t i = 0; i < size; i++) {
        cr_expect_eq(world.things[i].state.health, VMM_HEALTH_DOWN);
    }
    world_revive(&world, 0, size);
    world_run(&world, 20 * MINUTE);
    cr_expect_eq(world.told_count, 2);
    cr_expect_eq(world_told(&world, CAUSE_CLOSED, CAUSE_SITE)->lost, 0);
    cr_expect_eq(world.consequences, 2 * size);
    for (uint32_t i = 0; i < size; i++) {
        cr_expect_eq(world.things[i].state.health, VMM_HEALTH_OK);
    }
    world_close(&world);
}

Test(storm, a_site_is_one_message_and_one_recovery)
{
    static const uint32_t sizes[] = {2, 3, 5, 30};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            outage(sizes[i], seed % 2 == 0, seed);
        }
    }
}

Test(storm, a_site_of_three_hundred_is_too_with_sixty_four_looks_at_once)
{
    outage(300, false, 1);
}

/* Repeats that follow each other faster than an attempt ends: what a site is takes as long as it takes to ask. */
Test(storm, a_site_is_one_message_however_fast_a_single_device_is_confirmed)
{
    static const uint32_t sizes[] = {2, 6, 30};
    for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct world world;
        struct cause_policy times;
        world_open(&world, sizes[i / 2], 11 + i);
        for (uint32_t k = 0; k < world.policy.repeat_count; k++) {
            world.policy.repeat_us[k] /= 50;
        }
        cause_policy_of(&world.policy, &times);
        cause_set_policy(world.cause, &times);
        world_settle(&world);
        world_kill(&world, 0, world.count, i % 2 == 0);
        world_run(&world, 20 * MINUTE);
        expect_site(&world, world.count);
        world_close(&world);
    }
}

/* One device was told by itself, within two minutes of its first failed look. */
static void expect_single(const struct world *world, uint32_t device)
{
    cr_assert_eq(world->told_count, 1, "told %zu times", world->told_count);
    const struct told *told = world_told(world, CAUSE_OWN, CAUSE_FREE);
    cr_expect_eq(told->device, device);
    cr_expect_eq(told->to, VMM_HEALTH_DOWN);
    cr_expect_leq(told->at - world->first_failed, 120 * SECOND, "%lld s",
                  (long long)((told->at - world->first_failed) / SECOND));
}

static void one_dies(uint32_t size, uint64_t seed)
{
    struct world world;
    world_open(&world, size, seed);
    world_settle(&world);
    world_kill(&world, size / 2, 1, false);
    world_run(&world, 15 * MINUTE);
    expect_single(&world, size / 2);
    world_revive(&world, size / 2, 1);
    world_run(&world, 12 * MINUTE);
    cr_expect_eq(world.told_count, 2);
    cr_expect_eq(world.told[1].to, VMM_HEALTH_OK);
    cr_expect_eq(world.consequences, 0);
    world_close(&world);
}

Test(storm, one_device_is_told_as_itself)
{
    static const uint32_t sizes[] = {1, 2, 3, 5, 30};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            one_dies(sizes[i], seed);
        }
    }
}

Test(storm, one_of_three_hundred_asks_each_of_the_others_once_at_most)
{
    struct world world;
    world_open(&world, 300, 7);
    world_settle(&world);
    world_kill(&world, 100, 1, false);
    world_run(&world, 10 * MINUTE);
    expect_single(&world, 100);
    for (uint32_t i = 0; i < 300; i++) {
        cr_expect_leq(world.things[i].asked, 2, "%u: asked %u times", i, world.things[i].asked);
    }
    world_close(&world);
}

static struct cause_time at(int64_t seconds)
{
    return (struct cause_time){.wall_us = WALL_START + seconds * SECOND,
                               .mono_us = seconds * SECOND};
}

/* Who is asked now: true when `wanted` is one of them. All of them but the dead one answer. */
static bool is_asked(struct cause *cause, uint32_t wanted, uint32_t dead, int64_t seconds)
{
    uint32_t device;
    bool found = false;
    while (cause_next_ask(cause, &device)) {
        found = found || device == wanted;
        if (device != dead) {
            cause_alive(cause, device, at(seconds));
        }
    }
    return found;
}

/* Device 0 is dead. Device 1 loses some packets: a look fails, the repeat is answered, the full look after it fails. */
Test(storm, one_that_falters_is_asked_again_and_not_told_with_the_one_that_is_lost)
{
    struct cause *cause = cause_create();
    struct cause_change change;
    for (uint32_t i = 0; i < 30; i++) {
        cr_assert_eq(cause_put(cause, i, 0, (struct cause_ties){CAUSE_NONE, 0}), 0);
        cause_heard(cause, i, true, at(900));
    }
    cause_silent(cause, 0, at(1000));
    cr_expect_not(is_asked(cause, 0, 0, 1000));
    cause_silent(cause, 1, at(1030));
    cr_expect_not(is_asked(cause, 1, 0, 1030), "its own repeat comes");
    cause_alive(cause, 1, at(1035));
    cause_silent(cause, 1, at(1041));
    cr_expect(is_asked(cause, 1, 0, 1041));
    cause_time(cause, 0, at(1051));
    cr_assert_not(cause_is_undecided(cause, 0));
    cause_verdict(cause, 0, true, at(1095));
    cr_expect_null(cause_of(cause, 0, NULL), "it is lost for itself");
    cr_expect_not(cause_next_change(cause, &change));
    cause_destroy(cause);
}

Test(storm, eight_of_thirty_are_told_as_those_eight)
{
    for (uint64_t seed = 1; seed <= 2 * SEEDS; seed++) {
        struct world world;
        world_open(&world, 30, seed);
        world_settle(&world);
        world_kill(&world, 11, 8, seed % 2 == 0);
        world_run(&world, 15 * MINUTE);
        cr_assert_eq(world.told_count, 1, "seed %llu: told %zu times", (unsigned long long)seed,
                     world.told_count);
        cr_expect_eq(world_told(&world, CAUSE_OPENED, CAUSE_GROUP)->lost, 8);
        for (uint32_t i = 0; i < 30; i++) {
            cr_expect_eq(cause_of(world.cause, i, NULL) != NULL, i >= 11 && i < 19);
        }
        world_revive(&world, 11, 8);
        world_run(&world, 15 * MINUTE);
        cr_expect_eq(world.told_count, 2);
        cr_expect_eq(world_told(&world, CAUSE_CLOSED, CAUSE_GROUP)->lost, 0);
        world_close(&world);
    }
}

Test(storm, a_switch_that_is_known_names_its_devices_when_all_of_them_are_lost)
{
    struct world world;
    world_open(&world, 30, 8);
    for (uint32_t i = 4; i < 12; i++) {
        world.things[i].link = 77;
        world_place(&world, i, 0, CAUSE_NONE);
    }
    world_settle(&world);
    world_kill(&world, 4, 8, false);
    world_run(&world, 15 * MINUTE);
    cr_assert_eq(world.told_count, 1);
    cr_expect_eq(world_told(&world, CAUSE_OPENED, CAUSE_GROUP)->lost, 8);
    cr_expect_eq(cause_of(world.cause, 5, NULL)->link, 77);
    cr_expect_eq(cause_of(world.cause, 5, NULL)->opened_link, 77);
    world_close(&world);
}

Test(storm, a_switch_of_which_one_answers_is_not_the_cause)
{
    struct world world;
    world_open(&world, 30, 8);
    for (uint32_t i = 4; i < 12; i++) {
        world.things[i].link = 77;
        world_place(&world, i, 0, CAUSE_NONE);
    }
    world_settle(&world);
    world_kill(&world, 5, 7, false);
    world_run(&world, 15 * MINUTE);
    cr_expect_eq(world_told(&world, CAUSE_OPENED, CAUSE_GROUP)->lost, 7);
    cr_expect_eq(cause_of(world.cause, 5, NULL)->link, 0);
    world_close(&world);
}

/* The fault of one was over at once; of another that fails seconds later the neighbours are asked, not only those that
 * were asked before it was lost. */
Test(storm, is_over_with_the_fault_that_began_it)
{
    struct cause *cause = cause_create();
    for (uint32_t i = 0; i < 30; i++) {
        cr_assert_eq(cause_put(cause, i, 0, (struct cause_ties){CAUSE_NONE, i < 8 ? 77 : 0}), 0);
        cause_heard(cause, i, true, at(900));
    }
    cause_silent(cause, 20, at(1000));
    cr_assert(cause_is_undecided(cause, 0));
    cr_expect_not(is_asked(cause, 20, 20, 1000));
    cause_alive(cause, 20, at(1005));
    cr_expect_not(cause_is_undecided(cause, 0));
    cause_silent(cause, 3, at(1030));
    cr_expect(is_asked(cause, 7, 3, 1031), "it hangs on the same switch");
    cause_silent(cause, 20, at(1035));
    cause_alive(cause, 20, at(1040));
    cr_expect(cause_is_undecided(cause, 0), "the other one still fails");
    cause_destroy(cause);
}

/* Two of the switch's devices are decided about, and not confirmed yet, when the other six fail: their looks were over
 * just before the switch was lost. */
Test(storm, what_is_lost_before_a_group_is_confirmed_is_of_that_group)
{
    struct cause *cause = cause_create();
    struct cause_change change;
    for (uint32_t i = 0; i < 30; i++) {
        cr_assert_eq(cause_put(cause, i, 0, (struct cause_ties){CAUSE_NONE, i < 8 ? 77 : 0}), 0);
        cause_heard(cause, i, true, at(900));
    }
    for (uint32_t i = 0; i < 2; i++) {
        cause_silent(cause, i, at(1000));
        cr_expect_not(is_asked(cause, i, i, 1001));
    }
    cause_time(cause, 0, at(1051));
    for (uint32_t i = 2; i < 8; i++) {
        cause_silent(cause, i, at(1060));
    }
    cause_time(cause, 0, at(1111));
    cr_expect_not(cause_next_change(cause, &change), "no verdict stands yet");
    cause_verdict(cause, 1, true, at(1120));
    cr_assert(cause_next_change(cause, &change));
    cr_expect_eq(change.what, CAUSE_OPENED);
    cr_expect_eq(change.incident.lost, 8, "%u", change.incident.lost);
    cr_expect_eq(change.incident.link, 77);
    cause_verdict(cause, 5, true, at(1155));
    cr_expect_not(cause_next_change(cause, &change), "it is told already");
    cause_destroy(cause);
}

/* A start in the first minutes of an outage: of the group's devices one had no verdict yet, so its place is not stored. */
Test(storm, one_on_the_lost_switch_follows_from_it_after_a_restart)
{
    struct cause *cause = cause_create();
    struct cause_time now = {.wall_us = 5000 * SECOND, .mono_us = 1000 * SECOND};
    struct cause_incident group = {.start_wall = 4900 * SECOND,
                                   .root = CAUSE_NONE,
                                   .members = 8,
                                   .link = 77,
                                   .opened_link = 77,
                                   .kind = CAUSE_GROUP,
                                   .opened_as = CAUSE_GROUP,
                                   .told = 1};
    for (uint32_t i = 0; i < 30; i++) {
        uint32_t link = i >= 4 && i < 12 ? 77 : 0;
        cr_assert_eq(cause_put(cause, i, 0, (struct cause_ties){CAUSE_NONE, link}), 0);
    }
    cr_assert_eq(cause_restore(cause, 0, 2, &group, now), 0);
    for (uint32_t i = 0; i < 30; i++) {
        bool lost = i >= 4 && i < 11;
        cause_restore_device(cause, i, lost, !lost, lost ? 2 : CAUSE_NONE);
    }
    const uint32_t late[] = {11, 20};
    for (size_t i = 0; i < 2; i++) {
        now.mono_us += 60 * SECOND;
        cause_heard(cause, late[i], false, now);
        cause_verdict(cause, late[i], true, now);
    }
    cr_assert_not_null(cause_of(cause, 11, NULL));
    cr_expect_eq(cause_of(cause, 11, NULL)->lost, 8);
    cr_expect_null(cause_of(cause, 20, NULL), "nothing tells that it hangs on the switch");
    cause_destroy(cause);
}

Test(storm, two_halves_minutes_apart_are_one_incident_that_grows)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        world_open(&world, 30, seed);
        world_settle(&world);
        world_kill(&world, 0, 15, false);
        world_run(&world, 4 * MINUTE);
        cr_expect_eq(world_told(&world, CAUSE_OPENED, CAUSE_GROUP)->lost, 15);
        world_kill(&world, 15, 15, false);
        world_run(&world, 10 * MINUTE);
        cr_assert_eq(world.told_count, 2, "told %zu times", world.told_count);
        cr_expect_eq(world_told(&world, CAUSE_GREW, CAUSE_SITE)->lost, 30);
        world_revive(&world, 0, 30);
        world_run(&world, 15 * MINUTE);
        cr_expect_eq(world.told_count, 3);
        cr_expect_eq(world_count(&world, CAUSE_CLOSED, CAUSE_SITE), 1);
        world_close(&world);
    }
}

Test(storm, all_but_one_is_still_the_site)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        world_open(&world, 30, seed);
        world_settle(&world);
        world_kill(&world, 0, 29, false);
        world_run(&world, 15 * MINUTE);
        expect_site(&world, 29);
        cr_expect(!cause_is_total(world.cause, 0), "one answers: this machine is not cut off");
        world_revive(&world, 0, 29);
        world_run(&world, 15 * MINUTE);
        cr_expect_eq(world.told_count, 2);
        world_close(&world);
    }
}

Test(storm, two_of_three_are_those_two)
{
    struct world world;
    world_open(&world, 3, 1);
    world_settle(&world);
    world_kill(&world, 0, 2, false);
    world_run(&world, 15 * MINUTE);
    cr_assert_eq(world.told_count, 1);
    cr_expect_eq(world_told(&world, CAUSE_OPENED, CAUSE_GROUP)->lost, 2);
    world_close(&world);
}

/* Device 0 is a recorder; 1 to 16 hang on it, 17 to 29 do not. */
static void open_recorder(struct world *world, uint64_t seed)
{
    world_open(world, 30, seed);
    for (uint32_t i = 1; i <= 16; i++) {
        world_place(world, i, 0, 0);
    }
    world_settle(world);
}

Test(storm, a_recorder_is_the_cause_of_what_hangs_on_it)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        open_recorder(&world, seed);
        world_kill(&world, 0, 17, seed % 2 == 0);
        world_run(&world, 15 * MINUTE);
        cr_assert_eq(world.told_count, 1, "told %zu times", world.told_count);
        cr_expect_eq(world.told[0].device, 0);
        cr_expect_eq(world.consequences, 16);
        cr_expect_eq(cause_of(world.cause, 5, NULL)->root, 0);
        world_revive(&world, 0, 17);
        world_run(&world, 15 * MINUTE);
        cr_expect_eq(world.told_count, 2);
        cr_expect_eq(world.told[1].device, 0);
        cr_expect_eq(world.told[1].to, VMM_HEALTH_OK);
        world_close(&world);
    }
}

Test(storm, what_stays_dead_behind_a_recorder_that_is_back_is_told_as_itself)
{
    struct world world;
    open_recorder(&world, 1);
    world_kill(&world, 0, 17, false);
    world_run(&world, 15 * MINUTE);
    world_revive(&world, 0, 15);
    world_run(&world, 30 * MINUTE);
    cr_assert_eq(world.told_count, 4, "told %zu times", world.told_count);
    for (size_t i = 2; i < 4; i++) {
        cr_expect(world.told[i].device == 15 || world.told[i].device == 16);
        cr_expect_eq(world.told[i].to, VMM_HEALTH_DOWN);
    }
    cr_expect_eq(cause_of(world.cause, 15, NULL), NULL);
    world_close(&world);
}

Test(storm, a_camera_that_dies_behind_a_dead_recorder_follows_from_it)
{
    struct world world;
    open_recorder(&world, 1);
    world_kill(&world, 0, 1, false);
    world_run(&world, 10 * MINUTE);
    cr_assert_eq(world.told_count, 1);
    world_kill(&world, 3, 2, false);
    world_run(&world, 10 * MINUTE);
    cr_expect_eq(world.told_count, 1);
    cr_expect_eq(world.consequences, 2);
    world_close(&world);
}

Test(storm, a_staggered_return_ends_with_three_that_stay_dead_told_as_themselves)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        world_open(&world, 30, seed);
        world_settle(&world);
        world_kill(&world, 0, 30, false);
        world_run(&world, 30 * MINUTE);
        expect_site(&world, 30);
        for (uint32_t i = 0; i < 27; i++) {
            world_revive(&world, i, 1);
            world_run(&world, 25 * SECOND);
        }
        world_run(&world, 20 * MINUTE);
        cr_assert_eq(world.told_count, 5, "told %zu times", world.told_count);
        cr_expect_eq(world.told[1].what, CAUSE_CLOSED);
        cr_expect_eq(world.told[1].lost, 3);
        bool named[30] = {false};
        for (size_t i = 2; i < 5; i++) {
            cr_expect_eq(world.told[i].to, VMM_HEALTH_DOWN);
            named[world.told[i].device] = true;
        }
        cr_expect(named[27] && named[28] && named[29]);
        world_revive(&world, 27, 3);
        world_run(&world, 15 * MINUTE);
        cr_expect_eq(world.told_count, 8, "and each is back by itself");
        world_close(&world);
    }
}

Test(storm, a_site_of_which_half_comes_back_goes_on_as_a_group)
{
    struct world world;
    world_open(&world, 30, 3);
    world_settle(&world);
    world_kill(&world, 0, 30, false);
    world_run(&world, 10 * MINUTE);
    world_revive(&world, 0, 15);
    world_run(&world, 15 * MINUTE);
    cr_assert_eq(world.told_count, 2, "told %zu times", world.told_count);
    cr_expect_eq(world_told(&world, CAUSE_GREW, CAUSE_GROUP)->lost, 15);
    world_revive(&world, 15, 15);
    world_run(&world, 15 * MINUTE);
    cr_expect_eq(world.told_count, 3);
    cr_expect_eq(world_told(&world, CAUSE_CLOSED, CAUSE_GROUP)->lost, 0);
    world_close(&world);
}

Test(storm, another_site_is_another_incident_and_shows_that_this_machine_is_not_cut_off)
{
    struct world world;
    world_open(&world, 20, 5);
    for (uint32_t i = 10; i < 20; i++) {
        world_place(&world, i, 1, CAUSE_NONE);
    }
    world_settle(&world);
    world_kill(&world, 0, 10, false);
    world_run(&world, 10 * MINUTE);
    expect_site(&world, 10);
    cr_expect(!cause_is_total(world.cause, 0));
    world_kill(&world, 10, 10, false);
    world_run(&world, 10 * MINUTE);
    cr_assert_eq(world.told_count, 2);
    cr_expect_eq(world.told[1].site, 1);
    cr_expect(cause_is_total(world.cause, 1), "nobody answers any more");
    world_close(&world);
}

Test(storm, what_never_was_well_is_no_evidence)
{
    struct world world;
    world_open(&world, 10, 1);
    world_kill(&world, 5, 5, false);
    world_run(&world, 20 * MINUTE);
    cr_expect_eq(world_count(&world, CAUSE_OPENED, CAUSE_GROUP), 0);
    cr_expect_eq(world_count(&world, CAUSE_OWN, CAUSE_FREE), 5);
    world_close(&world);
}

/* Devices of another make than they were taken for: they answer, but nothing that can be read. */
Test(storm, a_sign_of_life_is_no_proof_that_it_was_well)
{
    struct world world;
    world_open(&world, 20, 1);
    for (uint32_t i = 0; i < 6; i++) {
        world.things[i].foreign = true;
        world.things[i].due = SECOND;
    }
    world_run(&world, 20 * MINUTE);
    cr_expect_eq(world_count(&world, CAUSE_OPENED, CAUSE_GROUP), 0);
    cr_expect_eq(world_count(&world, CAUSE_OPENED, CAUSE_SITE), 0);
    cr_expect_eq(world_count(&world, CAUSE_OWN, CAUSE_FREE), 6);
    world_close(&world);
}

/* The same of devices that were well before: something has changed for all of them. */
Test(storm, those_that_were_well_and_answer_nonsense_are_a_group)
{
    struct world world;
    world_open(&world, 20, 1);
    world_settle(&world);
    for (uint32_t i = 0; i < 6; i++) {
        world.things[i].foreign = true;
        world.things[i].due = world.now + SECOND;
    }
    world_run(&world, 20 * MINUTE);
    cr_expect_eq(world_count(&world, CAUSE_OPENED, CAUSE_GROUP), 1);
    world_close(&world);
}

Test(storm, passing_faults_of_single_devices_tell_nothing)
{
    struct world world;
    world_open(&world, 100, 9);
    world_settle(&world);
    int64_t ends[100] = {0};
    for (int64_t end = world.now + 60 * MINUTE; world.now < end;) {
        for (uint32_t i = 0; i < 100; i++) {
            struct thing *thing = &world.things[i];
            if (thing->dead && ends[i] <= world.now) {
                thing->dead = false;
            } else if (!thing->dead && rng_below(&world.rng, 30000) == 0) {
                thing->dead = true; /* 1 % of the time: 30 s in 3,000 s */
                ends[i] = world.now + 2 * SECOND + (int64_t)rng_below(&world.rng, 58 * SECOND);
            }
        }
        world_step(&world);
    }
    cr_expect_eq(world.told_count, 0, "told %zu times", world.told_count);
    world_close(&world);
}

/* Others are asked whether it is this machine that is cut off; not when somebody has shown that it is not. */
Test(references, are_left_alone_when_something_has_answered)
{
    struct world world;
    world_open(&world, 30, 11);
    for (uint32_t i = 10; i < 30; i++) {
        world_place(&world, i, 1, CAUSE_NONE);
    }
    world_settle(&world);
    world_kill(&world, 20, 10, false);
    world_run(&world, 10 * MINUTE);
    cr_expect_eq(world_count(&world, CAUSE_OPENED, CAUSE_GROUP), 1);
    for (uint32_t i = 0; i < 10; i++) {
        cr_expect_eq(world.things[i].asked, 0, "%u", i);
    }
    world_kill(&world, 0, 10, false);
    world_kill(&world, 10, 10, false);
    world_run(&world, 10 * MINUTE);
    cr_expect_gt(world.things[0].asked + world.things[5].asked, 0, "nothing answers any more");
    world_close(&world);
}
