/* SPDX-License-Identifier: MIT */
/* Tells of a video signal that an empty answer says nothing of. */
#include "asks.h"

static void answered(void *arg, const struct vmm_http_answer *answer)
{
    const struct vmm_observation signal = {.struct_size = sizeof(signal),
                                           .subject = VMM_SUBJECT_CHANNEL,
                                           .index = 1,
                                           .fact = VMM_FACT_SIGNAL,
                                           .standing = VMM_STANDING_OK,
                                           .type = VMM_TYPE_BOOL,
                                           .number = 1};
    if (answer->status == 200 && answer->body_size == 0) {
        (void)fault_probe->observe(arg, &signal);
    }
    asks_end(arg, answer);
}

FAULT_ASKS("trusts_empty", answered)
