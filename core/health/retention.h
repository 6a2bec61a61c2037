/* SPDX-License-Identifier: MIT */
/* How far back the footage reaches, against the days that are required. It shrinks and grows with what is
 * recorded, so only two days below count as a fault. */
#ifndef VMM_HEALTH_RETENTION_H
#define VMM_HEALTH_RETENTION_H

#include "health/judge.h"

/* Judge the oldest footage of the look, and remember since when it is too young. */
void retention_judge(const struct health_policy *policy, struct health_state *state,
                     const struct health_input *input, struct judgement *judgement);

#endif
