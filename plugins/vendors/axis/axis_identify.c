/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers.
 * VAPIX tells strangers that it is ready; older firmware is told by a refusal alone. */
#include <kit/identify.h>

#define READY "/axis-cgi/systemready.cgi"
#define BRAND "/axis-cgi/param.cgi?action=list&group=root.Brand"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "axis");
    vmm_opinion_add(out, vmm_seen_body(seen, READY, "\"systemready\""), 90,
                    "systemready.cgi answers");
    vmm_opinion_add(out, vmm_seen_refusal(seen, BRAND, NULL), 60,
                    "param.cgi of axis-cgi is refused");
}

VMM_IDENTIFY_BY(opinion);
