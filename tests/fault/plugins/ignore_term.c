/* SPDX-License-Identifier: MIT */
/* Ignores every signal that can be ignored, and hangs while it is closed. */
#include <unistd.h>

#include "fault.h"

static int open_plugin(const struct vmm_host *host, void **self)
{
    for (int i = 1; i < NSIG; i++) {
        signal(i, SIG_IGN);
    }
    return fault_open(host, self);
}

static void close_plugin(void *self)
{
    (void)self;
    for (;;) {
        pause();
    }
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = open_plugin,
                                         .close = close_plugin,
                                         .probe = fault_probe_ok,
                                         .cancel = fault_cancel};
FAULT_DESCRIPTOR("ignore_term", ops, .traits = 0);
FAULT_ENTRY
