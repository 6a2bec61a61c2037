/* SPDX-License-Identifier: MIT */
/* The channels of a recorder. */
#include "test_hanwha.h"

Test(hanwha, registered_channels_are_judged_and_empty_slots_are_not)
{
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_MODEL, 1, "XNV-6081");
    vmm_expect_text(seen, VMM_FACT_CHANNEL_HOST, 1, "192.0.2.21");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 3, VMM_REASON_VIDEO_LOSS);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_STATE, 3, "ConnectFail");
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 5);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 6);
    vmm_expect_absent(seen, VMM_FACT_CHANNEL_ENABLED, 6);
}

Test(hanwha, a_loss_of_video_goes_over_the_register)
{
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 4);
    size_t told = 0;
    for (size_t i = 0; i < seen->observation_count; i++) {
        const struct vmm_observation *o = &seen->observations[i];
        told += o->fact == VMM_FACT_SIGNAL && o->index == 2 ? 1 : 0;
    }
    cr_assert_eq(told, 1, "one word for one channel");
    vmm_expect_fault(seen, VMM_FACT_HARDWARE, 0, VMM_REASON_HARDWARE_FAULT);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_HARDWARE, "*"), 1);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_HARDWARE, "SystemEvent.CPUFanError"), 1);
}
