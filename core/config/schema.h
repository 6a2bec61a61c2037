/* SPDX-License-Identifier: MIT */
/*
 * JSON Schema (draft 2020-12) from declared settings, for editors and other tools. It accepts and refuses
 * what validate.h does, but for one thing that JSON Schema cannot say: limits of texts are bytes here and
 * characters there.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <jansson.h>

#include "base/buf.h"
#include "config/validate.h"

/* The schema of an object of these items. A new reference, or NULL without memory. */
json_t *schema_object(config_items items);

/* The schema of the whole configuration file (etc/vmmd.json and conf.d): the core's items, flags, plugins. */
json_t *schema_config(config_items core);

/* Append it as it stands in etc/vmmd.schema.json: indented, ended by a line break. 0 or VMM_E_NOMEM. */
int schema_write(const json_t *schema, struct buf *out);

#endif
