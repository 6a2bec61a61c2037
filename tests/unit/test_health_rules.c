/* SPDX-License-Identifier: MIT */
/* The rules of health.md, "Polling and severity", one test a rule and named by it. */
#include <string.h>

#include "health_play.h"

Test(first_verdict, good_first_look_is_an_event)
{
    struct play play;
    play_init(&play);
    expect_verdict(&play, UNKNOWN, NORMAL, NEVER_LOOKED);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_assert_eq(play.events, 1);
    cr_expect_eq(play.last.from_health, VMM_HEALTH_UNKNOWN);
    cr_expect_eq(play.last.to_health, VMM_HEALTH_OK);
    cr_expect_eq(play.last.number, 1);
    cr_expect_eq(play.last.incident_wall, play.last.ts_wall);
    cr_expect(play.actions.did & HEALTH_DID_DURABLE);
}

Test(first_verdict, failing_first_look_follows_the_confirmation)
{
    struct play play;
    play_init(&play);
    play_timeout(&play);
    expect_verdict(&play, UNKNOWN, SUSPECT, NEVER_LOOKED);
    cr_expect_eq(play.events, 0);
    play_confirm(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.events, 1);
}

Test(first_verdict, waits_for_a_fault_that_was_seen_once)
{
    struct play play;
    play_init(&play);
    play_full(&play, VMM_OUTCOME_PARTIAL, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH);
    expect_verdict(&play, UNKNOWN, NORMAL, NEVER_LOOKED);
    cr_assert(play.actions.did & HEALTH_DID_REPEAT);
    cr_expect_eq((int64_t)play.actions.repeat_after_us, 5 * SECOND);
    play_wait(&play, 5 * SECOND);
    play_full(&play, VMM_OUTCOME_PARTIAL, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH);
    expect_verdict(&play, DEGRADED, SUSPECT, WRONG_PATH);
    cr_expect_eq(play.events, 1);
    cr_expect_eq(play.last.ts_wall, WALL_START); /* the first look saw it */
}

Test(first_verdict, fault_that_is_gone_at_the_second_look_is_no_news)
{
    struct play play;
    play_init(&play);
    play_full(&play, VMM_OUTCOME_PARTIAL, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH);
    play_wait(&play, 5 * SECOND);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 1);
}

Test(first_verdict, a_busy_device_is_asked_again_gently)
{
    struct play play;
    play_init(&play);
    play_full(&play, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    cr_expect_not(play.actions.did & HEALTH_DID_REPEAT);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
    play_wait(&play, MINUTE);
    play_full(&play, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    expect_verdict(&play, DEGRADED, SUSPECT, BUSY);
}

Test(first_verdict, a_fault_never_judged_again_keeps_no_one_waiting)
{
    struct play play;
    play_init(&play);
    play_full(&play, VMM_OUTCOME_PARTIAL, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH);
    for (int i = 0; i < 5; i++) {
        play_wait(&play, 5 * SECOND);
        play_full(&play, VMM_OUTCOME_PARTIAL, VMM_RUNG_SIGNAL, 0);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(confirmation, repeats_after_5_10_20_40_seconds_and_announces_within_2_minutes)
{
    struct play play;
    play_ok(&play);
    int64_t first = play.elapsed;
    static const int64_t after[] = {5, 10, 20, 40};
    play_timeout(&play);
    for (size_t i = 0; i < 4; i++) {
        expect_verdict(&play, OK, SUSPECT, NONE);
        cr_assert(play.actions.did & HEALTH_DID_REPEAT);
        cr_expect_eq(play.actions.scope, HEALTH_SCOPE_CONFIRM);
        cr_expect_eq((int64_t)play.actions.repeat_after_us, after[i] * SECOND);
        cr_expect_eq(play.actions.deadline_us, 8 * SECOND);
        play_wait(&play, after[i] * SECOND + 8 * SECOND);
        play_due(&play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_leq(play.elapsed - first, 2 * MINUTE);
    cr_expect_eq(play.events, 2);
    cr_expect_eq(play.last.ts_wall, WALL_START + first);
    cr_expect_eq(play.last.incident_wall, WALL_START + first);
    cr_expect_eq(play.last.from_severity, VMM_SEVERITY_SUSPECT);
    cr_expect_eq(play.state.failure_count, 5);
}

Test(confirmation, a_good_repeat_asks_for_the_full_look_and_that_one_decides)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_wait(&play, 5 * SECOND);
    play_due(&play, VMM_OUTCOME_OK, VMM_RUNG_CONNECT);
    expect_verdict(&play, OK, SUSPECT, NONE);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
    play_wait(&play, SECOND);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 1);
    cr_expect_eq(play.state.failure_count, 0);
}

Test(confirmation, good_repeats_do_not_hide_full_looks_that_fail)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 5; i++) {
        play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
        play_wait(&play, 5 * SECOND);
        if (health_scope(&play.state) == HEALTH_SCOPE_CONFIRM) {
            play_due(&play, VMM_OUTCOME_OK, VMM_RUNG_CONNECT);
        }
        play_wait(&play, MINUTE);
    }
    expect_verdict(&play, DEGRADED, CRITICAL, BAD_REPLY);
}

Test(confirmation, is_made_once_for_one_run_of_failures)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_wait(&play, 5 * SECOND);
    play_due(&play, VMM_OUTCOME_OK, VMM_RUNG_CONNECT);
    play_wait(&play, SECOND);
    play_timeout(&play);
    cr_expect_eq(play.state.failure_count, 2);
    cr_expect_not(play.actions.did & HEALTH_DID_REPEAT);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
}

Test(confirmation, a_refused_login_is_not_confirmed)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    cr_expect_not(play.actions.did & HEALTH_DID_REPEAT);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
}

Test(confirmation, a_401_in_a_repeat_shows_the_device_and_holds_nothing_against_it)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_wait(&play, 5 * SECOND);
    play_due(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE);
    expect_verdict(&play, OK, SUSPECT, NONE);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
    cr_expect_eq(play.state.reasons, 0);
}

Test(confirmation, a_repeat_lost_on_our_side_counts_for_nothing)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_confirm(&play, VMM_OUTCOME_CANCELLED);
    expect_verdict(&play, OK, SUSPECT, NONE);
    cr_expect_eq(play.state.failure_count, 1);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
}

Test(confirmation, off_is_plain_polling)
{
    struct play play;
    play_ok(&play);
    play.policy.repeat_count = 0;
    for (int i = 0; i < 5; i++) {
        cr_expect_eq(play.state.health, VMM_HEALTH_OK);
        play_timeout(&play);
        cr_expect_not(play.actions.did & HEALTH_DID_REPEAT);
        play_wait(&play, MINUTE);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}

Test(confirmation, the_failed_step_is_repeated)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    cr_expect_eq(health_confirm_scope(&play.state), HEALTH_SCOPE_TRIAL);
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    cr_expect_eq(health_confirm_scope(&play.state), HEALTH_SCOPE_FULL);
}

Test(confirmation, a_good_regular_look_ends_it)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_wait(&play, SECOND);
    play_good(&play);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT_CANCEL);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(suspect, one_failure_then_success_is_normal_again)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    expect_verdict(&play, OK, SUSPECT, NONE);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
    cr_expect(play.actions.did & HEALTH_DID_RHYTHM);
    play_wait(&play, MINUTE);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_NORMAL);
    cr_expect_eq(play.events, 1);
}

Test(suspect, four_failures_are_not_down)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 4; i++) {
        play_timeout(&play);
        expect_verdict(&play, OK, SUSPECT, NONE);
        cr_expect_eq(play.state.breaker, HEALTH_BREAKER_CLOSED);
        play_wait(&play, MINUTE);
    }
    play_timeout(&play);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}

Test(suspect, something_behind_it_offline_for_30_minutes_then_the_normal_rhythm)
{
    struct play play;
    play_ok(&play);
    struct health_input behind = {.kind = HEALTH_INPUT_BEHIND, .behind = 1};
    play_input(&play, &behind);
    expect_verdict(&play, OK, SUSPECT, NONE);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
    play_wait(&play, 29 * MINUTE);
    play_good(&play);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
    play_wait(&play, 2 * MINUTE);
    play_good(&play);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_NORMAL);
    expect_verdict(&play, OK, SUSPECT, NONE);
    behind.behind = 0;
    play_input(&play, &behind);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 1);
}

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

Test(auth, is_degraded_and_suspect_at_once_without_breaker_or_count)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 10; i++) {
        play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
        expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
        cr_expect_eq(play.state.failure_count, 0);
        cr_expect_eq(play.state.breaker, HEALTH_BREAKER_CLOSED);
        play_wait(&play, MINUTE);
    }
    cr_expect_eq(play.events, 2);
}

/* A look whose login may not be made yet, and whose device wants one. */
static void play_barred(struct play *play)
{
    play_full(play, VMM_OUTCOME_CANCELLED, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH_WAIT);
}

Test(auth, a_login_that_waits_is_why_nothing_is_known_and_no_event)
{
    struct play play;
    play_init(&play);
    play_barred(&play);
    expect_verdict(&play, UNKNOWN, NORMAL, AUTH_WAIT);
    cr_expect_eq(play.events, 0);
    cr_expect_eq(play.state.failure_count, 0);
    play_wait(&play, 5 * MINUTE);
    play_full(&play, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 1);
    cr_expect_eq(health_reasons(&play.state), 0);
}

Test(auth, a_login_that_waits_changes_no_verdict_until_it_is_stale)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 2; i++) {
        play_wait(&play, MINUTE);
        play_barred(&play);
        expect_verdict(&play, OK, NORMAL, NONE);
    }
    play_wait(&play, 11 * MINUTE);
    play_input(&play, &(struct health_input){.kind = HEALTH_INPUT_TIME});
    expect_verdict(&play, UNKNOWN, NORMAL, AUTH_WAIT);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
    play_barred(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
}

Test(auth, no_provider_can_claim_that_a_login_waits)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH_WAIT);
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
}

Test(auth, a_new_credential_is_tried_soon_and_two_good_looks_end_it)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    play_wait(&play, 10 * MINUTE);
    play_kind(&play, HEALTH_INPUT_CREDENTIAL);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT);
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
    play_good(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
    play_wait(&play, MINUTE);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(auth, a_new_credential_that_is_refused_too_is_no_news)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    play_kind(&play, HEALTH_INPUT_CREDENTIAL);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    play_wait(&play, MINUTE);
    play_good(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
    cr_expect_eq(play.events, 2);
}

Test(auth, after_down_the_device_is_reached_and_that_is_told_when_sustained)
{
    struct play play;
    play_down(&play);
    play_trial(&play, VMM_OUTCOME_AUTH);
    for (int i = 0; i < 4; i++) {
        play_wait(&play, MINUTE);
        play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    }
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
    cr_expect_eq(play.events, 3);
}

Test(limit, is_busy_after_two_and_no_failed_look)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_full(&play, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    expect_verdict(&play, DEGRADED, SUSPECT, BUSY);
    cr_expect_eq(play.state.failure_count, 0);
    for (int i = 0; i < 2; i++) {
        play_wait(&play, MINUTE);
        play_good(&play);
        expect_verdict(&play, DEGRADED, SUSPECT, BUSY);
    }
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(unsupported, is_unknown)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    play_full(&play, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    expect_verdict(&play, UNKNOWN, SUSPECT, UNSUPPORTED);
    for (int i = 0; i < 5; i++) {
        play_timeout(&play);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}

/* By one provider, or by another that cannot look: the last word counts, and the device is never well by either. */
Test(unsupported, whose_language_it_speaks_is_one_thing_at_a_time)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 2; i++) {
        play_full(&play, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, VMM_REASON_OTHER_PROVIDER);
    }
    expect_verdict(&play, UNKNOWN, SUSPECT, OTHER_PROVIDER);
    for (int i = 0; i < 2; i++) {
        play_full(&play, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    }
    expect_verdict(&play, UNKNOWN, SUSPECT, UNSUPPORTED);
    cr_expect_eq(play.state.reasons & HEALTH_BIT(VMM_REASON_OTHER_PROVIDER), 0);
    for (int i = 0; i < 2; i++) {
        play_full(&play, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, VMM_REASON_OTHER_PROVIDER);
    }
    expect_verdict(&play, UNKNOWN, SUSPECT, OTHER_PROVIDER);
    for (int i = 0; i < 5; i++) {
        play_timeout(&play);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.state.reasons & HEALTH_BIT(VMM_REASON_OTHER_PROVIDER), 0);
}

Test(ours, internal_cancelled_and_resolver_judge_nobody)
{
    struct play play;
    play_ok(&play);
    struct health_state before = play.state;
    for (int i = 0; i < 8; i++) {
        play_full(&play, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
        play_full(&play, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0);
        play_full(&play, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_RESOLVE, 0);
        play_full(&play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_RESOLVE, 0);
        play_full(&play, 77, 3, 0);
        play_full(&play, VMM_OUTCOME_OK, 99, 0);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.state.last_seen_wall, before.last_seen_wall);
    cr_expect_eq(play.state.confirmed_wall, before.confirmed_wall);
    cr_expect_eq(play.events, 1);
}

Test(bad_reply, five_are_degraded_and_the_device_was_seen)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 5; i++) {
        play_wait(&play, MINUTE);
        play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    }
    expect_verdict(&play, DEGRADED, CRITICAL, BAD_REPLY);
    cr_expect_eq(play.last.rung, VMM_RUNG_PARSE);
    cr_expect_eq(play.state.last_seen_wall, WALL_START + play.elapsed);
}

Test(bad_reply, one_timeout_among_bad_replies_is_not_down)
{
    struct play play;
    play_ok(&play);
    play.policy.repeat_count = 0;
    for (int i = 0; i < 4; i++) {
        play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    }
    play_timeout(&play);
    expect_verdict(&play, DEGRADED, CRITICAL, BAD_REPLY);
    play_trial(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.events, 3);
}

Test(bad_reply, a_wrong_path_is_an_answer)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH);
    cr_expect_eq(play.state.failure_count, 0);
    play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH);
    expect_verdict(&play, DEGRADED, SUSPECT, WRONG_PATH);
    cr_expect_eq(play.last.rung, VMM_RUNG_SIGNAL);
}

Test(seen, last_seen_is_when_the_device_itself_answered)
{
    struct play play;
    play_ok(&play);
    int64_t good = play.state.last_seen_wall;
    play_timeout(&play);
    cr_expect_eq(play.state.last_seen_wall, good);
    play_wait(&play, MINUTE);
    play_full(&play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, 0);
    cr_expect_eq(play.state.last_seen_wall, WALL_START + play.elapsed);
}

Test(standing_fault, keeps_the_suspect_rhythm_for_30_minutes)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
    play_wait(&play, 30 * MINUTE);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_NORMAL);
}

Test(standing_fault, ok_needs_two_successes_whatever_the_reason_needs)
{
    struct play play;
    play_ok(&play);
    play.policy.off[VMM_REASON_BUSY] = 1;
    play_full(&play, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    play_full(&play, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    play_good(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, BUSY);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
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
