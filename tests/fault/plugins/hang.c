/* SPDX-License-Identifier: MIT */
/* Blocks the loop for ever at the first look, without using the processor. */
#include <unistd.h>

#include "fault.h"

static volatile int stop;

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)job;
    (void)look;
    while (stop == 0) {
        pause();
    }
    return 0;
}

FAULT_PROBE("hang", fault_open, probe)
