/* SPDX-License-Identifier: MIT */
/* When a refusal is no word about the credential: a device that may still be booting. */
#include "health/refusal.h"
#include "health_play.h"

static bool may_boot(const struct play *play)
{
    return refusal_may_boot(&play->policy, &play->state, WALL_START + play->elapsed);
}

/* Excused until so long after now, and no longer. */
static void expect_excused_for(struct play *play, int64_t us)
{
    play_wait(play, us - 1);
    cr_expect(may_boot(play), "within %lld s", (long long)(us / SECOND));
    play_wait(play, 1);
    cr_expect_not(may_boot(play), "after %lld s", (long long)(us / SECOND));
}

/* A refused look of a device that may be booting, as its verdict takes it. */
static void play_refused(struct play *play)
{
    const struct refusal refusal = {.is_excused = may_boot(play)};
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_AUTH,
                                 .rung = VMM_RUNG_AUTHENTICATE};
    refusal_judge(&play->state, &refusal, &input);
    play_input(play, &input);
}

/* A look that may not log in, as its verdict takes it. */
static void play_barred(struct play *play)
{
    const struct refusal refusal = {.is_barred = true};
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_AUTH,
                                 .rung = VMM_RUNG_AUTHENTICATE,
                                 .latency_us = 1000};
    refusal_judge(&play->state, &refusal, &input);
    play_input(play, &input);
}

Test(refusal, a_device_that_never_failed_means_what_it_says)
{
    struct play play;
    play_init(&play);
    cr_expect_not(may_boot(&play));
    play_good(&play);
    cr_expect_not(may_boot(&play));
}

Test(refusal, one_failed_look_excuses_for_90_s_and_the_pause_in_which_it_may_have_booted)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    cr_assert_eq(play.state.rhythm, HEALTH_RHYTHM_SUSPECT);
    expect_excused_for(&play, 150 * SECOND);
}

Test(refusal, while_trials_are_a_minute_apart_it_may_have_booted_for_a_minute_unseen)
{
    struct play play;
    play_down(&play);
    cr_assert_eq(play.state.rhythm, HEALTH_RHYTHM_TRIAL);
    expect_excused_for(&play, 150 * SECOND);
}

Test(refusal, after_a_long_outage_it_may_have_booted_for_minutes_unseen)
{
    struct play play;
    play_down(&play);
    play_wait(&play, 11 * MINUTE);
    play_trial(&play, VMM_OUTCOME_TIMEOUT);
    cr_assert_eq(play.state.rhythm, HEALTH_RHYTHM_TRIAL_SLOW);
    expect_excused_for(&play, 390 * SECOND);
}

Test(refusal, once_it_was_judged_again_only_the_90_s_count)
{
    struct play play;
    play_ok(&play);
    play_timeout(&play);
    play_good(&play);
    expect_excused_for(&play, 90 * SECOND);
}

Test(refusal, a_device_that_refuses_while_it_boots_is_never_called_so)
{
    struct play play;
    play_down(&play);
    unsigned events = play.events;
    play_wait(&play, MINUTE);
    play_trial(&play, VMM_OUTCOME_OK);
    for (int i = 0; i < 2; i++) {
        play_refused(&play);
        expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
        play_wait(&play, MINUTE);
    }
    for (int i = 0; i < 4; i++) {
        play_good(&play);
        play_wait(&play, MINUTE);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, events + 1);
}

Test(refusal, one_that_goes_on_refusing_is_called_so)
{
    struct play play;
    play_down(&play);
    for (int i = 0; i < 7; i++) {
        play_wait(&play, MINUTE);
        if (play.state.breaker == HEALTH_BREAKER_OPEN) {
            play_trial(&play, VMM_OUTCOME_OK);
        }
        play_refused(&play);
    }
    expect_verdict(&play, DEGRADED, SUSPECT, AUTH);
}

/* A device that names a lock means it; that no credential is set may be news of its boot. */
Test(refusal, a_lock_is_taken_at_its_word_and_a_missing_credential_is_not)
{
    static const struct {
        uint32_t reason;
        uint32_t outcome;
    } cases[] = {{0, VMM_OUTCOME_CANCELLED},
                 {VMM_REASON_CREDENTIAL_MISSING, VMM_OUTCOME_CANCELLED},
                 {VMM_REASON_LOCKED, VMM_OUTCOME_AUTH}};
    const struct health_state state = {0};
    const struct refusal excused = {.is_excused = true};
    const struct refusal meant = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct health_input input = {.outcome = VMM_OUTCOME_AUTH, .reason = cases[i].reason};
        refusal_judge(&state, &meant, &input);
        cr_expect_eq(input.outcome, VMM_OUTCOME_AUTH);
        cr_expect_eq(input.reason, cases[i].reason);
        refusal_judge(&state, &excused, &input);
        cr_expect_eq(input.outcome, cases[i].outcome, "%u", cases[i].reason);
    }
}

Test(refusal, whose_last_word_was_that_it_is_busy_stays_so_until_its_next_login)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 3; i++) {
        play_full(&play, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_NONE);
        play_wait(&play, MINUTE);
    }
    expect_verdict(&play, DEGRADED, SUSPECT, BUSY);
    for (int login = 0; login < 4; login++) {
        play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
        for (int i = 0; i < 20; i++) {
            play_wait(&play, MINUTE);
            play_barred(&play);
        }
    }
    expect_verdict(&play, DEGRADED, SUSPECT, ERROR_STATUS);
}
