/* SPDX-License-Identifier: MIT */
/* Prints a lot to standard output, more than a pipe holds. */
#include <stdio.h>

#include "fault.h"

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    puts("hello from standard output");
    fflush(stdout);
    for (int i = 0; i < 100000; i++) {
        puts("this line is printed very often");
    }
    fflush(stdout);
    return fault_probe_ok(self, job, look);
}

FAULT_PROBE("print", fault_open, probe)
