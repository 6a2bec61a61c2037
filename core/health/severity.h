/* SPDX-License-Identifier: MIT */
/* How bad, and how often to look: severity follows from breaker, failed looks and standing reasons.
 */
#ifndef VMM_HEALTH_SEVERITY_H
#define VMM_HEALTH_SEVERITY_H

#include "health/health.h"

/* Set state->severity, and since when it is suspect for standing faults alone: counted anew when
 * the verdict has `changed`. Health and reason of the state are the new ones. */
void severity_apply(struct health_state *state, const struct health_input *input, bool changed);

/* The rhythm that the state asks for now: HEALTH_RHYTHM_*. */
uint32_t severity_rhythm(const struct health_policy *policy, const struct health_state *state,
                         int64_t now_mono);

#endif
