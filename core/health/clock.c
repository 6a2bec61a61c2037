/* SPDX-License-Identifier: MIT */
#include "health/judge.h"

#define HALF_HOUR_MS (INT64_C(30) * 60 * 1000)
#define NEAR_MS      INT64_C(90000) /* an offset this near to a step is the step */
#define ZONE_STEPS   52             /* from UTC-12 to UTC+14, in half hours */
#define CLOCK_REASONS                                                                              \
    (HEALTH_BIT(VMM_REASON_CLOCK_OFFSET) | HEALTH_BIT(VMM_REASON_CLOCK_ZONE) |                     \
     HEALTH_BIT(VMM_REASON_CLOCK_DST))

/* The value of a fact of the device, in ms. */
static bool fact_ms(const struct health_input *input, uint32_t fact, int64_t *ms)
{
    for (size_t i = 0; i < input->fact_count; i++) {
        const struct health_fact *f = &input->facts[i];
        if (f->fact == fact && f->subject == VMM_SUBJECT_DEVICE && f->type == VMM_TYPE_INT &&
            f->standing != VMM_STANDING_NOT_JUDGED) {
            *ms = f->number;
            return true;
        }
    }
    return false;
}

/* The name of an offset that is over the limit. */
static uint32_t offset_reason(int64_t offset_ms, int64_t uncertainty_ms)
{
    int64_t steps = offset_ms / HALF_HOUR_MS + (offset_ms % HALF_HOUR_MS >= HALF_HOUR_MS / 2);
    int64_t rest = offset_ms - steps * HALF_HOUR_MS;
    int64_t distance = rest < 0 ? -rest : rest;
    if (steps < 2 || steps > ZONE_STEPS || distance > NEAR_MS + uncertainty_ms) {
        return VMM_REASON_CLOCK_OFFSET;
    }
    return steps == 2 ? VMM_REASON_CLOCK_DST : VMM_REASON_CLOCK_ZONE;
}

void judge_clock(const struct health_policy *policy, const struct health_input *input,
                 struct judgement *judgement)
{
    int64_t offset = 0;
    int64_t uncertainty = 0;
    if (input->channel != 0 || !fact_ms(input, VMM_FACT_CLOCK_OFFSET, &offset) ||
        offset == INT64_MIN) {
        return;
    }
    (void)fact_ms(input, VMM_FACT_CLOCK_UNCERTAINTY, &uncertainty);
    int64_t limit = (int64_t)(policy->clock_limit_us / 1000);
    int64_t size = offset < 0 ? -offset : offset;
    if (uncertainty < 0 || uncertainty > limit) {
        return; /* too coarse to say anything */
    }
    if (size <= limit) {
        judgement->ok |= CLOCK_REASONS;
    } else if (size - uncertainty > limit) {
        uint64_t fault = HEALTH_BIT(offset_reason(size, uncertainty));
        judgement->fault |= fault;
        judgement->ok |= CLOCK_REASONS & ~fault;
    }
}
