/* SPDX-License-Identifier: MIT */
/* Settings from the environment: VMM_<PATH>, for example VMM_WATCH_INTERVAL=30s for /watch/interval. */
#ifndef CONFIG_OVERRIDE_H
#define CONFIG_OVERRIDE_H

#include <jansson.h>

#include "config/validate.h"

/*
 * Put what the environment gives over `settings` (not validated yet), and note each pointer with its
 * variable in `forced`. Lists and secrets are not taken. 0 or VMM_E_NOMEM.
 */
int override_apply(json_t *settings, config_items items, char *const *environment, json_t *forced);

#endif
