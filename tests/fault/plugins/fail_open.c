/* SPDX-License-Identifier: MIT */
/* Cannot be opened, and says so as it should. */
#include "fault.h"

static int open_plugin(const struct vmm_host *host, void **self)
{
    *self = NULL;
    host->log(host->context, VMM_LOG_ERROR, "the licence has expired");
    return VMM_E_DENIED;
}

FAULT_PROBE("fail_open", open_plugin, fault_probe_ok)
