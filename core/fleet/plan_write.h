/* SPDX-License-Identifier: MIT */
/* From drafts to the records and differences of the plan; used by the plan's own files. */
#ifndef FLEET_PLAN_WRITE_H
#define FLEET_PLAN_WRITE_H

#include "fleet/plan_draft.h"

/* Fill in writes, deltas and counts. 0 or VMM_E_NOMEM. */
int plan_write(struct planner *planner);

#endif
