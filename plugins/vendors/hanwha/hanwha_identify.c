/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: whether it has been set up is told to everybody. */
#include <kit/identify.h>

#define STATUS "/init-cgi/pw_init.cgi?msubmenu=statuscheck&action=view"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "hanwha");
    vmm_opinion_add(out, vmm_seen_body(seen, STATUS, "\"Hanwha"), 90, "pw_init.cgi names Hanwha");
    vmm_opinion_add(out, vmm_seen_body(seen, STATUS, "\"Initialized\""), 60,
                    "pw_init.cgi tells Initialized");
}

VMM_IDENTIFY_BY(opinion);
