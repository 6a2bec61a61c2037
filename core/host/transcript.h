/* SPDX-License-Identifier: MIT */
/* "vmm.transcript/1": what a look gathers of a device's answers to strangers; and what the plugin thinks of one. */
#ifndef HOST_TRANSCRIPT_H
#define HOST_TRANSCRIPT_H

#include <vmm/identify.h>

#include "host/loader.h"

struct job;

/* The table for plugins. */
extern const struct vmm_transcript_host transcript_host;

/* Put the job's transcript, if it has one, before its result. */
void transcript_put(struct job *job);

/* Ask the plugin what it thinks of the transcript in a WEIGH frame, and put its OPINION. 0, or VMM_E_PROTO: no
 * transcript, or a plugin without "vmm.identify/1"; VMM_E_NOMEM. */
int transcript_weigh(const struct plugin *plugin, const struct frame *frame, struct buf *out);

#endif
