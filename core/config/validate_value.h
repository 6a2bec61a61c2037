/* SPDX-License-Identifier: MIT */
/* One value that is no object and no list against its item; used by validate.c alone. */
#ifndef CONFIG_VALIDATE_VALUE_H
#define CONFIG_VALIDATE_VALUE_H

#include "config/validate.h"

/* Make the checked value. VMM_E_INVAL with the error; VMM_E_NOMEM. */
int validate_value(const json_t *value, const struct vmm_config_item *item, const char *at,
                   json_t **out, struct config_error *error);

/* Set problem and remedy for a value that is not what was expected. Returns VMM_E_INVAL. */
int validate_refuse(const json_t *value, const char *at, const char *expected, const char *remedy,
                    struct config_error *error);

#endif
