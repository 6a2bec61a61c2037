/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: a page for everybody tells the name of the device. */
#include <kit/identify.h>

#define SERVER "/server"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "lilin");
    vmm_opinion_add(out, vmm_seen_body(seen, SERVER, "Device name="), 50,
                    "/server tells Device name");
    vmm_opinion_add(out, vmm_seen_body(seen, SERVER, "Software Version="), 40,
                    "/server tells Software Version");
    vmm_opinion_add(out, vmm_seen_realm(seen, "Merit LILIN"), 60, "realm Merit LILIN");
}

VMM_IDENTIFY_BY(opinion);
