/* SPDX-License-Identifier: MIT */
#include "health/witness.h"

#include "health/confirm.h"
#include "health/gap.h"
#include "health/hold.h"
#include "health/retention.h"

#define LINK   HEALTH_BIT(VMM_REASON_RECORDER_LINK)
#define DIRECT HEALTH_BIT(VMM_REASON_DIRECT_UNREACHABLE)
#define SEEN   (HEALTH_BIT(VMM_REASON_UNREACHABLE) | HEALTH_BIT(VMM_REASON_TIMEOUT))

static uint32_t word_of(const struct health_input *input)
{
    struct judgement judgement = {0};
    judge_channel(input, &judgement);
    if ((judgement.fault & HEALTH_BIT(HEALTH_ALL_LOST)) != 0) {
        return HEALTH_WITNESS_LOST;
    }
    return (judgement.ok & HEALTH_BIT(HEALTH_ALL_LOST)) != 0 ? HEALTH_WITNESS_LIVE
                                                             : HEALTH_WITNESS_NONE;
}

/* The recorder lost it: is that the camera, or the way between them? Only the camera can tell. */
static void judge_link(const struct health_state *state, uint32_t word, struct judgement *judgement,
                       struct health_actions *actions)
{
    bool answers = state->failure_count == 0 && state->breaker == HEALTH_BREAKER_CLOSED;
    bool since =
        state->witness == HEALTH_WITNESS_LOST && state->confirmed_mono >= state->witness_mono;
    if (word == HEALTH_WITNESS_LIVE) {
        judgement->ok |= LINK;
    } else if (answers && since) {
        judgement->fault |= LINK;
    } else if (answers && state->repeat == 0) {
        confirm_ask(actions, 0);
    }
}

static bool is_answer(const struct health_input *input)
{
    return input->outcome == VMM_OUTCOME_OK || input->outcome == VMM_OUTCOME_PARTIAL;
}

void witness_told(const struct health_policy *policy, struct health_state *state,
                  const struct health_input *input, struct health_actions *actions)
{
    if (!is_answer(input)) {
        /* A recorder that fails itself sees nothing. What it said against the camera grows old. */
        bool live = state->witness == HEALTH_WITNESS_LIVE;
        state->witness = live ? HEALTH_WITNESS_NONE : state->witness;
        return;
    }
    uint32_t word = word_of(input);
    struct judgement judgement = {0};
    judge_recording(policy, input, &judgement);
    retention_judge(policy, state, input, &judgement);
    gap_judge(policy, state, input, &judgement);
    if (word != HEALTH_WITNESS_NONE) {
        judge_link(state, word, &judgement, actions);
        state->witness = (uint8_t)word;
        state->witness_mono = input->now_mono;
    }
    hold_apply(policy, state, &judgement, input->now_wall);
    if (!hold_pending(state)) {
        state->fault_since_wall = 0;
    }
}

void witness_apply(const struct health_policy *policy, struct health_state *state,
                   const struct health_input *input)
{
    int64_t age = input->now_mono - state->witness_mono;
    if (state->witness != HEALTH_WITNESS_NONE && age > (int64_t)health_policy_stale_after(policy)) {
        state->witness = HEALTH_WITNESS_NONE;
        state->reasons &= ~LINK;
        state->run[VMM_REASON_RECORDER_LINK] = 0;
    }
    /* Once it has answered again, DOWN needs its failed looks anew. */
    bool doubtful = (state->reasons & DIRECT) != 0 && (state->breaker != HEALTH_BREAKER_OPEN ||
                                                       state->failure_count < policy->fail_count);
    bool seen = (state->witness == HEALTH_WITNESS_LIVE || doubtful) && (state->reasons & SEEN) != 0;
    state->reasons = seen ? state->reasons | DIRECT : state->reasons & ~DIRECT;
}
