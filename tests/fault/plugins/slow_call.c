/* SPDX-License-Identifier: MIT */
/* Keeps everybody waiting in each call: nothing else can happen meanwhile. */
#include <time.h>

#include "fault.h"

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    const struct timespec a_while = {.tv_nsec = 400000000};
    (void)self;
    (void)look;
    nanosleep(&a_while, NULL);
    fault_probe->finish(job, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE,
                        NULL);
    return 0;
}

FAULT_PROBE("slow_call", fault_open, probe)
