/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: an answer to OPTIONS is all. Many makers speak it. */
#include <kit/identify.h>

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "rtsp");
    out->flags = VMM_OPINION_GENERAL;
    vmm_opinion_add(out, vmm_seen_way(seen, VMM_WAY_RTSP), 50, "OPTIONS is answered");
}

VMM_IDENTIFY_BY(opinion);
