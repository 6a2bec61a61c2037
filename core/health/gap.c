/* SPDX-License-Identifier: MIT */
#include "health/gap.h"

#define DAY_US INT64_C(86400000000)
#define GAP    HEALTH_BIT(VMM_REASON_RECORDING_GAP)

static bool stood_all_day(const struct health_state *state, const struct health_input *input)
{
    return state->health != VMM_HEALTH_UNKNOWN && state->since_wall != 0 &&
           input->now_wall - state->since_wall >= DAY_US;
}

void gap_judge(const struct health_policy *policy, const struct health_state *state,
               const struct health_input *input, struct judgement *judgement)
{
    const struct health_fact *gap = judge_find(input, VMM_FACT_RECORDING_GAP);
    uint32_t mode = judge_recording_mode(input);
    bool due = mode == HEALTH_RECORDING_CONTINUOUS || mode == HEALTH_RECORDING_SCHEDULE;
    if (mode == HEALTH_RECORDING_OFF) {
        judgement->ok |= GAP;
    }
    if (gap == NULL || gap->type != VMM_TYPE_INT || !due || !judge_footage_counts(policy, input)) {
        return;
    }
    if (gap->number <= (int64_t)(policy->footage_limit_us / 1000000)) {
        judgement->ok |= GAP;
    } else if (stood_all_day(state, input)) {
        judgement->fault |= GAP;
    }
}
