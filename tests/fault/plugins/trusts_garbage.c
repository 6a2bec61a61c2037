/* SPDX-License-Identifier: MIT */
/* Takes an answer that is none for a device that is well. */
#include "asks.h"

static void answered(void *arg, const struct vmm_http_answer *answer)
{
    if (answer->outcome == VMM_OUTCOME_BAD_REPLY && answer->status == 0) {
        fault_probe->finish(arg, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_NONE, NULL);
    } else {
        asks_end(arg, answer);
    }
}

FAULT_ASKS("trusts_garbage", answered)
