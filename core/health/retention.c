/* SPDX-License-Identifier: MIT */
#include "health/retention.h"

#define DAY_S    INT64_C(86400)
#define SECOND   INT64_C(1000000)
#define RETAINED HEALTH_BIT(VMM_REASON_RETENTION_SHORT)

static bool is_older_than(int64_t since_wall, int64_t now_wall, int64_t age_s)
{
    return now_wall - since_wall >= age_s * SECOND;
}

void retention_judge(const struct health_policy *policy, struct health_state *state,
                     const struct health_input *input, struct judgement *judgement)
{
    const struct health_expected *expected = input->expected;
    if (expected == NULL || expected->retention_days == 0) {
        judgement->ok |= RETAINED;
        state->retention_s = 0;
        return;
    }
    const struct health_fact *oldest = judge_find(input, VMM_FACT_RECORDING_OLDEST);
    int64_t required_s = expected->retention_days * DAY_S;
    if (oldest == NULL || oldest->type != VMM_TYPE_INT || !judge_footage_counts(policy, input) ||
        !is_older_than(expected->since_wall, input->now_wall, required_s)) {
        return;
    }
    if (oldest->number >= required_s) {
        judgement->ok |= RETAINED;
        state->retention_s = 0;
        return;
    }
    if (state->retention_s == 0) {
        state->retention_s = (uint32_t)(input->now_wall / SECOND);
    }
    int64_t below_us = input->now_wall - (int64_t)state->retention_s * SECOND;
    if (below_us >= (int64_t)policy->retention_us) {
        judgement->fault |= RETAINED;
    }
}
