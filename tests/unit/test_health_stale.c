/* SPDX-License-Identifier: MIT */
/* The rules of health.md, "Old news is not OK", and what settings, pauses and restarts do. */
#include <string.h>

#include "health/stale.h"
#include "health_play.h"

#define STALE_AFTER (630 * SECOND) /* twice (240 + 60) and 30 */
#define GRACE       (330 * SECOND) /* 240 + 60 and 30 */

Test(stale, unconfirmed_for_ten_and_a_half_minutes_is_unknown)
{
    struct play play;
    play_ok(&play);
    play_good(&play);
    play_wait(&play, STALE_AFTER - 1);
    play_kind(&play, HEALTH_INPUT_TIME);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(health_stale_at(&play.policy, &play.state), MONO_START + play.elapsed + 1);
    play_wait(&play, 1);
    play_kind(&play, HEALTH_INPUT_TIME);
    expect_verdict(&play, UNKNOWN, SUSPECT, STALE);
    cr_expect_eq(play.events, 2);
    cr_expect(play.actions.did & HEALTH_DID_DURABLE);
    cr_expect_eq(health_stale_at(&play.policy, &play.state), INT64_MAX);
    play_wait(&play, 10 * STALE_AFTER);
    play_kind(&play, HEALTH_INPUT_TIME);
    cr_expect_eq(play.events, 2);
}

/* A device whose site is in trouble is asked for a sign of life all the time. */
Test(stale, who_is_asked_again_and_again_is_judged_too)
{
    struct play play;
    unsigned trials = 0;
    play_ok(&play);
    for (int i = 0; i < 30; i++) {
        uint32_t scope =
            health_ask_scope(&play.policy, &play.state, MONO_START + (int64_t)play.elapsed);
        trials += scope == HEALTH_SCOPE_TRIAL;
        play_look(&play, HEALTH_INPUT_LOOK, scope, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
        play_wait(&play, MINUTE);
        play_kind(&play, HEALTH_INPUT_TIME);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 1);
    cr_expect_geq(trials, 15u, "a look that is not due is a short one");
}

Test(stale, one_good_look_ends_it)
{
    struct play play;
    play_ok(&play);
    play_wait(&play, STALE_AFTER);
    play_kind(&play, HEALTH_INPUT_TIME);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 3);
}

Test(stale, a_fault_that_held_before_is_the_verdict_after)
{
    struct play play;
    play_ok(&play);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    play_wait(&play, STALE_AFTER);
    play_kind(&play, HEALTH_INPUT_TIME);
    expect_verdict(&play, UNKNOWN, SUSPECT, STALE);
    play_full(&play, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
}

Test(stale, names_what_our_side_lost_the_looks_by)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 3; i++) {
        play_full(&play, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_RESOLVE, 0);
        play_wait(&play, 4 * MINUTE);
    }
    play_kind(&play, HEALTH_INPUT_TIME);
    expect_verdict(&play, UNKNOWN, SUSPECT, RESOLVER);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(stale, a_device_never_looked_at_names_the_resolver_after_two)
{
    struct play play;
    play_init(&play);
    play_full(&play, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_RESOLVE, 0);
    expect_verdict(&play, UNKNOWN, NORMAL, NEVER_LOOKED);
    play_full(&play, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_RESOLVE, 0);
    expect_verdict(&play, UNKNOWN, SUSPECT, RESOLVER);
    cr_expect_eq(play.events, 1);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(stale, failing_trials_keep_a_down_verdict_fresh)
{
    struct play play;
    play_down(&play);
    for (int i = 0; i < 20; i++) {
        play_wait(&play, 5 * MINUTE);
        play_kind(&play, HEALTH_INPUT_TIME);
        play_trial(&play, VMM_OUTCOME_TIMEOUT);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.events, 2);
}

Test(stale, down_then_stale_then_failing_is_down_at_once_then_ok_only_when_sustained)
{
    struct play play;
    play_down(&play);
    play_wait(&play, STALE_AFTER);
    play_kind(&play, HEALTH_INPUT_TIME);
    expect_verdict(&play, UNKNOWN, CRITICAL, STALE);
    play_trial(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);

    play_wait(&play, STALE_AFTER);
    play_kind(&play, HEALTH_INPUT_TIME);
    play_trial(&play, VMM_OUTCOME_OK);
    expect_verdict(&play, UNKNOWN, CRITICAL, STALE);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(play.state.health, VMM_HEALTH_UNKNOWN);
        play_wait(&play, MINUTE);
        play_good(&play);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(stale, a_step_of_the_wall_clock_makes_nothing_stale)
{
    struct play play;
    play_ok(&play);
    struct health_input time = {.kind = HEALTH_INPUT_TIME,
                                .now_wall = WALL_START + 1000 * STALE_AFTER,
                                .now_mono = MONO_START + play.elapsed};
    health_step(&play.policy, &play.state, &time, &play.actions);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(pause, judges_nobody_and_gives_one_interval_and_deadline)
{
    struct play play;
    play_ok(&play);
    play_wait(&play, 100 * STALE_AFTER);
    play_kind(&play, HEALTH_INPUT_PAUSE);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_wait(&play, GRACE - 1);
    play_kind(&play, HEALTH_INPUT_TIME);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_wait(&play, 1);
    play_kind(&play, HEALTH_INPUT_TIME);
    expect_verdict(&play, UNKNOWN, SUSPECT, STALE);
}

Test(pause, repeats_the_confirmation_that_was_under_way)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_wait(&play, 5 * SECOND);
    play_due(&play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT);
    play_kind(&play, HEALTH_INPUT_PAUSE);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT);
    cr_expect_eq((int64_t)play.actions.repeat_after_us, 10 * SECOND);
    cr_expect_eq(play.state.failure_count, 2);
}

/* Another process on another boot: the monotonic clock has begun anew. */
static void restart(struct play *play, int64_t later_us)
{
    struct health_input input = {.kind = HEALTH_INPUT_RESTORE,
                                 .now_wall = WALL_START + play->elapsed + later_us,
                                 .now_mono = 3 * SECOND};
    cr_assert_eq(health_state_check(&play->state), 0);
    health_step(&play->policy, &play->state, &input, &play->actions);
}

Test(restart, is_no_event_and_forgets_nothing)
{
    struct play play;
    play_down(&play);
    struct health_state before = play.state;
    restart(&play, 3600 * SECOND);
    cr_expect_not(play.actions.did & HEALTH_DID_EVENT);
    cr_expect(play.actions.did & HEALTH_DID_RHYTHM);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_TRIAL);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_TRIAL_SLOW); /* open for an hour */
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.state.failure_count, before.failure_count);
    cr_expect_eq(play.state.since_wall, before.since_wall);
    cr_expect_eq(play.state.events, before.events);
}

Test(restart, nothing_turns_stale_before_one_interval_and_deadline)
{
    struct play play;
    play_ok(&play);
    restart(&play, 86400 * SECOND);
    struct health_input time = {.kind = HEALTH_INPUT_TIME,
                                .now_wall = WALL_START + play.elapsed + 86400 * SECOND + GRACE,
                                .now_mono = 3 * SECOND + GRACE - 1};
    health_step(&play.policy, &play.state, &time, &play.actions);
    expect_verdict(&play, OK, NORMAL, NONE);
    time.now_mono++;
    health_step(&play.policy, &play.state, &time, &play.actions);
    expect_verdict(&play, UNKNOWN, SUSPECT, STALE);
}

Test(restart, young_verdicts_keep_their_age)
{
    struct play play;
    play_ok(&play);
    play_good(&play);
    restart(&play, 10 * SECOND);
    cr_expect_eq(health_stale_at(&play.policy, &play.state),
                 3 * SECOND - 10 * SECOND + STALE_AFTER);
}

Test(restart, half_open_begins_with_a_trial)
{
    struct play play;
    play_down(&play);
    play_trial(&play, VMM_OUTCOME_OK);
    restart(&play, SECOND);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_OPEN);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_TRIAL);
}

Test(restart, what_cannot_be_is_refused)
{
    struct health_state state;
    health_state_init(&state);
    cr_expect_eq(health_state_check(&state), 0);
#define REFUSED(field, value)                                                                      \
    do {                                                                                           \
        struct health_state bad = state;                                                           \
        bad.field = (value);                                                                       \
        cr_expect_neq(health_state_check(&bad), 0, #field);                                        \
    } while (0)
    REFUSED(health, VMM_HEALTH_COUNT);
    REFUSED(severity, VMM_SEVERITY_COUNT);
    REFUSED(reason, VMM_REASON_COUNT);
    REFUSED(rung, VMM_RUNG_COUNT);
    REFUSED(breaker, 3);
    REFUSED(rhythm, 5);
    REFUSED(repeat, HEALTH_REPEATS_MAX + 1);
    REFUSED(recovering, 2);
    REFUSED(reasons, UINT64_C(1) << 60);
    REFUSED(witness, HEALTH_WITNESS_LOST + 1);
    REFUSED(parent, HEALTH_PARENT_UNKNOWN + 1);
    REFUSED(clock_how, HEALTH_CLOCK_STEP + 1);
    REFUSED(reasons, HEALTH_BIT(VMM_REASON_DISABLED));
    REFUSED(blocked, HEALTH_BIT(VMM_REASON_AUTH));
    REFUSED(fail_reason, VMM_REASON_COUNT);
}

Test(setting, disabled_is_told_once_and_nothing_is_looked_at)
{
    struct play play;
    play_down(&play);
    int64_t incident = play.state.incident_wall;
    play_block(&play, HEALTH_BIT(VMM_REASON_DISABLED));
    expect_verdict(&play, DISABLED, NORMAL, DISABLED);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_NONE);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_REST);
    cr_expect_eq(play.last.incident_wall, incident);
    cr_expect_eq(play.state.incident_wall, 0);
    play_wait(&play, 100 * STALE_AFTER);
    play_kind(&play, HEALTH_INPUT_TIME);
    play_timeout(&play); /* the answer of a look that was under way */
    expect_verdict(&play, DISABLED, NORMAL, DISABLED);
    cr_expect_eq(play.events, 3);
}

Test(setting, enabled_again_is_unknown_until_the_first_look)
{
    struct play play;
    play_down(&play);
    play_block(&play, HEALTH_BIT(VMM_REASON_DISABLED));
    play_block(&play, 0);
    expect_verdict(&play, UNKNOWN, NORMAL, NEVER_LOOKED);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_CLOSED);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_NORMAL);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 5);
}

Test(setting, disabled_goes_before_every_other_reason)
{
    struct play play;
    play_ok(&play);
    play_block(&play, HEALTH_BLOCKS);
    expect_verdict(&play, DISABLED, NORMAL, DISABLED);
    play_block(&play, HEALTH_BLOCKS & ~HEALTH_BIT(VMM_REASON_DISABLED));
    expect_verdict(&play, UNKNOWN, NORMAL, PROVIDER_OFF);
}

Test(setting, a_failed_provider_is_unknown_and_the_way_back_is_one_event)
{
    struct play play;
    play_ok(&play);
    play_block(&play, HEALTH_BIT(VMM_REASON_PROVIDER_FAILED));
    expect_verdict(&play, UNKNOWN, SUSPECT, PROVIDER_FAILED);
    play_block(&play, 0);
    expect_verdict(&play, UNKNOWN, NORMAL, NEVER_LOOKED);
    cr_expect_eq(play.events, 2);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 3);
}

Test(setting, a_failed_provider_does_not_forget_the_breaker)
{
    struct play play;
    play_down(&play);
    play_block(&play, HEALTH_BIT(VMM_REASON_PROVIDER_FAILED));
    play_block(&play, 0);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_TRIAL);
    play_trial(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}

Test(setting, the_same_setting_again_is_no_event)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 3; i++) {
        play_block(&play, HEALTH_BIT(VMM_REASON_MONITOR_OFF));
    }
    cr_expect_eq(play.events, 2);
    cr_expect_eq(play.actions.did, 0);
}

/* ---- what kept looks from confirming it ---- */

static const char *kept_by(struct stale_view view)
{
    return stale_by_word(stale_by(&view));
}

Test(stale, every_way_to_be_unknown_names_what_stood_in_the_way)
{
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_PROVIDER_OFF}), "provider");
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_PROVIDER_FAILED}),
                     "provider");
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_PLUGIN_CRASH}), "provider");
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_NODE}), "node");
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_INTERNAL}), "node");
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_RESOLVER}), "path");
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_NEVER_LOOKED}), "");
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_UNSUPPORTED}), "");
}

Test(stale, of_what_stands_in_the_way_of_a_look_the_nearest_to_the_device_is_named)
{
    struct stale_view view = {.reason = VMM_REASON_STALE};
    cr_expect_str_eq(kept_by(view), "node", "nothing was in the way but our own time");
    view.queued = true;
    cr_expect_str_eq(kept_by(view), "provider");
    view.refused = true;
    cr_expect_str_eq(kept_by(view), "path");
    view.follows = true;
    cr_expect_str_eq(kept_by(view), "link");
    cr_expect_str_eq(kept_by((struct stale_view){.reason = VMM_REASON_STALE, .behind = true}),
                     "link");
}

/* ---- a login that waits ---- */

/* A look that was asked for a login, and may make none yet. */
static void play_barred(struct play *play, uint32_t latency_us)
{
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_CANCELLED,
                                 .rung = VMM_RUNG_AUTHENTICATE,
                                 .reason = VMM_REASON_AUTH_WAIT,
                                 .latency_us = latency_us};
    play_input(play, &input);
}

/* A day of a device that answers each login with an error: the first is made again soon, then one in half an hour. */
Test(login, an_error_that_only_logins_see_does_not_come_and_go)
{
    struct play play;
    play_init(&play);
    for (int hour = 0; hour < 48; hour++) {
        play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
        for (int look = 0; look < 30; look++) {
            play_wait(&play, MINUTE);
            play_kind(&play, HEALTH_INPUT_TIME);
            if (play.state.health == VMM_HEALTH_UNKNOWN) {
                play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
            } else {
                play_barred(&play, 20000);
            }
        }
    }
    expect_verdict(&play, DEGRADED, SUSPECT, ERROR_STATUS);
    cr_expect_eq(play.events, 1);
    cr_expect_eq(play.state.last_seen_wall, WALL_START + play.elapsed);
    for (int i = 0; i < 3; i++) {
        play_good(&play);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
}

static void play_error(struct play *play)
{
    play_ok(play);
    for (int i = 0; i < 2; i++) {
        play_full(play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
    }
    expect_verdict(play, DEGRADED, SUSPECT, ERROR_STATUS);
}

Test(login, that_waits_confirms_an_error_only_when_the_device_was_heard)
{
    struct play play;
    play_error(&play);
    for (int i = 0; i < 12; i++) {
        play_wait(&play, MINUTE);
        play_barred(&play, 0);
    }
    expect_verdict(&play, UNKNOWN, SUSPECT, AUTH_WAIT);
    play_barred(&play, 20000);
    expect_verdict(&play, UNKNOWN, SUSPECT, AUTH_WAIT);
}

Test(login, that_waits_does_not_confirm_that_all_is_well)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 12; i++) {
        play_wait(&play, MINUTE);
        play_barred(&play, 20000);
    }
    expect_verdict(&play, UNKNOWN, NORMAL, AUTH_WAIT);
}

Test(login, that_waits_does_not_hide_that_the_device_is_silent)
{
    struct play play;
    play_error(&play);
    play_wait(&play, MINUTE);
    play_barred(&play, 20000);
    play_timeout(&play);
    play_confirm(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}

Test(stale, each_word_is_of_one_number)
{
    for (uint32_t by = 0; by < STALE_BY_COUNT; by++) {
        cr_expect_eq(stale_by_number(stale_by_word(by)), by);
    }
    cr_expect_eq(stale_by_number("moon"), STALE_BY_NONE);
}
