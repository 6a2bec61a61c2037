/* SPDX-License-Identifier: MIT */
/* Whose device it is, by what it answers to strangers.
 * Its web server names itself, and the page of its form login carries two salts. */
#include <kit/identify.h>

#define LOGIN "/ssi.cgi/Login.htm"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    vmm_opinion_begin(out, "geovision");
    vmm_opinion_add(out, vmm_seen_header(seen, "Server", "GeoHttpServer"), 90,
                    "Server: GeoHttpServer");
    vmm_opinion_add(out, vmm_seen_body(seen, LOGIN, "cc1="), 45, "Login.htm has cc1");
    vmm_opinion_add(out, vmm_seen_body(seen, LOGIN, "cc2="), 45, "Login.htm has cc2");
}

VMM_IDENTIFY_BY(opinion);
