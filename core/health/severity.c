/* SPDX-License-Identifier: MIT */
#include "health/severity.h"

#include "health/hold.h"
#include "health/words.h"

/* What the reasons that hold ask for; those that drive the breaker speak through it. */
static uint32_t standing_severity(const struct health_state *state)
{
    uint32_t severity = VMM_SEVERITY_NORMAL;
    uint64_t held = health_reasons(state) & ~HOLD_BREAKER;
    for (; held != 0; held &= held - 1) {
        uint32_t one = reason_severity((uint32_t)__builtin_ctzll(held));
        severity = one > severity ? one : severity;
    }
    return severity;
}

/* Nothing wrong holds any more, but OK is not proven yet. */
static bool is_proving(const struct health_state *state)
{
    return state->reasons == 0 && state->health != VMM_HEALTH_OK;
}

/* What polling alone has to find out soon. */
static bool is_open_question(const struct health_state *state)
{
    return state->failure_count > 0 || state->recovering || hold_loss_pending(state) ||
           is_proving(state);
}

/* Its recorder has its picture: that nobody gets through to it can wait for the morning. */
static bool is_still_seen(const struct health_state *state)
{
    return (state->reasons & HEALTH_BIT(VMM_REASON_DIRECT_UNREACHABLE)) != 0;
}

static uint32_t severity_of(const struct health_state *state)
{
    if (state->blocked != 0) {
        return reason_severity(state->reason);
    }
    if (state->breaker != HEALTH_BREAKER_CLOSED && !is_still_seen(state)) {
        return VMM_SEVERITY_CRITICAL;
    }
    if (state->behind || is_open_question(state)) {
        return VMM_SEVERITY_SUSPECT;
    }
    return standing_severity(state);
}

void severity_apply(struct health_state *state, const struct health_input *input, bool changed)
{
    state->severity = (uint8_t)severity_of(state);
    bool standing =
        state->severity == VMM_SEVERITY_SUSPECT && state->blocked == 0 && !is_open_question(state);
    if (!standing) {
        state->suspect_since_wall = 0;
        state->suspect_since_mono = 0;
    } else if (state->suspect_since_wall == 0 || changed) {
        state->suspect_since_wall = input->now_wall;
        state->suspect_since_mono = input->now_mono;
    }
}

static bool within(int64_t now_mono, int64_t since_mono, uint64_t time_us)
{
    return now_mono - since_mono < (int64_t)time_us;
}

uint32_t severity_rhythm(const struct health_policy *policy, const struct health_state *state,
                         int64_t now_mono)
{
    if (state->blocked != 0) {
        return HEALTH_RHYTHM_REST;
    }
    if (state->breaker != HEALTH_BREAKER_CLOSED) {
        return within(now_mono, state->opened_mono, policy->trial_time_us)
                   ? HEALTH_RHYTHM_TRIAL
                   : HEALTH_RHYTHM_TRIAL_SLOW;
    }
    if (is_open_question(state) || state->first_looks > 0) {
        return HEALTH_RHYTHM_SUSPECT;
    }
    if (state->severity == VMM_SEVERITY_NORMAL ||
        !within(now_mono, state->suspect_since_mono, policy->suspect_time_us)) {
        return HEALTH_RHYTHM_NORMAL;
    }
    return HEALTH_RHYTHM_SUSPECT;
}
