/* SPDX-License-Identifier: MIT */
#include "health/confirm.h"

void confirm_ask(struct health_actions *actions, uint64_t after_us)
{
    actions->did |= HEALTH_DID_REPEAT;
    actions->repeat_after_us = after_us;
}

uint32_t confirm_number(const struct health_state *state)
{
    return state->repeat & ~HEALTH_REPEAT_GOOD;
}

bool confirm_repeats(const struct health_state *state)
{
    return state->repeat > 0 && (state->repeat & HEALTH_REPEAT_GOOD) == 0;
}

static void ask_repeat(const struct health_policy *policy, const struct health_state *state,
                       struct health_actions *actions)
{
    confirm_ask(actions, policy->repeat_us[state->repeat - 1]);
}

void confirm_begin(const struct health_policy *policy, struct health_state *state,
                   struct health_actions *actions)
{
    if (state->breaker != HEALTH_BREAKER_CLOSED) {
        return;
    }
    if (state->failure_count == 1 && policy->repeat_count > 0) {
        state->repeat = 1;
        ask_repeat(policy, state, actions);
    } else if ((state->repeat & HEALTH_REPEAT_GOOD) != 0) {
        bool is_further = health_confirm_scope(state) == HEALTH_SCOPE_FULL;
        state->repeat = is_further ? (uint8_t)confirm_number(state) : 0;
        confirm_next(policy, state, actions);
    }
}

void confirm_next(const struct health_policy *policy, struct health_state *state,
                  struct health_actions *actions)
{
    if (state->repeat == 0) {
        return;
    }
    if (state->repeat >= policy->repeat_count) {
        state->repeat = 0;
        return;
    }
    state->repeat++;
    ask_repeat(policy, state, actions);
}

void confirm_answered(const struct health_policy *policy, struct health_state *state,
                      struct health_actions *actions)
{
    if (confirm_repeats(state)) {
        bool was_trial = health_confirm_scope(state) == HEALTH_SCOPE_TRIAL;
        state->repeat = was_trial ? state->repeat | HEALTH_REPEAT_GOOD : 0;
        confirm_ask(actions, policy->full_after_us);
    }
}

void confirm_again(const struct health_policy *policy, struct health_state *state,
                   struct health_actions *actions)
{
    if (confirm_number(state) > policy->repeat_count) {
        state->repeat = 0; /* the policy has become shorter */
    }
    if (confirm_repeats(state)) {
        ask_repeat(policy, state, actions);
    } else if (state->repeat > 0) {
        confirm_ask(actions, policy->full_after_us);
    }
}
