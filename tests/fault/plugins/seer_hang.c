/* SPDX-License-Identifier: MIT */
/* Thinks without an end. */
#include <unistd.h>

#include "seer.h"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    (void)seen;
    sleep(60); /* nobody waits so long */
    seer_say(out, "seer_hang", 100);
}

FAULT_SEER("seer_hang", opinion)
