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

/* A disk that is full is no fault where the oldest footage gives way to the newest, and recorders fill one disk
 * after the other. */
static void judge_full(const struct health_input *input, struct judgement *judgement)
{
    uint64_t full = HEALTH_BIT(VMM_REASON_DISK_FULL);
    const struct health_fact *overwrite = judge_find(input, VMM_FACT_DISK_OVERWRITE);
    size_t disks = 0;
    size_t with_space = 0;
    for (size_t i = 0; i < input->fact_count; i++) {
        const struct health_fact *f = &input->facts[i];
        if (f->fact == VMM_FACT_DISK_FREE && f->standing != VMM_STANDING_NOT_JUDGED) {
            disks++;
            with_space += f->number > 0;
        }
    }
    if (overwrite == NULL || overwrite->type != VMM_TYPE_BOOL) {
        return;
    }
    if (overwrite->number != 0 || with_space > 0) {
        judgement->ok |= full;
    } else if (disks > 0) {
        judgement->fault |= full;
    }
}

void judge_disk(const struct health_input *input, struct judgement *judgement)
{
    for (size_t i = 0; i < input->fact_count && input->channel == 0; i++) {
        const struct health_fact *f = &input->facts[i];
        if (f->subject != VMM_SUBJECT_DISK || f->standing == VMM_STANDING_NOT_JUDGED) {
            continue;
        }
        /* That a disk is full is judged of all together, below. */
        if (f->standing == VMM_STANDING_FAULT && f->reason != VMM_REASON_DISK_FULL) {
            judgement->fault |= fault_of(f);
        }
        /* Only the state refutes: a size says nothing of the disk's health. */
        if (f->fact == VMM_FACT_DISK_STATE) {
            judgement->ok |= DISK_REASONS;
        }
    }
    if (input->channel == 0) {
        judge_full(input, judgement);
    }
}
