/* SPDX-License-Identifier: MIT */
/*
 * Files laid over one another: etc/vmmd.json, then conf.d in order of their names. Objects are merged; any
 * other value may be given by one file only. Where each value came from is kept.
 */
#ifndef CONFIG_LAYERS_H
#define CONFIG_LAYERS_H

#include <stddef.h>

#include <jansson.h>

#include "config/error.h"

struct layers;

/* NULL without memory. */
struct layers *layers_create(void);
void layers_destroy(struct layers *layers);

/* Read one file and merge it. VMM_E_INVAL with the error: not readable, no JSON, no object, a key that
 * another file gives already; VMM_E_NOMEM. */
int layers_add_file(struct layers *layers, const char *path, struct config_error *error);

/* Add all *.json of a folder in order of their names. A folder that is not there adds nothing. */
int layers_add_folder(struct layers *layers, const char *folder, struct config_error *error);

/* What has come together; owned by the layers. */
json_t *layers_root(const struct layers *layers);

/* Fill in file, line and column of the error from its pointer, or from the nearest parent that stands
 * somewhere. */
void layers_locate(const struct layers *layers, struct config_error *error);

/* "file:line" of the value, "" when no file gives it. Returns `out`. */
const char *layers_origin(const struct layers *layers, const char *pointer, char *out, size_t size);

#endif
