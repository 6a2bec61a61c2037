/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers.
 * ISAPI refuses strangers with a Digest challenge; its web servers name themselves. */
#include <kit/identify.h>

#define INFO "/ISAPI/System/deviceInfo"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "hikvision");
    vmm_opinion_add(out, vmm_seen_refusal(seen, INFO, "Digest"), 60,
                    "ISAPI deviceInfo is refused with Digest");
    vmm_opinion_add(out, vmm_seen_header(seen, "Server", "App-webs"), 60, "Server: App-webs");
    vmm_opinion_add(out, vmm_seen_header(seen, "Server", "DNVRS-Webs"), 90, "Server: DNVRS-Webs");
    vmm_opinion_add(out, vmm_seen_header(seen, "Server", "DVRDVS-Webs"), 90, "Server: DVRDVS-Webs");
    vmm_opinion_add(out, vmm_seen_header(seen, "Server", "Hikvision-Webs"), 90,
                    "Server: Hikvision-Webs");
}

VMM_IDENTIFY_BY(opinion);
