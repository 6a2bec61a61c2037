/* SPDX-License-Identifier: MIT */
/* Texts that live as long as a plan. */
#ifndef FLEET_PLAN_MEMORY_H
#define FLEET_PLAN_MEMORY_H

#include "fleet/fields.h"

struct fleet_plan_memory;

/* NULL without memory. */
struct fleet_plan_memory *plan_memory_create(void);
void plan_memory_destroy(struct fleet_plan_memory *memory);

/* A copy of the text; "" for NULL. NULL without memory. */
const char *plan_memory_keep(struct fleet_plan_memory *memory, const char *text);

/* Replace each text of the thing by a copy. 0 or VMM_E_NOMEM. */
int plan_memory_keep_thing(struct fleet_plan_memory *memory, struct fleet_thing *thing);

#endif
