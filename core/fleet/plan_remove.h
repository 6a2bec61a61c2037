/* SPDX-License-Identifier: MIT */
/* Removing a thing with or without what depends on it; used by the plan's own files. */
#ifndef FLEET_PLAN_REMOVE_H
#define FLEET_PLAN_REMOVE_H

#include "fleet/plan_draft.h"

/* Plan the request, a FLEET_REMOVE of a thing that is there. VMM_E_INVAL with the error; VMM_E_NOMEM. */
int plan_remove(struct planner *planner, const struct fleet_request *request);

/* Once all requests are in: nothing that stays may depend on this removed NVR. VMM_E_INVAL with the error. */
int plan_remove_check(struct planner *planner, const struct draft *draft);

#endif
