/* SPDX-License-Identifier: MIT */
/* What a thing refers to, and whether it holds together; used by the plan's own files. */
#ifndef FLEET_PLAN_CHECK_H
#define FLEET_PLAN_CHECK_H

#include "fleet/plan_draft.h"

/* Put one error of the present request, with fleet_error.code. Returns VMM_E_INVAL. */
int plan_refuse_as(const struct planner *planner, int code, const char *field, const char *problem,
                   const char *remedy);

/* The same with the code VMM_E_INVAL. */
int plan_refuse(const struct planner *planner, const char *field, const char *problem,
                const char *remedy);

/* Check a draft that a request has changed. VMM_E_INVAL with the error. */
int plan_check(const struct planner *planner, const struct draft *draft);

#endif
