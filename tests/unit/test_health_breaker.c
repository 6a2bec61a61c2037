/* SPDX-License-Identifier: MIT */
/* The breaker: slow and critical devices, trials, and the way back. */
#include "health_play.h"

Test(slow, twice_in_a_row_is_degraded_critical_and_opens_the_breaker)
{
    struct play play;
    play_ok(&play);
    play_slow_twice(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_wait(&play, 4 * MINUTE);
    play_slow_twice(&play);
    expect_verdict(&play, DEGRADED, CRITICAL, SLOW);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_OPEN);
    cr_expect_eq(play.state.failure_count, 0);
    cr_expect_eq(play.events, 2);
    cr_expect_eq(play.last.ts_wall, WALL_START + 4 * MINUTE); /* the first slow look */
}

/* As lost packets have it: a request that waits, in a look here and there. */
Test(slow, a_look_that_is_not_slow_again_is_none)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 20; i++) {
        play_slow(&play);
        cr_expect_neq(play.actions.did & HEALTH_DID_REPEAT, 0);
        play_wait(&play, 5 * SECOND);
        play_good(&play);
        cr_expect_eq(play.actions.did & HEALTH_DID_REPEAT, 0);
        play_wait(&play, 4 * MINUTE);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 1);
}

Test(slow, without_confirmation_two_looks_are_enough)
{
    struct play play;
    play_ok(&play);
    play.policy.repeat_count = 0;
    play_slow(&play);
    cr_expect_eq(play.actions.did & HEALTH_DID_REPEAT, 0);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_wait(&play, 4 * MINUTE);
    play_slow(&play);
    expect_verdict(&play, DEGRADED, CRITICAL, SLOW);
}

/* A device that has no connection to spare is left alone: the next look tells. */
Test(slow, a_busy_device_is_not_asked_again_at_once)
{
    struct play play;
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_LIMIT,
                                 .rung = VMM_RUNG_ANSWER,
                                 .latency_us = 6000000};
    play_ok(&play);
    play_input(&play, &input);
    cr_expect_eq(play.actions.did & HEALTH_DID_REPEAT, 0);
    cr_expect_eq(play.state.slow_count, 1);
}

Test(slow, a_fast_look_between_breaks_the_row)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 4; i++) {
        play_slow_twice(&play);
        play_wait(&play, 4 * MINUTE);
        play_good(&play);
        play_wait(&play, 4 * MINUTE);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 1);
}

Test(slow, never_goes_beyond_degraded)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 50; i++) {
        play_slow(&play);
        play_wait(&play, MINUTE);
    }
    expect_verdict(&play, DEGRADED, CRITICAL, SLOW);
    cr_expect_eq(play.events, 2);
}

Test(slow, a_slow_trial_does_not_half_open)
{
    struct play play;
    play_down(&play);
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_TRIAL,
                                 .outcome = VMM_OUTCOME_OK,
                                 .rung = VMM_RUNG_CONNECT,
                                 .latency_us = 5000001};
    play_input(&play, &input);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_OPEN);
}

Test(slow, a_device_that_is_back_but_slow_is_no_longer_down)
{
    struct play play;
    play_down(&play);
    for (int i = 0; i < 2; i++) {
        play_wait(&play, MINUTE);
        play_trial(&play, VMM_OUTCOME_OK);
        play_wait(&play, SECOND);
        play_slow(&play);
        cr_expect_eq(play.state.breaker, HEALTH_BREAKER_OPEN);
    }
    expect_verdict(&play, DEGRADED, CRITICAL, SLOW);
}

Test(critical, trials_every_minute_for_10_minutes_then_the_normal_rhythm)
{
    struct play play;
    play_down(&play);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_TRIAL);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_TRIAL);
    for (int i = 0; i < 9; i++) {
        play_wait(&play, MINUTE);
        play_trial(&play, VMM_OUTCOME_TIMEOUT);
        cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_TRIAL);
    }
    play_wait(&play, MINUTE);
    play_trial(&play, VMM_OUTCOME_TIMEOUT);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_TRIAL_SLOW);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_TRIAL);
    cr_expect_eq(play.events, 2);
    uint64_t interval = 0;
    uint64_t jitter = 0;
    health_rhythm_times(&play.policy, HEALTH_RHYTHM_TRIAL_SLOW, &interval, &jitter);
    cr_expect_eq((int64_t)interval, 240 * SECOND);
    health_rhythm_times(&play.policy, HEALTH_RHYTHM_TRIAL, &interval, &jitter);
    cr_expect_eq((int64_t)interval, 60 * SECOND);
}

Test(critical, trials_that_go_on_failing_write_nothing_that_has_to_be_durable)
{
    struct play play;
    play_down(&play);
    play_wait(&play, MINUTE);
    play_trial(&play, VMM_OUTCOME_TIMEOUT);
    cr_expect_not(play.actions.did & HEALTH_DID_DURABLE);
    cr_expect(play.actions.did & HEALTH_DID_SOFT);
    cr_expect_eq(play.state.failure_count, 6);
}

/* A device that takes connections and says nothing does so at every trial. */
Test(critical, good_trials_before_full_looks_that_fail_write_nothing_that_has_to_be_durable)
{
    struct play play;
    play_down(&play);
    for (int i = 0; i < 3; i++) {
        play_wait(&play, MINUTE);
        play_trial(&play, VMM_OUTCOME_OK);
        cr_expect_eq(play.state.breaker, HEALTH_BREAKER_HALF_OPEN);
        cr_expect_not(play.actions.did & HEALTH_DID_DURABLE);
        play_wait(&play, SECOND);
        play_timeout(&play);
        cr_expect_eq(play.state.breaker, HEALTH_BREAKER_OPEN);
        cr_expect_not(play.actions.did & HEALTH_DID_DURABLE);
    }
    play_wait(&play, MINUTE);
    play_trial(&play, VMM_OUTCOME_OK);
    play_wait(&play, SECOND);
    play_good(&play);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_CLOSED);
    cr_expect(play.actions.did & HEALTH_DID_DURABLE);
}

Test(critical, to_suspect_by_a_good_full_look_after_a_good_trial)
{
    struct play play;
    play_down(&play);
    play_wait(&play, MINUTE);
    play_trial(&play, VMM_OUTCOME_OK);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_HALF_OPEN);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT);
    play_wait(&play, SECOND);
    play_good(&play);
    expect_verdict(&play, DOWN, SUSPECT, TIMEOUT);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_CLOSED);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
    cr_expect_eq(play.events, 2);
}

Test(critical, a_full_look_without_a_trial_counts_as_the_trial_only)
{
    struct play play;
    play_down(&play);
    play_good(&play);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_HALF_OPEN);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT);
}

Test(critical, to_normal_and_ok_by_three_good_looks_over_two_minutes_in_one_moment)
{
    struct play play;
    play_down(&play);
    play_wait(&play, MINUTE);
    play_trial(&play, VMM_OUTCOME_OK);
    int64_t back = play.elapsed;
    play_wait(&play, SECOND);
    play_good(&play);
    play_wait(&play, MINUTE);
    play_good(&play);
    expect_verdict(&play, DOWN, SUSPECT, TIMEOUT);
    play_wait(&play, MINUTE);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_geq(play.elapsed - back, 2 * MINUTE);
    cr_assert_eq(play.events, 3);
    cr_expect_eq(play.last.ts_wall, WALL_START + play.elapsed);
    cr_expect_eq(play.last.incident_wall, WALL_START + 4 * MINUTE);
    cr_expect_eq(play.state.incident_wall, 0);
}

Test(critical, three_good_looks_in_one_minute_are_not_sustained)
{
    struct play play;
    play_down(&play);
    play_trial(&play, VMM_OUTCOME_OK);
    for (int i = 0; i < 6; i++) {
        play_wait(&play, 10 * SECOND);
        play_good(&play);
    }
    expect_verdict(&play, DOWN, SUSPECT, TIMEOUT);
}

Test(critical, a_failure_on_the_way_begins_success_anew)
{
    struct play play;
    play_down(&play);
    play_trial(&play, VMM_OUTCOME_OK);
    play_good(&play);
    play_wait(&play, MINUTE);
    play_good(&play);
    play_wait(&play, MINUTE);
    play_timeout(&play);
    play_wait(&play, MINUTE);
    play_good(&play);
    expect_verdict(&play, DOWN, SUSPECT, TIMEOUT);
    play_wait(&play, MINUTE);
    play_good(&play);
    play_wait(&play, MINUTE);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 3);
}

Test(critical, a_failed_full_look_opens_the_breaker_again_and_the_10_minutes_go_on)
{
    struct play play;
    play_down(&play);
    int64_t opened = play.state.opened_wall;
    for (int i = 0; i < 11; i++) {
        play_wait(&play, MINUTE);
        play_trial(&play, VMM_OUTCOME_OK);
        play_timeout(&play);
        cr_expect_eq(play.state.breaker, HEALTH_BREAKER_OPEN);
    }
    cr_expect_eq(play.state.opened_wall, opened);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_TRIAL_SLOW);
    cr_expect_eq(play.events, 2);
}

Test(critical, down_again_while_recovering_is_no_second_event)
{
    struct play play;
    play_down(&play);
    play_trial(&play, VMM_OUTCOME_OK);
    play_good(&play);
    for (int i = 0; i < 5; i++) {
        play_wait(&play, MINUTE);
        play_full(&play, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, 0);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.events, 2);
}

Test(critical, no_route_and_no_answer_are_one_outage)
{
    struct play play;
    play_down(&play);
    for (int i = 0; i < 20; i++) {
        play_wait(&play, MINUTE);
        play_trial(&play, i % 4 < 2 ? VMM_OUTCOME_UNREACHABLE : VMM_OUTCOME_TIMEOUT);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.events, 2);
}

/* ---- looked at otherwise ---- */

Test(afresh, an_open_breaker_closes_and_the_verdict_stays_until_looks_judge)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_confirm(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    unsigned events = play.events;
    play_input(&play, &(struct health_input){.kind = HEALTH_INPUT_AFRESH});
    expect_verdict(&play, DOWN, SUSPECT, TIMEOUT);
    cr_expect_eq(play.events, events, "no news");
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_CLOSED);
    cr_expect_eq(play.state.failure_count, 0);
    cr_expect_eq(health_scope(&play.state), HEALTH_SCOPE_FULL, "the next look is a full one");
    for (int i = 0; i < 3; i++) {
        play_good(&play);
        play_wait(&play, MINUTE);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(afresh, failures_are_counted_anew)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 4; i++) {
        play_timeout(&play);
    }
    play_input(&play, &(struct health_input){.kind = HEALTH_INPUT_AFRESH});
    for (int i = 0; i < 4; i++) {
        play_timeout(&play);
    }
    expect_verdict(&play, OK, SUSPECT, NONE);
    play_timeout(&play);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}
