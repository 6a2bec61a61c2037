/* SPDX-License-Identifier: MIT */
/* The JSON Schema of gateway.json, made of the declarations that validate it. */
#ifndef GATEWAY_POLICY_SCHEMA_H
#define GATEWAY_POLICY_SCHEMA_H

#include <stdio.h>

#include <jansson.h>

/* A new reference, or NULL without memory. */
json_t *policy_schema(void);

/* Write it as it stands in etc/gateway.schema.json. Returns the exit code. */
int policy_print_schema(FILE *out);

#endif
