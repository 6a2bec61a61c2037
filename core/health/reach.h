/* SPDX-License-Identifier: MIT */
/* Can the device be reached: failed looks counted, and what they lead to when there are enough. */
#ifndef VMM_HEALTH_REACH_H
#define VMM_HEALTH_REACH_H

#include "health/health.h"

/* Count a failed look (also a failed trial or repeat) that points to `reason`. With the last one
 * that is needed the reason holds and the breaker opens. */
void reach_failed(const struct health_policy *policy, struct health_state *state,
                  const struct health_input *input, uint32_t reason);

/* The count of failed looks ends: a full look was answered while the breaker is closed. */
void reach_answered(struct health_state *state);

#endif
