/* SPDX-License-Identifier: MIT */
/* How long a state stays as it is when nothing is heard: what a caller of a hundred thousand states has to compare. */
#include "health/health.h"

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The recorder's word grows old. */
static int64_t witness_until(const struct health_policy *policy, const struct health_state *state)
{
    return state->witness != HEALTH_WITNESS_NONE
               ? state->witness_mono + (int64_t)health_policy_stale_after(policy) + 1
               : INT64_MAX;
}

/* Trials become rarer, and what stands for long is looked at as often as what is fine. */
static int64_t rhythm_until(const struct health_policy *policy, const struct health_state *state)
{
    if (state->rhythm == HEALTH_RHYTHM_TRIAL) {
        return state->opened_mono + (int64_t)policy->trial_time_us;
    }
    bool stands = state->rhythm == HEALTH_RHYTHM_SUSPECT && state->suspect_since_wall != 0 &&
                  state->first_looks == 0;
    return stands ? state->suspect_since_mono + (int64_t)policy->suspect_time_us : INT64_MAX;
}

int64_t health_until(const struct health_policy *policy, const struct health_state *state)
{
    int64_t at = earlier(health_stale_at(policy, state), witness_until(policy, state));
    return earlier(at, rhythm_until(policy, state));
}
