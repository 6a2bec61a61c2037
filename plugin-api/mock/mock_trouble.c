/* SPDX-License-Identifier: MIT */
/* A scenario over and over, each time with other trouble. */
#include "mock/mock.h"

#include <stdio.h>
#include <string.h>

/* One run; answers what it counted, and leaves the complaints in `report` if they are the first. */
static uint32_t run_once(struct vmm_mock *mock, vmm_mock_scenario scenario, void *arg,
                         const char *what, uint32_t at, char *report, size_t report_size,
                         uint32_t *steps)
{
    scenario(mock, arg);
    vmm_mock_run(mock);
    vmm_mock_close(mock);
    if (mock->complaints.size > 0 && report[0] == '\0') {
        snprintf(report, report_size, "%s %u: %s", what, at, mock->complaints.data);
    }
    uint32_t calls = mock->calls;
    if (steps != NULL) {
        *steps = mock->steps;
    }
    vmm_mock_destroy(mock);
    return calls;
}

uint32_t vmm_mock_each_failure(const struct vmm_descriptor *descriptor, vmm_mock_scenario scenario,
                               void *arg, char *report, size_t report_size)
{
    static const int errors[] = {VMM_E_NOMEM, VMM_E_DENIED, VMM_E_STATE};
    report[0] = '\0';
    uint32_t runs = 1;
    uint32_t calls = run_once(vmm_mock_create(descriptor), scenario, arg, "failing call", 0, report,
                              report_size, NULL);
    for (uint32_t n = 1; n <= calls; n++) {
        struct vmm_mock *mock = vmm_mock_create(descriptor);
        vmm_mock_fail_call(mock, n, errors[n % 3]);
        run_once(mock, scenario, arg, "failing call", n, report, report_size, NULL);
        runs++;
    }
    return runs;
}

uint32_t vmm_mock_each_cancel(const struct vmm_descriptor *descriptor, vmm_mock_scenario scenario,
                              void *arg, char *report, size_t report_size)
{
    report[0] = '\0';
    uint32_t runs = 1;
    uint32_t steps = 0;
    run_once(vmm_mock_create(descriptor), scenario, arg, "cancel at step", 0, report, report_size,
             &steps);
    for (uint32_t at = 0; at < steps; at++) {
        struct vmm_mock *mock = vmm_mock_create(descriptor);
        mock->cancel_at = at;
        run_once(mock, scenario, arg, "cancel at step", at, report, report_size, NULL);
        runs++;
    }
    return runs;
}
