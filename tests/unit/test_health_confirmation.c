/* SPDX-License-Identifier: MIT */
/* From the first failure to a verdict: first looks, repeats, the rhythm of who is suspect. */
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

/* The connection is taken again, and whoever takes it answers nothing: repeat number `good` is the one that succeeds. */
static void half_back(struct play *play, uint32_t good)
{
    for (uint32_t i = 1; i < good; i++) {
        play_wait(play, (int64_t)play->actions.repeat_after_us + 5 * SECOND);
        play_due(play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT);
    }
    play_wait(play, (int64_t)play->actions.repeat_after_us);
    play_due(play, VMM_OUTCOME_OK, VMM_RUNG_CONNECT);
    cr_assert_eq(play->actions.scope, HEALTH_SCOPE_FULL, "%u", good);
    play_wait(play, (int64_t)play->actions.repeat_after_us + 8 * SECOND);
    play_due(play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER);
}

Test(confirmation, goes_on_when_the_full_look_after_a_good_repeat_fails)
{
    for (uint32_t good = 1; good <= 4; good++) {
        struct play play;
        play_ok(&play);
        int64_t first = play.elapsed;
        play_timeout(&play);
        half_back(&play, good);
        while (play.state.health == VMM_HEALTH_OK) {
            cr_assert(play.actions.did & HEALTH_DID_REPEAT, "%u", good);
            cr_assert_eq(play.actions.scope, HEALTH_SCOPE_CONFIRM, "%u", good);
            cr_expect_eq(health_confirm_scope(&play.state), HEALTH_SCOPE_FULL,
                         "%u: the step that fails now", good);
            play_wait(&play, (int64_t)play.actions.repeat_after_us + 8 * SECOND);
            play_due(&play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER);
        }
        expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
        cr_expect_eq(play.state.failure_count, 5, "%u", good);
        cr_expect_leq(play.elapsed - first, 2 * MINUTE, "%u: %lld s", good,
                      (long long)((play.elapsed - first) / SECOND));
    }
}

Test(confirmation, is_made_once_of_a_step)
{
    static const uint32_t rungs[] = {VMM_RUNG_CONNECT, VMM_RUNG_PARSE};
    for (size_t i = 0; i < 2; i++) {
        struct play play;
        play_ok(&play);
        play_full(&play, VMM_OUTCOME_TIMEOUT, rungs[i], 0);
        play_wait(&play, 5 * SECOND);
        play_due(&play, VMM_OUTCOME_OK, rungs[i]);
        play_wait(&play, SECOND);
        play_full(&play, VMM_OUTCOME_TIMEOUT, rungs[i], 0);
        cr_expect_eq(play.state.failure_count, 2);
        cr_expect_not(play.actions.did & HEALTH_DID_REPEAT);
        cr_expect_not(play.actions.did & HEALTH_DID_REPEAT_CANCEL,
                      "a storm may have asked for a look");
        cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
        cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
    }
}

Test(confirmation, asks_for_the_full_look_again_that_a_restart_has_lost)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_wait(&play, 5 * SECOND);
    play_due(&play, VMM_OUTCOME_OK, VMM_RUNG_CONNECT);
    play_kind(&play, HEALTH_INPUT_RESTORE);
    cr_assert(play.actions.did & HEALTH_DID_REPEAT);
    cr_expect_eq((int64_t)play.actions.repeat_after_us, SECOND);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.state.repeat, 0);
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
