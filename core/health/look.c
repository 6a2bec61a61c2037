/* SPDX-License-Identifier: MIT */
#include "health/look.h"

#include "health/breaker.h"
#include "health/clock_track.h"
#include "health/confirm.h"
#include "health/gap.h"
#include "health/hold.h"
#include "health/judge.h"
#include "health/outcome_table.h"
#include "health/reach.h"
#include "health/retention.h"
#include "health/stale.h"

static void count(uint8_t *counter)
{
    if (*counter < UINT8_MAX) {
        (*counter)++;
    }
}

static void note_seen(struct health_state *state, const struct health_input *input,
                      const struct outcome_meaning *meaning)
{
    if (meaning->seen) {
        state->last_seen_wall = input->now_wall;
    }
    if (meaning->meaning <= OUTCOME_ANSWERED && input->latency_us > 0) {
        state->latency_us = input->latency_us;
    }
}

/* How fast a recorder answers is the recorder's matter, not that of the cameras behind it. */
static bool is_slow(const struct health_policy *policy, const struct health_input *input)
{
    return input->channel == 0 && input->latency_us > policy->latency_limit_us;
}

static void judge_facts(const struct health_policy *policy, const struct health_input *input,
                        struct judgement *judgement)
{
    judge_clock(policy, input, judgement);
    judge_channel(input, judgement);
    judge_disk(input, judgement);
    judge_hardware(input, judgement);
    judge_expect(input, judgement);
}

/* Without facts only what the operator expects of a recording can say anything. */
static struct judgement judge(const struct health_policy *policy, struct health_state *state,
                              const struct health_input *input,
                              const struct outcome_meaning *meaning)
{
    struct judgement judgement = {.ok = meaning->judged_ok};
    if (meaning->reason != VMM_REASON_NONE && input->channel == 0) {
        judgement.fault |= HEALTH_BIT(meaning->reason);
    }
    if (meaning->meaning == OUTCOME_GOOD) {
        judge_firmware(state, input, &judgement);
    }
    if (input->fact_count > 0) {
        judge_facts(policy, input, &judgement);
    }
    if (input->fact_count > 0 || input->expected != NULL) {
        judge_recording(policy, input, &judgement);
        gap_judge(policy, state, input, &judgement);
    }
    retention_judge(policy, state, input, &judgement);
    return judgement;
}

/* Slow often enough: the device is reached, but not well; the breaker opens. */
static void conclude_slow(struct health_state *state, const struct health_input *input)
{
    state->reasons = (state->reasons & ~(HOLD_REACH | HOLD_UNKNOWN)) | HEALTH_BIT(VMM_REASON_SLOW);
    breaker_open(state, input);
}

/*
 * Packets that were lost and sent again make a single request as slow as a device that is. So a slow look is made again
 * soon, and counts when it is slow both times; but not while the breaker is open, when each look follows on a trial.
 */
static bool is_repeated(const struct health_policy *policy, const struct health_state *state)
{
    return policy->repeat_count > 0 && state->breaker == HEALTH_BREAKER_CLOSED;
}

static void repeat_slow(const struct health_policy *policy, const struct health_state *state,
                        struct health_actions *actions)
{
    if (is_repeated(policy, state) && state->slow_count % 2 == 1) {
        confirm_ask(actions, policy->repeat_us[0]);
    }
}

static void look_was_slow(const struct health_policy *policy, struct health_state *state,
                          const struct health_input *input)
{
    unsigned looks = policy->latency_count * (is_repeated(policy, state) ? 2u : 1u);
    count(&state->slow_count);
    if (state->fault_since_wall == 0) {
        state->fault_since_wall = input->now_wall;
    }
    breaker_break_success(state);
    if (state->slow_count >= looks) {
        conclude_slow(state, input);
    } else if (state->breaker != HEALTH_BREAKER_CLOSED) {
        breaker_open(state, input);
    }
}

static void look_was_in_time(struct health_state *state, const struct health_input *input,
                             bool good)
{
    if (input->latency_us > 0) {
        state->slow_count = 0;
    }
    breaker_good_full(state, input);
    count(&state->reach_count);
    if (good) {
        count(&state->good_count);
    } else {
        state->good_count = 0;
    }
}

/* Out of critical: what drove the breaker holds no longer. */
static void recover(const struct health_policy *policy, struct health_state *state,
                    const struct health_input *input)
{
    bool answered = (state->reasons & ~(HOLD_BREAKER | HOLD_UNKNOWN)) != 0;
    if (breaker_recover(policy, state, input, answered)) {
        state->reasons &= ~HOLD_BREAKER;
    }
}

/*
 * The first verdict after UNKNOWN. A fault that was seen but does not hold yet keeps it waiting, so
 * that not OK is told first and the fault a minute later; the look is made again soon instead.
 */
static void end_unknown(const struct health_policy *policy, struct health_state *state,
                        const struct health_input *input, bool gently,
                        struct health_actions *actions)
{
    if ((state->reasons & HOLD_UNKNOWN) == 0) {
        return;
    }
    count(&state->first_looks);
    bool told = (state->reasons & ~HOLD_UNKNOWN) != 0;
    if (!told && (state->recovering || judge_is_dark(policy, input))) {
        return;
    }
    if (!told && hold_pending(state) && state->first_looks < policy->fail_count) {
        if (policy->repeat_count > 0 && !gently) {
            confirm_ask(actions, policy->repeat_us[0]);
        }
        return;
    }
    state->reasons &= ~HOLD_UNKNOWN;
    state->first_looks = 0;
}

static void full_answered(const struct health_policy *policy, struct health_state *state,
                          const struct health_input *input, const struct outcome_meaning *meaning,
                          struct health_actions *actions)
{
    bool gently = meaning->reason == VMM_REASON_BUSY;
    state->repeat = 0;
    reach_answered(state);
    struct judgement judgement = judge(policy, state, input, meaning);
    hold_apply(policy, state, &judgement, input->now_wall);
    if (is_slow(policy, input)) {
        look_was_slow(policy, state, input);
    } else {
        look_was_in_time(state, input, meaning->meaning == OUTCOME_GOOD);
    }
    if (is_slow(policy, input) && !gently) {
        repeat_slow(policy, state, actions);
    }
    recover(policy, state, input);
    end_unknown(policy, state, input, gently, actions);
    if (state->breaker == HEALTH_BREAKER_HALF_OPEN) {
        confirm_ask(actions, policy->full_after_us);
    }
    if (!hold_pending(state)) {
        state->fault_since_wall = 0;
    }
}

static void trial_answered(const struct health_policy *policy, struct health_state *state,
                           const struct health_input *input, struct health_actions *actions)
{
    if (state->breaker == HEALTH_BREAKER_CLOSED) {
        confirm_answered(policy, state, actions); /* it proves the step that failed, and no more */
        return;
    }
    stale_confirm(state, input);
    if (is_slow(policy, input)) {
        return;
    }
    breaker_good_trial(state, input);
    confirm_ask(actions, policy->full_after_us);
}

static void look_failed(const struct health_policy *policy, struct health_state *state,
                        const struct health_input *input, uint32_t reason,
                        struct health_actions *actions)
{
    reach_failed(policy, state, input, reason);
    stale_confirm(state, input);
    confirm_begin(policy, state, actions);
}

/*
 * The device asks for a login, and none is allowed yet: that it answers is seen. What was wrong with its answers when
 * it was logged in stands until the next login shows otherwise; it is not old news.
 */
static bool answers_stand(const struct health_state *state, const struct health_input *input,
                          uint32_t reason)
{
    bool asked = reason == VMM_REASON_AUTH_WAIT && input->latency_us > 0;
    bool known = (state->reasons & (HOLD_UNKNOWN | HOLD_BREAKER)) == 0;
    return asked && known && (state->reasons & HOLD_ANSWER) != 0;
}

static void look_was_lost(struct health_state *state, const struct health_input *input,
                          uint32_t reason)
{
    if (answers_stand(state, input, reason)) {
        state->last_seen_wall = input->now_wall;
        stale_confirm(state, input);
    } else {
        stale_ours(state, reason);
    }
}

static struct outcome_meaning meaning_of(struct health_state *state,
                                         const struct health_input *input)
{
    struct outcome_meaning meaning = outcome_meaning(input->outcome, input->rung, input->reason);
    note_seen(state, input, &meaning);
    firmware_note(state, input);
    if (firmware_explains(state, input, meaning.reason)) {
        return outcome_meaning(VMM_OUTCOME_PARTIAL, input->rung, VMM_REASON_NONE);
    }
    return meaning;
}

void look_ended(const struct health_policy *policy, struct health_state *state,
                const struct health_input *input, struct health_actions *actions)
{
    struct outcome_meaning meaning = meaning_of(state, input);
    if (meaning.meaning == OUTCOME_OURS) {
        look_was_lost(state, input, meaning.reason);
    } else if (meaning.meaning == OUTCOME_FAILED) {
        look_failed(policy, state, input, meaning.reason, actions);
    } else if (input->scope == HEALTH_SCOPE_FULL) {
        clock_track(policy, state, input);
        stale_confirm(state, input);
        full_answered(policy, state, input, &meaning, actions);
    } else {
        trial_answered(policy, state, input, actions);
    }
}

void look_repeated(const struct health_policy *policy, struct health_state *state,
                   const struct health_input *input, struct health_actions *actions)
{
    struct outcome_meaning meaning = meaning_of(state, input);
    if (meaning.meaning == OUTCOME_FAILED) {
        reach_failed(policy, state, input, meaning.reason);
        stale_confirm(state, input);
    }
    if (meaning.meaning <= OUTCOME_ANSWERED) {
        confirm_answered(policy, state, actions);
    } else {
        confirm_next(policy, state, actions);
    }
}
