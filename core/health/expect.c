/* SPDX-License-Identifier: MIT */
#include "health/judge.h"

void judge_expect(const struct health_input *input, struct judgement *judgement)
{
    for (size_t i = 0; i < input->fact_count && input->channel == 0; i++) {
        const struct health_fact *f = &input->facts[i];
        if (f->fact != VMM_FACT_EXPECTATION) {
            continue;
        }
        if (f->standing == VMM_STANDING_FAULT) {
            judgement->fault |= HEALTH_BIT(VMM_REASON_EXPECTATION);
        } else if (f->standing == VMM_STANDING_OK) {
            judgement->ok |= HEALTH_BIT(VMM_REASON_EXPECTATION);
        }
    }
}
