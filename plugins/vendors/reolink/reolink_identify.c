/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: its api.cgi refuses in JSON of its own. */
#include <kit/identify.h>

#define API "/cgi-bin/api.cgi?cmd=GetDevInfo"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "reolink");
    vmm_opinion_add(out, vmm_seen_body(seen, API, "\"rspCode\""), 90, "api.cgi tells a rspCode");
}

VMM_IDENTIFY_BY(opinion);
