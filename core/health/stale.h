/* SPDX-License-Identifier: MIT */
/* Old news is not OK: a verdict that is not confirmed in time becomes UNKNOWN. */
#ifndef VMM_HEALTH_STALE_H
#define VMM_HEALTH_STALE_H

#include "health/health.h"

/* A look has judged: the verdict is fresh again. */
void stale_confirm(struct health_state *state, const struct health_input *input);

/* A look was lost on our side, for `reason` (0: nothing to tell). A state that is UNKNOWN anyway
 * names it when it is seen twice in a row; any other keeps its verdict until it is stale. */
void stale_ours(struct health_state *state, uint32_t reason);

/* Turn UNKNOWN when the verdict is too old: `stale`, or what our side lost the looks by. */
void stale_apply(const struct health_policy *policy, struct health_state *state,
                 const struct health_input *input);

/* Nothing turns stale before the grace is over. */
void stale_grace(const struct health_policy *policy, struct health_state *state,
                 const struct health_input *input);

/* What was known of the device's reach is no longer known. */
void stale_forget_reach(struct health_state *state);

#endif
