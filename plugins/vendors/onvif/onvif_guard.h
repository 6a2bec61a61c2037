/* SPDX-License-Identifier: MIT */
/*
 * What is kept away from gSOAP: it remembers each name that an attribute had, and goes through all of them at every
 * element and every attribute that follows, so that a small answer can cost seconds. Pure.
 */
#ifndef ONVIF_GUARD_H
#define ONVIF_GUARD_H

#include <kit/text.h>

#define ONVIF_TAG_MAX 8192u /* bytes of a tag */
#define ONVIF_NAMES_MAX                                                                            \
    256u /* different names of attributes in an answer, those of name spaces among them */

/* One pass. 0; VMM_E_TOOBIG for a tag or names beyond these; VMM_E_PROTO for a '<' inside a tag or anything else that
 * could be read in two ways, and then might hide a tag. */
int onvif_guard(struct vmm_text xml);

#endif
