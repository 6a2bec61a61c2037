/* SPDX-License-Identifier: MIT */
/* Crashes over any transcript. */
#include "seer.h"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    (void)seen;
    fault_crash();
    seer_say(out, "seer_crash", 0);
}

FAULT_SEER("seer_crash", opinion)
