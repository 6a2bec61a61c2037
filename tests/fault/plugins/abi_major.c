/* SPDX-License-Identifier: MIT */
/* Made for another major version: its entry function has another name. */
#include "fault.h"

VMM_EXPORT const struct vmm_descriptor *vmm_plugin_v7(void);

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = fault_open,
                                         .close = fault_close,
                                         .probe = fault_probe_ok,
                                         .cancel = fault_cancel};
FAULT_DESCRIPTOR("abi_major", ops, .traits = 0);

const struct vmm_descriptor *vmm_plugin_v7(void)
{
    return &descriptor;
}
