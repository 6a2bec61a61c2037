/* SPDX-License-Identifier: MIT */
/* Leaves at the first look as if all were well. */
#include "fault.h"

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)job;
    (void)look;
    exit(0);
}

FAULT_PROBE("exit_zero", fault_open, probe)
