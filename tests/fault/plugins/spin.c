/* SPDX-License-Identifier: MIT */
/* Burns the processor for ever at the first look. */
#include "fault.h"

static volatile unsigned long turns = 1;

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)job;
    (void)look;
    while (turns != 0) {
        turns += 2;
    }
    return 0;
}

FAULT_PROBE("spin", fault_open, probe)
