/* SPDX-License-Identifier: MIT */
/* Footage of the last day that is missing where it was due. */
#ifndef VMM_HEALTH_GAP_H
#define VMM_HEALTH_GAP_H

#include "health/judge.h"

/* A fault only where the verdict stood all that day: what was lost while something was known to be wrong was told
 * then. Nothing is judged of a channel that records on motion. */
void gap_judge(const struct health_policy *policy, const struct health_state *state,
               const struct health_input *input, struct judgement *judgement);

#endif
