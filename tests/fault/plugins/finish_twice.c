/* SPDX-License-Identifier: MIT */
/* Ends a look, and ends it again a moment later. */
#include "fault.h"

static void again(void *arg)
{
    fault_probe->finish(arg, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_NONE, NULL);
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    struct vmm_timer *timer = NULL;
    fault_probe->finish(job, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_NONE, NULL);
    return fault_host->timer_start(fault_host->context, 50000, again, job, &timer);
}

FAULT_PROBE("finish_twice", fault_open, probe)
