/* SPDX-License-Identifier: MIT */
/*
 * Secrets in a configuration are references, never the secret:
 *   {"file": "/etc/vmm/token"}   a file that only its owner (and group) can read
 *   {"env": "NAME"}              an environment variable
 *   {"credential": "name"}       a file of systemd's $CREDENTIALS_DIRECTORY
 * A trailing line break is cut. At most SECRET_MAX bytes.
 */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include <stdbool.h>

#include <jansson.h>

#include "base/buf.h"
#include "config/error.h"
#include "config/validate.h"

#define SECRET_MAX 4096u

/* Read what the reference (validated) points to into `out`; wipe it after use. VMM_E_INVAL with the error:
 * missing, empty, too long, readable by others, or not UTF-8. `environment`: NAME=VALUE texts ended by NULL. */
int secret_read(const json_t *reference, char *const *environment, const char *at, struct buf *out,
                struct config_error *error);

/* Replace each secret reference of a validated object by its text, also within objects and lists. */
int secret_fill(json_t *object, config_items items, char *const *environment, const char *at,
                struct config_error *error);

/* True when the items declare a secret somewhere. */
bool secret_any(config_items items);

#endif
