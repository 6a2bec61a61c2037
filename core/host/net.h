/* SPDX-License-Identifier: MIT */
/* "vmm.net/1": connections of a look for protocols that are not HTTP. */
#ifndef HOST_NET_H
#define HOST_NET_H

#include <stdint.h>

#include <vmm/net.h>

struct job;

/* The table for plugins. */
extern const struct vmm_net_host net_host;

/* Open connections of the job. */
uint32_t net_count(const struct job *job);

/* Close what the job has: with the callbacks (VMM_OUTCOME_CANCELLED), or without a word. */
void net_cancel(struct job *job);
void net_drop(struct job *job);

#endif
