/* SPDX-License-Identifier: MIT */
/* Speaks for another, and is more than certain. */
#include "seer.h"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    (void)seen;
    seer_say(out, "hikvision", 200);
}

FAULT_SEER("seer_lies", opinion)
