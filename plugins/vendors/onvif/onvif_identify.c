/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: the clock is told to everybody. Many makers speak it. */
#include <kit/identify.h>

#define DEVICE "/onvif/device_service"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "onvif");
    out->flags = VMM_OPINION_GENERAL;
    vmm_opinion_add(out, vmm_seen_body(seen, DEVICE, "GetSystemDateAndTimeResponse"), 60,
                    "GetSystemDateAndTime is answered");
}

VMM_IDENTIFY_BY(opinion);
