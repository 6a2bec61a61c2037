/* SPDX-License-Identifier: MIT */
/* Waits for the rest of an answer that was cut, and never ends the look. */
#include "asks.h"

static void answered(void *arg, const struct vmm_http_answer *answer)
{
    if ((answer->flags & VMM_HTTP_CUT) == 0) {
        asks_end(arg, answer);
    }
}

FAULT_ASKS("wants_all", answered)
