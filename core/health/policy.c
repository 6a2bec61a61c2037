/* SPDX-License-Identifier: MIT */
#include "health/policy.h"

#include "health/health.h"
#include <vmm/errors.h>
#include <vmm/observation.h>

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)

/* A run is kept in four bits' worth of looks; more would only mean "never". */
#define COUNT_MAX 15u

void health_policy_init(struct health_policy *policy)
{
    static const struct health_policy defaults = {
        .interval_us = 240 * SECOND,
        .jitter_us = 60 * SECOND,
        .suspect_interval_us = 60 * SECOND,
        .suspect_time_us = 30 * MINUTE,
        .trial_interval_us = 60 * SECOND,
        .trial_time_us = 10 * MINUTE,
        .deadline_us = 30 * SECOND,
        .latency_limit_us = 5 * SECOND,
        .sustain_us = 2 * MINUTE,
        .full_after_us = 1 * SECOND,
        .repeat_us = {5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND},
        .repeat_deadline_us = 8 * SECOND,
        .clock_limit_us = 60 * SECOND,
        .footage_limit_us = 15 * MINUTE,
        .index_time_us = 15 * MINUTE,
        .footage_clock_us = 60 * MINUTE,
        .retention_us = 2 * 24 * 60 * MINUTE,
        .repeat_count = 4,
        .fail_count = 5,
        .ok_count = 2,
        .degraded_on = 2,
        .degraded_off = 3,
        .latency_count = 2,
        .sustain_count = 3,
    };
    *policy = defaults;
}

static bool count_valid(uint8_t count)
{
    return count >= 1 && count <= COUNT_MAX;
}

static bool counts_valid(const struct health_policy *policy)
{
    for (size_t i = 0; i < HEALTH_REASON_SLOTS; i++) {
        if (policy->on[i] > COUNT_MAX || policy->off[i] > COUNT_MAX) {
            return false;
        }
    }
    return count_valid(policy->fail_count) && count_valid(policy->ok_count) &&
           count_valid(policy->degraded_on) && count_valid(policy->degraded_off) &&
           count_valid(policy->latency_count) && count_valid(policy->sustain_count) &&
           policy->repeat_count <= HEALTH_REPEATS_MAX;
}

int health_policy_check(const struct health_policy *policy)
{
    bool times = policy->interval_us > 0 && policy->suspect_interval_us > 0 &&
                 policy->trial_interval_us > 0 && policy->jitter_us < policy->interval_us &&
                 policy->deadline_us > 0 && policy->repeat_deadline_us > 0;
    return times && counts_valid(policy) ? 0 : VMM_E_RANGE;
}

uint64_t health_policy_stale_after(const struct health_policy *policy)
{
    return 2 * (policy->interval_us + policy->jitter_us) + policy->deadline_us;
}

uint64_t health_policy_grace(const struct health_policy *policy)
{
    return policy->interval_us + policy->jitter_us + policy->deadline_us;
}

/* What the device says of its recording has the counts of its reason. */
static uint32_t counted_as(uint32_t reason)
{
    return reason == HEALTH_SAID_MISSING ? VMM_REASON_MISSING_RECORDING : reason;
}

uint8_t health_policy_on(const struct health_policy *policy, uint32_t reason)
{
    reason = counted_as(reason);
    if (policy->on[reason] != 0) {
        return policy->on[reason];
    }
    switch (reason) {
    case VMM_REASON_AUTH:
    case VMM_REASON_LOCKED:
    case VMM_REASON_CREDENTIAL_MISSING:
    case VMM_REASON_RETENTION_SHORT: /* has a time of its own */
    case VMM_REASON_RECORDING_GAP:   /* a day of footage, told once a day */
    case VMM_REASON_RECORDER_LINK:   /* counts only when the camera has answered since */
        return 1;
    case HEALTH_ALL_LOST:
    case HEALTH_NO_MEDIA:
        return policy->fail_count;
    default:
        return policy->degraded_on;
    }
}

uint8_t health_policy_off(const struct health_policy *policy, uint32_t reason)
{
    reason = counted_as(reason);
    if (policy->off[reason] != 0) {
        return policy->off[reason];
    }
    switch (reason) {
    case VMM_REASON_RETENTION_SHORT: /* told once a day */
    case VMM_REASON_RECORDING_GAP:
    case VMM_REASON_NEW_FIRMWARE: /* what was not known is known again */
        return 1;
    case HEALTH_ALL_LOST:
    case HEALTH_NO_MEDIA:
        return policy->ok_count;
    default:
        return policy->degraded_off;
    }
}
