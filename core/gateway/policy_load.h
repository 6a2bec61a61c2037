/* SPDX-License-Identifier: MIT */
/* gateway.json read from its file. */
#ifndef GATEWAY_POLICY_LOAD_H
#define GATEWAY_POLICY_LOAD_H

#include "gateway/policy.h"

/* Read a file; NULL, or one that is not there and not `required`: the defaults. VMM_E_INVAL with the error, its place
 * filled in; VMM_E_NOMEM. */
int policy_load(const char *path, bool required, struct policy **out, struct config_error *error);

#endif
