/* SPDX-License-Identifier: MIT */
/* vmmd --check-config and --print-schema */
#ifndef CONFIG_CONFIG_CHECK_H
#define CONFIG_CONFIG_CHECK_H

#include <stdio.h>

#include "config/config.h"

/* Load it, and write the error, or the warnings. Returns the exit code: 0 good, with the caller's `*config`; 1 bad. */
int config_check(const struct config_sources *sources, FILE *out, struct config **config);

/* One line of what is installed and on. */
void config_print_summary(const struct config *config, FILE *out);

/* Write the JSON Schema of the configuration, the file etc/vmmd.schema.json. Returns the exit code. */
int config_print_schema(FILE *out);

#endif
