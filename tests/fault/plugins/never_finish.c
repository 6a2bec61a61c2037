/* SPDX-License-Identifier: MIT */
/* Accepts looks and forgets them, also when they are cancelled; it ends the one before at the
 * next. */
#include "fault.h"

static struct vmm_job *forgotten;

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    if (forgotten != NULL) {
        fault_probe->finish(forgotten, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_NONE, NULL);
    }
    forgotten = job;
    return 0;
}

static void ignore(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = fault_open,
                                         .close = fault_close,
                                         .probe = probe,
                                         .cancel = ignore};
FAULT_DESCRIPTOR("never_finish", ops, .traits = 0);
FAULT_ENTRY
