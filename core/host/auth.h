/* SPDX-License-Identifier: MIT */
/* "vmm.auth/1": the credential for protocols that are not HTTP. */
#ifndef HOST_AUTH_H
#define HOST_AUTH_H

#include <vmm/net.h>

/* The table for plugins. */
extern const struct vmm_auth_host auth_host;

#endif
