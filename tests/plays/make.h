/* SPDX-License-Identifier: MIT */
/* The vendor plugins as they are built. */
#ifndef PLAYS_MAKE_H
#define PLAYS_MAKE_H

#include <vmm/plugin.h>

/* The descriptor of a provider's plugin, which is never unloaded; fails the test where there is none. */
const struct vmm_descriptor *make_load(const char *name);

#endif
