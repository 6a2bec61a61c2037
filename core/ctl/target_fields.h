/* SPDX-License-Identifier: MIT */
/* An address as fields of a camera, beside the FIELD=VALUE of the command line. */
#ifndef CTL_TARGET_FIELDS_H
#define CTL_TARGET_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl/target.h"

/* FIELD=VALUE of this field is among these. */
bool target_field_given(const json_t *given, const char *name);

/* Add provider (NULL: none), host, port and TLS of an address to `fields`. What `given` says of TLS goes before what the
 * address does; `is_secure`: its pages are inside TLS, whatever its scheme. */
void target_fields(json_t *fields, const struct target *target, const char *provider,
                   bool is_secure, const json_t *given);

#endif
