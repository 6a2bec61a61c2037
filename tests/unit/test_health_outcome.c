/* SPDX-License-Identifier: MIT */
/* What each outcome of a look means: auth, limit, another language, our own fault, a bad reply. */
#include "health_play.h"

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
