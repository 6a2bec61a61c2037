/* SPDX-License-Identifier: MIT */
/* Takes every device for its own, one that says nothing too. */
#include "seer.h"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    (void)seen;
    seer_say(out, "seer_sure", 100);
}

FAULT_SEER("seer_sure", opinion)
