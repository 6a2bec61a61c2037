/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

Test(acme, an_input_without_signal_is_a_fault)
{
    struct vmm_mock *mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/cgi-bin/status.cgi",
                                                    .body = "model=A1\nvideo.signal=0\n"});
    const struct vmm_mock_result *seen = vmm_mock_look(mock, &(struct vmm_mock_ask){0});
    const struct vmm_observation *signal = vmm_mock_find(seen, VMM_FACT_SIGNAL, 1);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK);
    cr_assert_not_null(signal);
    cr_assert_eq(signal->standing, VMM_STANDING_FAULT);
    cr_assert_eq(signal->reason, VMM_REASON_VIDEO_LOSS);
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}
