/* SPDX-License-Identifier: MIT */
/* Crashes at the first look. */
#include "fault.h"

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    fault_crash();
    return fault_probe_ok(self, job, look);
}

FAULT_PROBE("crash_probe", fault_open, probe)
