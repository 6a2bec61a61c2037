/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers.
 * Its challenges have one realm, and new firmware tells its version to everybody. */
#include <kit/identify.h>

#define VERSION "/cgi-bin/anonymous/getparam.cgi?system_info_firmwareversion"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "vivotek");
    vmm_opinion_add(out, vmm_seen_realm(seen, "streaming_server"), 90, "realm streaming_server");
    vmm_opinion_add(out, vmm_seen_body(seen, VERSION, "system_info_firmwareversion='"), 90,
                    "getparam.cgi tells the firmware");
}

VMM_IDENTIFY_BY(opinion);
