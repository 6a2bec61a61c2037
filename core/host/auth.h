/* SPDX-License-Identifier: MIT */
/* "vmm.auth/1": the credential for protocols that are not HTTP. */
#ifndef HOST_AUTH_H
#define HOST_AUTH_H

#include <vmm/net.h>

struct job;

/* What the table's functions do for a job, as <vmm/net.h> has them. */
int auth_authorize(struct job *job, const char *const *challenges, const char *method,
                   const char *uri, char *out, size_t out_size);
int auth_fill(struct job *job, const char *text, uint32_t json, char *out, size_t out_size);
void auth_accepted(struct job *job);

/* The table for plugins. */
extern const struct vmm_auth_host auth_host;

#endif
