/* SPDX-License-Identifier: MIT */
#ifndef GENERIC_OPTIONS_H
#define GENERIC_OPTIONS_H

#include <vmm/plugin.h>

/* The options of a device and the settings of the plugin, for its descriptor. Ended by NULL. */
extern const struct vmm_config_item *const generic_options[];
extern const struct vmm_config_item *const generic_settings[];

/* Those of a rule of extraction, a part of the first. */
extern const struct vmm_config_item *const generic_rule_items[];

#endif
