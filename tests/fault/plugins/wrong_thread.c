/* SPDX-License-Identifier: MIT */
/* Ends a look from a thread of its own. */
#include <pthread.h>

#include "fault.h"

static void *run(void *arg)
{
    fault_probe->finish(arg, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_NONE, NULL);
    return NULL;
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    pthread_t thread;
    return pthread_create(&thread, NULL, run, job) == 0 ? 0 : VMM_E_IO;
}

FAULT_PROBE("wrong_thread", fault_open, probe)
