/* SPDX-License-Identifier: MIT */
/*
 * A JSON object against the settings a module or plugin has declared (struct vmm_config_item). Pure.
 *
 * What comes out is what the module reads: unknown keys are refused, defaults filled in, durations are
 * milliseconds. Secrets stay references; see secret.h.
 */
#ifndef CONFIG_VALIDATE_H
#define CONFIG_VALIDATE_H

#include <jansson.h>
#include <vmm/plugin.h>

#include "base/buf.h"
#include "config/error.h"

typedef const struct vmm_config_item *const *config_items; /* ended by NULL; NULL: none */

#define VALIDATE_TEXT_MAX 4096               /* bytes of a text whose item says no limit */
#define VALIDATE_LIST_MAX 4096               /* entries of a list whose item says no limit */
#define VALIDATE_INT_MAX  9007199254740991ll /* 2^53 - 1: what every JSON reader keeps exactly */

/*
 * Check `value`, which stands at the pointer `at` ("" the whole document), and make a new object of it.
 * 0 and a new reference in *out; VMM_E_INVAL with the first error in `error` (file, line and column are the
 * caller's to fill in); VMM_E_NOMEM. `value` NULL counts as an empty object.
 */
int validate_object(const json_t *value, config_items items, const char *at, json_t **out,
                    struct config_error *error);

/* The same from text to text: for a device's options. */
int validate_text(const char *json, config_items items, const char *at, struct buf *out,
                  struct config_error *error);

/* Check the declaration itself: names, types, limits, and that each default is one the item accepts. */
int validate_items(config_items items, const char *at, struct config_error *error);

/* The limits of an item with the type's own filled in. */
void validate_limits(const struct vmm_config_item *item, int64_t *min, int64_t *max);

#endif
