/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: it answers a frame of DVRIP, and its pages begin a login. */
#include <kit/identify.h>

#define LOGIN "/CGI/Security/sessionLogin?timestamp:1"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "xm");
    vmm_opinion_add(out, vmm_seen_way(seen, VMM_WAY_DVRIP), 90, "DVRIP is answered");
    vmm_opinion_add(out, vmm_seen_body(seen, LOGIN, "\"sessionID\""), 45,
                    "sessionLogin gives a sessionID");
    vmm_opinion_add(out, vmm_seen_body(seen, LOGIN, "\"salt\""), 45, "sessionLogin gives a salt");
}

VMM_IDENTIFY_BY(opinion);
