/* SPDX-License-Identifier: MIT */
#include "health/rules.h"

#define SECOND UINT64_C(1000000)

static void set_count(uint8_t *count, uint32_t rule)
{
    if (rule != 0) {
        *count = (uint8_t)rule;
    }
}

static void set_seconds(uint64_t *us, uint32_t rule)
{
    if (rule != 0) {
        *us = rule * SECOND;
    }
}

void rules_apply(const struct fleet_rules *rules, struct health_policy *policy)
{
    struct health_policy usual;
    health_policy_init(&usual);
    set_count(&policy->fail_count, rules->fail_count);
    set_count(&policy->ok_count, rules->ok_count);
    set_count(&policy->degraded_on, rules->degraded_on);
    set_count(&policy->degraded_off, rules->degraded_off);
    set_count(&policy->latency_count, rules->latency_count);
    set_count(&policy->sustain_count, rules->sustain_count);
    set_seconds(&policy->latency_limit_us, rules->latency_limit_s);
    set_seconds(&policy->clock_limit_us, rules->clock_limit_s);
    set_seconds(&policy->interval_us, rules->interval_s);
    if (rules->interval_s != 0) {
        policy->jitter_us = policy->interval_us / 4;
    }
    if (rules->confirm == FLEET_RULES_CONFIRM_OFF) {
        policy->repeat_count = 0;
    } else if (rules->confirm == FLEET_RULES_CONFIRM_ON && policy->repeat_count == 0) {
        policy->repeat_count = usual.repeat_count;
    }
    for (uint32_t reason = 1; reason < VMM_REASON_COUNT; reason++) {
        set_count(&policy->on[reason], rules->on[reason]);
        set_count(&policy->off[reason], rules->off[reason]);
    }
}
