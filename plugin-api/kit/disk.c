/* SPDX-License-Identifier: MIT */
#include <kit/disk.h>

const struct vmm_config_item vmm_option_expect_disk = {
    .struct_size = sizeof(vmm_option_expect_disk),
    .type = VMM_CONFIG_BOOL,
    .name = "expect_disk",
    .summary = "a recorder without any disk is a fault",
    .default_json = "true",
};

int vmm_observe_no_disk(const struct vmm_observer *to)
{
    return vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING,
                                  vmm_text_of("none"));
}
