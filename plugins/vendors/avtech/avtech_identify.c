/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: a page for everybody tells what the device can do. */
#include <kit/identify.h>

#define CAPABILITY "/cgi-bin/nobody/Machine.cgi?action=get_capability"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "avtech");
    vmm_opinion_add(out, vmm_seen_body(seen, CAPABILITY, "Product.Type="), 90,
                    "Machine.cgi tells Product.Type");
}

VMM_IDENTIFY_BY(opinion);
