/* SPDX-License-Identifier: MIT */
#include "health/judge.h"

void judge_hardware(const struct health_input *input, struct judgement *judgement)
{
    const uint64_t reason = HEALTH_BIT(VMM_REASON_HARDWARE_FAULT);
    for (size_t i = 0; i < input->fact_count && input->channel == 0; i++) {
        const struct health_fact *f = &input->facts[i];
        if (f->fact == VMM_FACT_HARDWARE && f->standing == VMM_STANDING_FAULT) {
            judgement->fault |= reason;
        } else if (f->fact == VMM_FACT_HARDWARE && f->standing == VMM_STANDING_OK) {
            judgement->ok |= reason;
        }
    }
}
