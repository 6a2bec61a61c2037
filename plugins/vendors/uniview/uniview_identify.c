/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers.
 * LAPI refuses strangers; with its own login it says so in JSON. */
#include <kit/identify.h>

#define BASIC "/LAPI/V1.0/System/DeviceBasicInfo"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "uniview");
    vmm_opinion_add(out, vmm_seen_refusal(seen, BASIC, NULL), 80,
                    "LAPI DeviceBasicInfo is refused");
    vmm_opinion_add(out, vmm_seen_body(seen, BASIC, "\"ResponseURL\""), 90,
                    "LAPI tells a ResponseURL");
    vmm_opinion_add(out, vmm_seen_realm(seen, "NVRDVR"), 60, "realm NVRDVR");
}

VMM_IDENTIFY_BY(opinion);
