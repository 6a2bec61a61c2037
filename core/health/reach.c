/* SPDX-License-Identifier: MIT */
#include "health/reach.h"

#include "health/breaker.h"
#include "health/hold.h"

/* No route and no answer are two faces of one outage: a router in between makes the one or the
 * other. */
static bool same_outage(uint32_t a, uint32_t b)
{
    const uint64_t outage = HEALTH_BIT(VMM_REASON_UNREACHABLE) | HEALTH_BIT(VMM_REASON_TIMEOUT);
    return (HEALTH_BIT(a) & outage) != 0 && (HEALTH_BIT(b) & outage) != 0;
}

/* The reason of an outage that is not over yet. */
static uint32_t standing_outage(const struct health_state *state, uint32_t reason)
{
    uint32_t other = reason == VMM_REASON_TIMEOUT ? VMM_REASON_UNREACHABLE : VMM_REASON_TIMEOUT;
    bool stands = (state->reasons & HEALTH_BIT(other)) != 0;
    return stands && same_outage(reason, other) ? other : reason;
}

/*
 * Which reason the failed looks lead to. Another one than so far counts when seen as often in a row
 * as a DEGRADED reason needs, so that a device that fails in turns in two ways does not change with
 * each look.
 */
static void choose_reason(const struct health_policy *policy, struct health_state *state,
                          uint32_t reason)
{
    reason = standing_outage(state, reason);
    if (state->fail_reason == VMM_REASON_NONE || state->fail_reason == reason ||
        same_outage(state->fail_reason, reason)) {
        state->fail_reason = (uint8_t)reason;
        state->fail_next = VMM_REASON_NONE;
        state->fail_next_count = 0;
        return;
    }
    bool again = state->fail_next == reason || same_outage(state->fail_next, reason);
    state->fail_next_count = again ? (uint8_t)(state->fail_next_count + 1) : 1;
    state->fail_next = (uint8_t)reason;
    if (state->fail_next_count >= policy->degraded_on) {
        state->fail_reason = (uint8_t)reason;
        state->fail_next = VMM_REASON_NONE;
        state->fail_next_count = 0;
    }
}

/* The evidence is complete: one reason of its kind holds, and what was unknown is known. */
static void conclude(struct health_state *state, const struct health_input *input)
{
    const uint64_t replaced =
        HOLD_REACH | HOLD_UNKNOWN | HOLD_LANGUAGE | HEALTH_BIT(VMM_REASON_NEW_FIRMWARE);
    state->reasons = (state->reasons & ~replaced) | HEALTH_BIT(state->fail_reason);
    state->run[VMM_REASON_UNSUPPORTED] = 0;
    state->run[VMM_REASON_OTHER_PROVIDER] = 0;
    state->run[VMM_REASON_NEW_FIRMWARE] = 0;
    if (state->breaker != HEALTH_BREAKER_OPEN) {
        breaker_open(state, input);
    }
}

void reach_failed(const struct health_policy *policy, struct health_state *state,
                  const struct health_input *input, uint32_t reason)
{
    if (state->failure_count == 0) {
        state->fail_since_wall = input->now_wall;
    }
    if (state->failure_count < UINT16_MAX) {
        state->failure_count++;
    }
    state->last_failure_wall = input->now_wall;
    state->fail_rung = (uint8_t)input->rung;
    choose_reason(policy, state, reason);
    breaker_break_success(state);
    if (state->failure_count >= policy->fail_count) {
        conclude(state, input);
    } else if (state->breaker == HEALTH_BREAKER_HALF_OPEN) {
        breaker_open(state, input);
    }
}

void reach_answered(struct health_state *state)
{
    state->failure_count = 0;
    state->fail_since_wall = 0;
    state->fail_reason = VMM_REASON_NONE;
    state->fail_next = VMM_REASON_NONE;
    state->fail_next_count = 0;
}
