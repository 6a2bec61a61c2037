/* SPDX-License-Identifier: MIT */
/* How a device's clock moves from look to look: a clock that was set wrong has stepped, one that nobody
 * corrects drifts. */
#ifndef VMM_HEALTH_CLOCK_TRACK_H
#define VMM_HEALTH_CLOCK_TRACK_H

#include "health/health.h"

/* Take in the offset that the look tells, if it does; before the look confirms the state. */
void clock_track(const struct health_policy *policy, struct health_state *state,
                 const struct health_input *input);

#endif
