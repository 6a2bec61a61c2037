/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "supervise/life.h"

#define S 1000000ull

static struct life_policy policy;

static void set_up(void)
{
    policy = life_policy_default();
}

TestSuite(life, .init = set_up);

static uint32_t feed(struct life *life, enum life_input input, uint64_t now)
{
    return life_step(&policy, life, input, now);
}

static struct life ready_at(uint64_t now)
{
    struct life life;
    life_init(&life, now);
    cr_assert_eq(feed(&life, LIFE_TICK, now), LIFE_DO_SPAWN);
    feed(&life, LIFE_SPAWNED, now);
    feed(&life, LIFE_DESCRIBED, now);
    feed(&life, LIFE_UP, now);
    cr_assert_eq(life.state, LIFE_READY);
    return life;
}

Test(life, starts_at_once)
{
    struct life life;
    life_init(&life, 5 * S);
    cr_assert_eq(life_next(&policy, &life), 5 * S);
    cr_assert_eq(feed(&life, LIFE_TICK, 5 * S), LIFE_DO_SPAWN);
}

Test(life, a_kill_from_outside_is_no_crash_and_restarts_at_once)
{
    struct life life = ready_at(0);
    uint32_t todo = feed(&life, LIFE_EXIT_KILLED, 3 * S);
    cr_assert_eq(todo, LIFE_TELL_LOST);
    cr_assert_eq(life.crashes, 0);
    cr_assert_eq(life_next(&policy, &life), 3 * S);
}

Test(life, a_stream_that_ends_before_the_exit_is_seen_blames_nobody)
{
    struct life life = ready_at(0);
    cr_assert_eq(feed(&life, LIFE_HANGUP, 3 * S), 0);
    cr_assert_eq(feed(&life, LIFE_EXIT_KILLED, 3 * S + 200), LIFE_TELL_LOST);
    cr_assert_eq(life_next(&policy, &life), 3 * S + 200, "it is started again at once");
}

Test(life, a_stream_that_ends_before_a_crash_is_seen_is_that_crash)
{
    struct life life = ready_at(0);
    feed(&life, LIFE_HANGUP, 3 * S);
    cr_assert_eq(feed(&life, LIFE_EXIT_OTHER, 3 * S + 200), LIFE_TELL_LOST | LIFE_TELL_CRASH);
}

Test(life, a_process_that_lives_on_without_its_stream_is_killed_as_crashed)
{
    struct life life = ready_at(0);
    feed(&life, LIFE_HANGUP, 3 * S);
    cr_assert_eq(life_next(&policy, &life), 3 * S + policy.part_us);
    cr_assert_eq(feed(&life, LIFE_TICK, 3 * S + policy.part_us), LIFE_DO_KILL);
    cr_assert_eq(feed(&life, LIFE_EXIT_KILLED, 9 * S), LIFE_TELL_LOST | LIFE_TELL_CRASH);
}

Test(life, a_stream_that_ends_while_it_drains_is_its_end)
{
    struct life life = ready_at(0);
    cr_assert_eq(feed(&life, LIFE_DRAIN, 1 * S), LIFE_DO_DRAIN);
    feed(&life, LIFE_HANGUP, 2 * S);
    cr_assert_eq(feed(&life, LIFE_EXIT_OTHER, 2 * S + 200), LIFE_TELL_LOST | LIFE_TELL_GONE);
}

Test(life, its_own_end_is_a_crash_and_waits)
{
    struct life life = ready_at(0);
    uint32_t todo = feed(&life, LIFE_EXIT_OTHER, 3 * S);
    cr_assert_eq(todo, LIFE_TELL_LOST | LIFE_TELL_CRASH);
    cr_assert_eq(life_next(&policy, &life), 3 * S + policy.backoff_us);
}

Test(life, crashes_in_a_row_wait_longer_up_to_a_limit)
{
    struct life life;
    life_init(&life, 0);
    uint64_t now = 0;
    uint64_t last = 0;
    for (int i = 0; i < 20; i++) {
        now = life_next(&policy, &life);
        cr_assert_eq(feed(&life, LIFE_TICK, now), LIFE_DO_SPAWN);
        feed(&life, LIFE_SPAWNED, now);
        feed(&life, LIFE_EXIT_OTHER, now);
        uint64_t wait = life_next(&policy, &life) - now;
        cr_assert_geq(wait, last);
        last = wait;
    }
    cr_assert_eq(last, policy.backoff_max_us);
}

Test(life, a_long_good_life_forgets_old_crashes)
{
    struct life life = ready_at(0);
    life.crashes = 7;
    feed(&life, LIFE_EXIT_OTHER, policy.well_us);
    cr_assert_eq(life.crashes, 1);
}

Test(life, no_answer_to_the_ping_ends_it_as_crashed)
{
    struct life life = ready_at(0);
    uint64_t now = life_next(&policy, &life);
    cr_assert_eq(feed(&life, LIFE_TICK, now), LIFE_DO_PING);
    now = life_next(&policy, &life);
    cr_assert_eq(feed(&life, LIFE_TICK, now - 1), 0);
    cr_assert_eq(feed(&life, LIFE_TICK, now), LIFE_DO_KILL);
    cr_assert_eq(feed(&life, LIFE_EXIT_KILLED, now), LIFE_TELL_LOST | LIFE_TELL_CRASH,
                 "the kill was ours, the fault its own");
}

Test(life, an_answered_ping_is_followed_by_the_next_one)
{
    struct life life = ready_at(0);
    uint64_t now = life_next(&policy, &life);
    feed(&life, LIFE_TICK, now);
    feed(&life, LIFE_PONG, now + 10);
    cr_assert_eq(life_next(&policy, &life), now + policy.ping_every_us);
}

Test(life, a_plugin_that_does_not_get_ready_is_ended)
{
    struct life life;
    life_init(&life, 0);
    feed(&life, LIFE_TICK, 0);
    feed(&life, LIFE_SPAWNED, 0);
    cr_assert_eq(feed(&life, LIFE_TICK, policy.load_us), LIFE_DO_KILL);
}

Test(life, drain_waits_for_the_work_and_then_ends)
{
    struct life life = ready_at(0);
    cr_assert_eq(feed(&life, LIFE_DRAIN, S), LIFE_DO_DRAIN);
    cr_assert_eq(feed(&life, LIFE_DRAIN, S), 0, "asked twice, sent once");
    cr_assert_eq(feed(&life, LIFE_DRAINED, 2 * S), LIFE_DO_KILL);
    cr_assert_eq(feed(&life, LIFE_EXIT_KILLED, 2 * S), LIFE_TELL_LOST | LIFE_TELL_GONE);
}

Test(life, a_drain_that_does_not_end_is_ended)
{
    struct life life = ready_at(0);
    feed(&life, LIFE_DRAIN, S);
    cr_assert_eq(feed(&life, LIFE_TICK, S + policy.drain_us), LIFE_DO_KILL);
}

Test(life, what_ends_while_draining_does_not_come_back)
{
    struct life life = ready_at(0);
    feed(&life, LIFE_DRAIN, S);
    uint32_t todo = feed(&life, LIFE_EXIT_OTHER, 2 * S);
    cr_assert(todo & LIFE_TELL_GONE);
    cr_assert_eq(life_next(&policy, &life), UINT64_MAX);
}

Test(life, drained_before_the_first_start_is_the_end)
{
    struct life life;
    life_init(&life, 0);
    cr_assert_eq(feed(&life, LIFE_DRAIN, 0), LIFE_TELL_GONE);
    cr_assert_eq(feed(&life, LIFE_TICK, 10 * S), 0);
}

Test(life, a_pause_of_the_core_is_forgiven)
{
    struct life life = ready_at(0);
    feed(&life, LIFE_TICK, life_next(&policy, &life));
    life_forgive(&life, 500 * S);
    cr_assert_eq(feed(&life, LIFE_TICK, 500 * S), 0, "no kill for silence that was ours");
}
