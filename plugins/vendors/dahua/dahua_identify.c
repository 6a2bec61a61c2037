/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers: its CGI refuses strangers, in words of its own where the firmware is old. */
#include <kit/identify.h>

#define TYPE "/cgi-bin/magicBox.cgi?action=getDeviceType"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "dahua");
    vmm_opinion_add(out, vmm_seen_refusal(seen, TYPE, NULL), 60, "magicBox.cgi is refused");
    vmm_opinion_add(out, vmm_seen_body(seen, TYPE, "Invalid Authority!"), 60,
                    "magicBox.cgi says Invalid Authority!");
    vmm_opinion_add(out, vmm_seen_realm(seen, "Device_CGI"), 60, "realm Device_CGI");
}

VMM_IDENTIFY_BY(opinion);
