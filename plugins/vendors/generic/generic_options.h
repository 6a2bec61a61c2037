/* SPDX-License-Identifier: MIT */
#ifndef GENERIC_OPTIONS_H
#define GENERIC_OPTIONS_H

#include <vmm/plugin.h>

/* The options of a device, for its descriptor. Ended by NULL. */
extern const struct vmm_config_item *const generic_options[];

#endif
