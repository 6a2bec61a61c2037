/* SPDX-License-Identifier: MIT */
/* One verdict of all reasons that hold: the highest health decides, then the lowest rung, then the
 * lowest number. One change, one event. */
#ifndef VMM_HEALTH_COMBINE_H
#define VMM_HEALTH_COMBINE_H

#include "health/health.h"

/* Set health, reason, rung and since of the state. `before` is the state as it was when the step
 * began. True when the change is one to tell. */
bool combine_decide(const struct health_policy *policy, const struct health_state *before,
                    struct health_state *state, const struct health_input *input);

/* What it followed from is over: what is still wrong is told as its own, an incident that begins now unless
 * one of its own was open all the time. What it answered already before it was lost is not told again. True when something
 * is. */
bool combine_own(struct health_state *state, const struct health_input *input);

/* Tell the change that combine_decide() made, or what combine_own() found, true since `ts_wall`; the severity of the
 * state is the new one by now. */
void combine_tell(const struct health_state *before, struct health_state *state, int64_t ts_wall,
                  struct health_event *event);

#endif
