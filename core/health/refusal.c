/* SPDX-License-Identifier: MIT */
#include "health/refusal.h"

#include <vmm/observation.h>
#include <vmm/probe.h>

#define BOOT_US INT64_C(90000000)

/* The device's last word was that it is busy: a run is of words against what holds. */
static bool was_busy(const struct health_state *state)
{
    bool holds = (state->reasons & HEALTH_BIT(VMM_REASON_BUSY)) != 0;
    return holds == (state->run[VMM_REASON_BUSY] == 0);
}

/*
 * A login that is not allowed now says nothing new about the device. After a refusal its verdict stays `auth`, or
 * `locked`; after a login that was put off for load it stays `busy`; after a login that was merely lost, nobody is
 * judged, and one of which nothing is known waits for its login; a repeat without login has done its part once the
 * device answers at all.
 */
static void judge_barred(const struct health_state *state, bool is_known,
                         struct health_input *input)
{
    if (input->kind == HEALTH_INPUT_CONFIRM || input->scope == HEALTH_SCOPE_TRIAL) {
        input->outcome = VMM_OUTCOME_PARTIAL;
    } else if (is_known) {
        bool locked = (state->reasons & HEALTH_BIT(VMM_REASON_LOCKED)) != 0;
        input->reason = locked ? VMM_REASON_LOCKED : VMM_REASON_AUTH;
    } else if (was_busy(state)) {
        input->outcome = VMM_OUTCOME_LIMIT;
    } else {
        input->outcome = VMM_OUTCOME_CANCELLED;
        input->reason = VMM_REASON_AUTH_WAIT;
    }
}

void refusal_judge(const struct health_state *state, const struct refusal *refusal,
                   struct health_input *input)
{
    if (refusal->is_barred) {
        judge_barred(state, refusal->is_known, input);
    } else if (refusal->is_excused && input->reason != VMM_REASON_LOCKED) {
        input->outcome = VMM_OUTCOME_CANCELLED;
        input->reason = VMM_REASON_AUTH_WAIT;
    }
}

/* How long after its last failed look it may have begun to answer. */
static int64_t unseen_us(const struct health_policy *policy, const struct health_state *state)
{
    uint64_t interval = 0;
    uint64_t jitter = 0;
    if (state->failure_count > 0) {
        health_rhythm_times(policy, state->rhythm, &interval, &jitter);
    }
    return (int64_t)(interval + jitter);
}

bool refusal_may_boot(const struct health_policy *policy, const struct health_state *state,
                      int64_t now_wall)
{
    int64_t age = now_wall - state->last_failure_wall;
    return state->last_failure_wall != 0 && age < BOOT_US + unseen_us(policy, state);
}
