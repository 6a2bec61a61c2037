/* SPDX-License-Identifier: MIT */
#include "health/breaker.h"

void breaker_open(struct health_state *state, const struct health_input *input)
{
    if (state->breaker == HEALTH_BREAKER_CLOSED) {
        state->opened_wall = input->now_wall;
        state->opened_mono = input->now_mono;
    }
    state->breaker = HEALTH_BREAKER_OPEN;
    state->recovering = 1;
    state->repeat = 0;
    breaker_break_success(state);
}

static void begin_success(struct health_state *state, const struct health_input *input)
{
    if (state->recovering && state->good_since_wall == 0) {
        state->good_since_wall = input->now_wall;
        state->good_since_mono = input->now_mono;
    }
}

void breaker_good_trial(struct health_state *state, const struct health_input *input)
{
    begin_success(state, input);
    if (state->breaker == HEALTH_BREAKER_OPEN) {
        state->breaker = HEALTH_BREAKER_HALF_OPEN;
    }
}

void breaker_good_full(struct health_state *state, const struct health_input *input)
{
    begin_success(state, input);
    if (state->breaker == HEALTH_BREAKER_OPEN) {
        state->breaker = HEALTH_BREAKER_HALF_OPEN;
    } else if (state->breaker == HEALTH_BREAKER_HALF_OPEN) {
        state->breaker = HEALTH_BREAKER_CLOSED;
        state->opened_wall = 0;
        state->opened_mono = 0;
    }
}

void breaker_break_success(struct health_state *state)
{
    state->good_since_wall = 0;
    state->good_since_mono = 0;
    state->good_count = 0;
    state->reach_count = 0;
}

bool breaker_recover(const struct health_policy *policy, struct health_state *state,
                     const struct health_input *input, bool answered)
{
    if (!state->recovering || state->breaker != HEALTH_BREAKER_CLOSED) {
        return false;
    }
    int64_t age = input->now_mono - state->good_since_mono;
    bool enough = state->good_count >= policy->sustain_count ||
                  (answered && state->reach_count >= policy->sustain_count);
    if (state->good_since_wall == 0 || !enough || age < (int64_t)policy->sustain_us) {
        return false;
    }
    state->recovering = 0;
    state->good_since_wall = 0;
    state->good_since_mono = 0;
    return true;
}
