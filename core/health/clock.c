/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "health/judge.h"

#define HALF_HOUR_MS (INT64_C(30) * 60 * 1000)
#define NEAR_MS      INT64_C(90000) /* an offset this near to a step is the step */
#define ZONE_STEPS   52             /* from UTC-12 to UTC+14, in half hours */

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

int64_t judge_clock_limit(const struct health_policy *policy)
{
    int64_t limit = (int64_t)(policy->clock_limit_us / 1000);
    return limit > JUDGE_CLOCK_NOISE_MS ? limit : JUDGE_CLOCK_NOISE_MS;
}

bool judge_clock_offset(const struct health_policy *policy, const struct health_input *input,
                        int64_t *offset_ms, int64_t *uncertainty_ms)
{
    int64_t limit = judge_clock_limit(policy);
    *uncertainty_ms = 0;
    if (input->channel != 0 || !fact_ms(input, VMM_FACT_CLOCK_OFFSET, offset_ms) ||
        *offset_ms == INT64_MIN) {
        return false;
    }
    (void)fact_ms(input, VMM_FACT_CLOCK_UNCERTAINTY, uncertainty_ms);
    return *uncertainty_ms >= 0 && *uncertainty_ms <= limit; /* else too coarse to say anything */
}

static void judge_offset(const struct health_policy *policy, const struct health_input *input,
                         struct judgement *judgement)
{
    int64_t offset = 0;
    int64_t uncertainty = 0;
    if (!judge_clock_offset(policy, input, &offset, &uncertainty)) {
        return;
    }
    int64_t limit = judge_clock_limit(policy);
    int64_t size = offset < 0 ? -offset : offset;
    if (size <= limit) {
        judgement->ok |= JUDGE_CLOCK_REASONS;
    } else if (size - uncertainty > limit) {
        uint64_t fault = HEALTH_BIT(offset_reason(size, uncertainty));
        judgement->fault |= fault;
        judgement->ok |= JUDGE_CLOCK_REASONS & ~fault;
    }
}

/* The days on which the clocks change: what follows the first comma of a POSIX TZ text; NULL: they never do. */
static const char *change_days(const char *rule)
{
    const char *comma = strchr(rule, ',');
    return comma != NULL ? comma + 1 : NULL;
}

/*
 * The rule that the device changes its clock by, against that of the place. It is a fault before the clock is
 * off: the country has dropped daylight saving, or moved its days, and the device has not heard of it.
 */
static void judge_rule(const struct health_input *input, struct judgement *judgement)
{
    uint64_t reason = HEALTH_BIT(VMM_REASON_CLOCK_DST_RULE);
    const struct health_fact *rule = judge_find(input, VMM_FACT_CLOCK_RULE);
    const struct health_fact *saving = judge_find(input, VMM_FACT_CLOCK_DST);
    if (input->zone_rule == NULL || input->channel != 0) {
        return;
    }
    const char *place = change_days(input->zone_rule);
    if (rule != NULL && rule->text != NULL) {
        const char *device = change_days(rule->text);
        bool off = saving != NULL && saving->number == 0;
        bool same = device == NULL || off || (place != NULL && strcmp(device, place) == 0);
        *(same ? &judgement->ok : &judgement->fault) |= reason;
    } else if (saving != NULL && saving->type == VMM_TYPE_BOOL) {
        bool wrong = saving->number != 0 && place == NULL;
        *(wrong ? &judgement->fault : &judgement->ok) |= reason;
    }
}

void judge_clock(const struct health_policy *policy, const struct health_input *input,
                 struct judgement *judgement)
{
    judge_offset(policy, input, judgement);
    judge_rule(input, judgement);
}
