/* SPDX-License-Identifier: MIT */
/*
 * The secrets of a plugin's settings in the shapes in which they could show up in what the plugin says (a log line,
 * why a message was not taken): they become "***" before anything leaves the process.
 */
#ifndef HOST_REDACT_H
#define HOST_REDACT_H

#include <jansson.h>

#include <vmm/plugin.h>

#include "host/mask.h"

/*
 * Make the shapes of every SECRET and URL: the text itself, and percent-encoded; of a URL its path with query, each
 * value of the query, and each part of the path that is long enough to be a token. `mask` is initialised here. 0 or
 * VMM_E_NOMEM; release with mask_finish().
 */
int redact_init(struct mask *mask, const struct vmm_config_item *const *items,
                const json_t *config);

#endif
