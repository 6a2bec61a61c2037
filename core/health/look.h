/* SPDX-License-Identifier: MIT */
/* What a look that has ended does to the evidence. */
#ifndef VMM_HEALTH_LOOK_H
#define VMM_HEALTH_LOOK_H

#include "health/health.h"

/* A trial or a full look (HEALTH_INPUT_LOOK). */
void look_ended(const struct health_policy *policy, struct health_state *state,
                const struct health_input *input, struct health_actions *actions);

/* A repeat of the failed step (HEALTH_INPUT_CONFIRM). */
void look_repeated(const struct health_policy *policy, struct health_state *state,
                   const struct health_input *input, struct health_actions *actions);

#endif
