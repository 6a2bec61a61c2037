/* SPDX-License-Identifier: MIT */
/*
 * Many at once from one JSON text: {"sites": […], "nvrs": […], "cameras": […]}, each item an object with
 * its "id" and the fields of fields.h. Credentials are named, never given. An item that is there is set,
 * another added; nothing is removed. The same text twice changes nothing.
 */
#ifndef FLEET_FLEET_LOAD_H
#define FLEET_FLEET_LOAD_H

#include "fleet/fleet_change.h"

/* All or nothing: a plan, or VMM_E_INVAL with the errors, or VMM_E_NOMEM. */
int fleet_load(const struct fleet *fleet, const struct fleet_checks *checks, const char *json,
               size_t size, struct fleet_plan **out, struct fleet_errors *errors);

#endif
