/* SPDX-License-Identifier: MIT */
/* Takes a connection that ends before an answer for a device that is well. */
#include "asks.h"

static void answered(void *arg, const struct vmm_http_answer *answer)
{
    if (answer->outcome == VMM_OUTCOME_UNREACHABLE && answer->rung == VMM_RUNG_ANSWER) {
        fault_probe->finish(arg, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_NONE, NULL);
    } else {
        asks_end(arg, answer);
    }
}

FAULT_ASKS("trusts_end", answered)
