/* SPDX-License-Identifier: MIT */
/* Its descriptor ends behind the frozen bytes. */
#include "fault.h"

static const uint32_t descriptor[4] = {sizeof(descriptor), VMM_ABI_MAJOR, VMM_ABI_MINOR,
                                       VMM_KIND_PROBE};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return (const struct vmm_descriptor *)(const void *)descriptor;
}
