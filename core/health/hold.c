/* SPDX-License-Identifier: MIT */
#include "health/hold.h"

static uint32_t lowest_bit(uint64_t bits)
{
    return (uint32_t)__builtin_ctzll(bits);
}

static void count_run(uint8_t *run)
{
    if (*run < UINT8_MAX) {
        (*run)++;
    }
}

static void see_fault(const struct health_policy *policy, struct health_state *state,
                      uint32_t reason)
{
    uint8_t *run = &state->run[reason];
    if ((state->reasons & HEALTH_BIT(reason)) != 0) {
        *run = 0;
        return;
    }
    count_run(run);
    if (*run >= health_policy_on(policy, reason)) {
        state->reasons |= HEALTH_BIT(reason);
        *run = 0;
    }
}

static void see_ok(const struct health_policy *policy, struct health_state *state, uint32_t reason)
{
    uint8_t *run = &state->run[reason];
    if ((state->reasons & HEALTH_BIT(reason)) == 0) {
        *run = 0;
        return;
    }
    count_run(run);
    if (*run >= health_policy_off(policy, reason)) {
        state->reasons &= ~HEALTH_BIT(reason);
        *run = 0;
    }
}

/* Of reasons that exclude one another the newest stays. */
static void keep_one(struct health_state *state, uint64_t exclusive, uint64_t seen)
{
    uint64_t held = state->reasons & exclusive;
    uint64_t newest = held & seen;
    if (newest != 0 && newest != held) {
        state->reasons &= ~(held & ~HEALTH_BIT(lowest_bit(newest)));
    }
}

void hold_apply(const struct health_policy *policy, struct health_state *state,
                const struct judgement *judgement, int64_t now_wall)
{
    bool runs = state->fault_since_wall != 0;
    uint64_t ok = judgement->ok & ~judgement->fault;
    if (!runs) {
        ok &= state->reasons; /* nothing is pending: only what holds can change */
    }
    if (judgement->fault != 0 && !runs) {
        state->fault_since_wall = now_wall;
    }
    for (uint64_t rest = judgement->fault; rest != 0; rest &= rest - 1) {
        see_fault(policy, state, lowest_bit(rest));
    }
    for (uint64_t rest = ok; rest != 0; rest &= rest - 1) {
        see_ok(policy, state, lowest_bit(rest));
    }
    keep_one(state, HOLD_LOGIN, judgement->fault);
    keep_one(state, HOLD_LANGUAGE, judgement->fault);
}

bool hold_pending(const struct health_state *state)
{
    if (state->fault_since_wall == 0) {
        return false;
    }
    bool slow_holds = (state->reasons & HEALTH_BIT(VMM_REASON_SLOW)) != 0;
    bool pending = state->slow_count > 0 && !slow_holds;
    for (uint32_t i = 0; i < HEALTH_REASON_SLOTS; i++) {
        pending |= state->run[i] > 0 && (state->reasons & HEALTH_BIT(i)) == 0;
    }
    return pending;
}

bool hold_loss_pending(const struct health_state *state)
{
    const uint32_t whole[] = {HEALTH_ALL_LOST, HEALTH_NO_MEDIA};
    bool pending = false;
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        pending |= state->run[whole[i]] > 0 && (state->reasons & HEALTH_BIT(whole[i])) == 0;
    }
    return pending;
}

void hold_new_credential(const struct health_policy *policy, struct health_state *state)
{
    for (uint64_t rest = state->reasons & HOLD_LOGIN; rest != 0; rest &= rest - 1) {
        uint32_t reason = lowest_bit(rest);
        state->run[reason] = (uint8_t)(health_policy_off(policy, reason) - 1);
    }
}
