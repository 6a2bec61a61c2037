/* SPDX-License-Identifier: MIT */
/* The rules that a site or a camera has of its own, over the numbers that judging goes by. */
#ifndef VMM_HEALTH_RULES_H
#define VMM_HEALTH_RULES_H

#include "fleet/rules.h"
#include "health/policy.h"

/* Put what the rules name into the policy. The jitter of an interval is a quarter of it. */
void rules_apply(const struct fleet_rules *rules, struct health_policy *policy);

#endif
