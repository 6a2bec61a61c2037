/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: its URL commands answer a stranger in words of their own. */
#include <kit/identify.h>

#define SYSTEM_INFO "/cgi-bin/system?SYSTEM_INFO"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "acti");
    vmm_opinion_add(out, vmm_seen_body(seen, SYSTEM_INFO, "ERROR: missing USER/PWD"), 90,
                    "SYSTEM_INFO misses a user");
    vmm_opinion_add(out, vmm_seen_body(seen, SYSTEM_INFO, "ERROR: bad account/password"), 90,
                    "SYSTEM_INFO refuses nobody as an account");
}

VMM_IDENTIFY_BY(opinion);
