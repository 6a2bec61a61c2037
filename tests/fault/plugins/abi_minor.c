/* SPDX-License-Identifier: MIT */
/* Made for a newer minor version. */
#include "fault.h"

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = fault_open,
                                         .close = fault_close,
                                         .probe = fault_probe_ok,
                                         .cancel = fault_cancel};
static struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                           .abi_major = VMM_ABI_MAJOR,
                                           .abi_minor = VMM_ABI_MINOR + 1,
                                           .kind = VMM_KIND_PROBE,
                                           .name = "abi_minor",
                                           .ops = &ops};
FAULT_ENTRY
