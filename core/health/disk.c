/* SPDX-License-Identifier: MIT */
#include "health/judge.h"

#define DISK_REASONS                                                                               \
    (HEALTH_BIT(VMM_REASON_DISK_FAULT) | HEALTH_BIT(VMM_REASON_DISK_READONLY) |                    \
     HEALTH_BIT(VMM_REASON_DISK_MISSING))

static uint64_t fault_of(const struct health_fact *fact)
{
    uint64_t named = fact->reason < VMM_REASON_COUNT ? HEALTH_BIT(fact->reason) : 0;
    return (named & DISK_REASONS) != 0 ? named : HEALTH_BIT(VMM_REASON_DISK_FAULT);
}

void judge_disk(const struct health_input *input, struct judgement *judgement)
{
    for (size_t i = 0; i < input->fact_count && input->channel == 0; i++) {
        const struct health_fact *f = &input->facts[i];
        if (f->subject != VMM_SUBJECT_DISK || f->standing == VMM_STANDING_NOT_JUDGED) {
            continue;
        }
        if (f->standing == VMM_STANDING_FAULT) {
            judgement->fault |= fault_of(f);
        }
        /* Only the state refutes: a size says nothing of the disk's health. */
        if (f->fact == VMM_FACT_DISK_STATE) {
            judgement->ok |= DISK_REASONS;
        }
    }
}
