/* SPDX-License-Identifier: MIT */
/* Crashes when it is opened. */
#include "fault.h"

static int open_plugin(const struct vmm_host *host, void **self)
{
    fault_crash();
    return fault_open(host, self);
}

FAULT_PROBE("crash_open", open_plugin, fault_probe_ok)
