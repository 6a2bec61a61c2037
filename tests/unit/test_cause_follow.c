/* SPDX-License-Identifier: MIT */
/* Those that were lost with others: what was wrong with one before, and what it comes back with. */
#include "cause_world.h"

#define SEEDS 3

/* The event of device 4, which is or was lost to the group, and what is wrong with it since `incident_wall`. */
static struct follow_place place_of(const struct cause *cause, bool was_lost, bool is_lost,
                                    int64_t ts_wall, int64_t incident_wall)
{
    const uint64_t lost = HEALTH_BIT(VMM_REASON_TIMEOUT);
    struct health_state before = {.reasons = was_lost ? lost : 0};
    struct health_state after = {.reasons = is_lost ? lost : 0};
    struct health_event event = {.ts_wall = ts_wall,
                                 .incident_wall = incident_wall,
                                 .to_health = is_lost ? VMM_HEALTH_DOWN : VMM_HEALTH_OK};
    return follow_place(cause, 4, &before, &after, &event);
}

Test(follow, what_was_wrong_before_ends_with_the_devices_own_recovery)
{
    struct cause *cause = cause_create();
    struct cause_time now = {.wall_us = 5000 * SECOND, .mono_us = 1000 * SECOND};
    struct cause_incident group = {
        .start_wall = 4900 * SECOND, .kind = CAUSE_GROUP, .opened_as = CAUSE_GROUP, .told = 1};
    cr_assert_eq(cause_put(cause, 4, 0, (struct cause_ties){CAUSE_NONE, 0}), 0);
    cr_assert_eq(cause_restore(cause, 0, 0, &group, now), 0);
    cause_restore_device(cause, 4, true, false, 0);

    struct follow_place place = place_of(cause, false, true, 4910 * SECOND, 4000 * SECOND);
    cr_expect_eq(place.role, INCIDENT_CONSEQUENCE);
    cr_expect_eq(place.begins_wall, 0, "the older incident goes on");
    place = place_of(cause, true, false, 5000 * SECOND, 4000 * SECOND);
    cr_expect_eq(place.role, INCIDENT_CAUSE);
    cr_expect_eq(place.step, INCIDENT_CLOSED);
    cr_expect_eq(place.start_wall, 4000 * SECOND);

    place = place_of(cause, false, true, 4910 * SECOND, 4910 * SECOND);
    cr_expect_eq(place.begins_wall, group.start_wall, "nothing was wrong before");
    place = place_of(cause, true, false, 5000 * SECOND, place.begins_wall);
    cr_expect_eq(place.role, INCIDENT_CONSEQUENCE);
    cr_expect_eq(place.step, INCIDENT_CLOSED);
    cause_destroy(cause);
}

/* The event of a device that was lost with others after a restart, and is back with this reason. */
static struct follow_place back_with(uint32_t reason, struct cause_before kept)
{
    struct cause *cause = cause_create();
    struct cause_time now = {.wall_us = 5000 * SECOND, .mono_us = 1000 * SECOND};
    struct cause_incident group = {
        .start_wall = 4900 * SECOND, .kind = CAUSE_GROUP, .opened_as = CAUSE_GROUP, .told = 1};
    struct health_state before = {.health = VMM_HEALTH_DOWN,
                                  .reasons = HEALTH_BIT(VMM_REASON_TIMEOUT)};
    struct health_state after = {.health = VMM_HEALTH_DEGRADED};
    struct health_event event = {.ts_wall = now.wall_us,
                                 .incident_wall = 4000 * SECOND,
                                 .to_health = VMM_HEALTH_DEGRADED,
                                 .reason = (uint8_t)reason};
    cr_assert_eq(cause_put(cause, 4, 0, (struct cause_ties){CAUSE_NONE, 0}), 0);
    cr_assert_eq(cause_restore(cause, 0, 0, &group, now), 0);
    cause_keep_before(cause, 4, kept);
    cause_restore_device(cause, 4, true, false, 0);
    cause_keep_before(cause, 4, (struct cause_before){0}); /* it is lost already: the first stays */
    struct cause_member member = cause_member_of(cause, 4);
    cr_expect_eq(member.slot, 0);
    cr_expect_eq(member.before.reason, kept.reason);
    struct follow_place place = follow_place(cause, 4, &before, &after, &event);
    cause_destroy(cause);
    return place;
}

#define TRIO 3u

/* What a device of the trio turns to, and where its event belongs. */
static struct follow_place turn(struct cause *cause, uint32_t device, struct health_state *state,
                                uint32_t health, const struct health_input *input)
{
    struct health_state before = *state;
    state->health = (uint8_t)health;
    follow_step(cause, device, &before, state, input);
    if (state->incident_wall == 0) {
        state->incident_wall = input->now_wall;
    }
    struct health_event event = {.ts_wall = input->now_wall,
                                 .incident_wall = state->incident_wall,
                                 .from_health = before.health,
                                 .to_health = (uint8_t)health};
    struct follow_place place = follow_place(cause, device, &before, state, &event);
    if (place.begins_wall != 0) {
        state->incident_wall = place.begins_wall;
    }
    follow_end(cause, device, &before, state, input);
    return place;
}

/* They are lost together, and before a verdict of any stands this machine is cut off: their site takes them along, and
 * gives them back. */
Test(follow, who_is_not_seen_any_more_comes_back_with_the_site)
{
    struct cause *cause = cause_create();
    struct health_state states[TRIO] = {0};
    struct cause_time now = {.wall_us = 5000 * SECOND, .mono_us = 1000 * SECOND};
    struct cause_change change;
    for (uint32_t i = 0; i < TRIO; i++) {
        states[i].health = VMM_HEALTH_OK;
        cr_assert_eq(cause_put(cause, i, 0, (struct cause_ties){CAUSE_NONE, 0}), 0);
        cause_heard(cause, i, true, now);
    }
    for (uint32_t i = 0; i < TRIO; i++) {
        cause_silent(cause, i, now);
    }
    now.mono_us += 51 * SECOND;
    cause_time(cause, 0, now);
    cr_assert(cause_next_change(cause, &change));
    cr_assert_eq(change.what, CAUSE_OPENED);
    struct health_input input = {.kind = HEALTH_INPUT_TIME, .now_wall = 5600 * SECOND};
    for (uint32_t i = 0; i < TRIO; i++) {
        struct follow_place place = turn(cause, i, &states[i], VMM_HEALTH_UNKNOWN, &input);
        cr_expect_eq(place.role, INCIDENT_CONSEQUENCE, "%u", i);
        cr_expect_eq(place.step, INCIDENT_OPENED, "%u", i);
    }
    input = (struct health_input){.kind = HEALTH_INPUT_LOOK,
                                  .scope = HEALTH_SCOPE_FULL,
                                  .outcome = VMM_OUTCOME_OK,
                                  .rung = VMM_RUNG_CLOCK,
                                  .now_wall = 5700 * SECOND};
    for (uint32_t i = 0; i < TRIO; i++) {
        struct follow_place place = turn(cause, i, &states[i], VMM_HEALTH_OK, &input);
        cr_expect_eq(place.role, INCIDENT_CONSEQUENCE, "%u: nothing of its own was open", i);
        cr_expect_eq(place.step, INCIDENT_CLOSED, "%u", i);
    }
    cr_assert(cause_next_change(cause, &change));
    cr_expect_eq(change.what, CAUSE_CLOSED);
    cr_expect_not(cause_next_change(cause, &change));
    cause_destroy(cause);
}

Test(follow, what_was_told_before_is_known_after_a_restart)
{
    const struct cause_before refused = {VMM_HEALTH_DEGRADED, VMM_REASON_AUTH};
    struct follow_place place = back_with(VMM_REASON_AUTH, refused);
    cr_expect_eq(place.role, INCIDENT_CONSEQUENCE);
    cr_expect_eq(place.step, INCIDENT_CLOSED);
    place = back_with(VMM_REASON_DISK_FAULT, refused);
    cr_expect_eq(place.role, INCIDENT_CAUSE);
    cr_expect_eq(place.step, INCIDENT_GOES_ON, "the incident that was open before");
    cr_expect_eq(place.start_wall, 4000 * SECOND);
    place = back_with(VMM_REASON_AUTH, (struct cause_before){0});
    cr_expect_eq(place.role, INCIDENT_CAUSE, "not kept: better twice than never");
}

static size_t told_of(const struct world *world, uint32_t device)
{
    size_t count = 0;
    for (size_t i = 0; i < world->told_count; i++) {
        count += world->told[i].device == device;
    }
    return count;
}

#define STRANGE 3u

/* Eight of thirty die together and come back; one of them cannot be understood, `before` or only since. */
static void strange_one_is_lost_with_others(struct world *world, bool before, uint64_t seed)
{
    world_open(world, 30, seed);
    world_settle(world);
    world->things[STRANGE].strange = before;
    world_run(world, 20 * MINUTE);
    cr_assert_eq(world->told_count, before ? 1 : 0);
    world_kill(world, 0, 8, true);
    world_run(world, 15 * MINUTE);
    cr_assert_eq(world_count(world, CAUSE_OPENED, CAUSE_GROUP), 1);
    world->things[STRANGE].strange = true;
    world_revive(world, 0, 8);
    world_run(world, 40 * MINUTE);
    cr_expect_eq(world_count(world, CAUSE_CLOSED, CAUSE_GROUP), 1);
    cr_expect_eq(world_told(world, CAUSE_CLOSED, CAUSE_GROUP)->lost, before ? 0 : 1);
    cr_expect_eq(told_of(world, STRANGE), 1, "seed %llu: %zu", (unsigned long long)seed,
                 told_of(world, STRANGE));
    world_close(world);
}

Test(follow, who_could_not_be_understood_before_is_not_told_again)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        strange_one_is_lost_with_others(&world, true, seed);
    }
}

Test(follow, who_is_not_understood_when_it_is_back_is_told_as_itself)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        strange_one_is_lost_with_others(&world, false, seed);
    }
}

/* Eight of thirty die together and come back; one of them has a fault of its own before (0: none), and another since. */
static void faulty_one_is_lost_with_others(struct world *world, uint32_t before, uint32_t since,
                                           uint64_t seed)
{
    world_open(world, 30, seed);
    world_settle(world);
    world->things[STRANGE].faulty = before;
    world_run(world, 20 * MINUTE);
    cr_assert_eq(world->told_count, before != 0 ? 1 : 0);
    world_kill(world, 0, 8, true);
    world_run(world, 15 * MINUTE);
    cr_assert_eq(world_count(world, CAUSE_OPENED, CAUSE_GROUP), 1);
    cr_assert_eq(told_of(world, STRANGE), before != 0 ? 1 : 0, "the group tells that it is lost");
    world->things[STRANGE].faulty = since;
    world_revive(world, 0, 8);
    world_run(world, 40 * MINUTE);
    cr_expect_eq(world_count(world, CAUSE_CLOSED, CAUSE_GROUP), 1);
}

Test(follow, who_comes_back_with_the_fault_of_before_is_not_told_again)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        faulty_one_is_lost_with_others(&world, VMM_OUTCOME_AUTH, VMM_OUTCOME_AUTH, seed);
        cr_expect_eq(told_of(&world, STRANGE), 1, "seed %llu", (unsigned long long)seed);
        world_close(&world);
    }
}

Test(follow, who_comes_back_with_another_fault_is_told_of_it_once)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        faulty_one_is_lost_with_others(&world, VMM_OUTCOME_LIMIT, VMM_OUTCOME_AUTH, seed);
        cr_expect_eq(world.things[STRANGE].state.reason, VMM_REASON_AUTH);
        cr_expect_eq(told_of(&world, STRANGE), 2, "seed %llu", (unsigned long long)seed);
        world_close(&world);
    }
}

Test(follow, who_comes_back_with_a_fault_that_is_new_is_told_of_it_once)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        faulty_one_is_lost_with_others(&world, 0, VMM_OUTCOME_AUTH, seed);
        cr_expect_eq(told_of(&world, STRANGE), 1, "seed %llu", (unsigned long long)seed);
        world_close(&world);
    }
}
