/* SPDX-License-Identifier: MIT */
/*
 * Confirmation: the first failed look repeats the failed step after 5, 10, 20 and 40 s, so that a
 * device that is gone is known within two minutes. Each failed repeat counts as a failed look. A
 * good repeat proves the step and no more: it asks for the full look at once, and that one decides.
 */
#ifndef VMM_HEALTH_CONFIRM_H
#define VMM_HEALTH_CONFIRM_H

#include "health/health.h"

/* Begin with the first repeat, if the policy has any and this was the first of the failed looks. */
void confirm_begin(const struct health_policy *policy, struct health_state *state,
                   struct health_actions *actions);

/* The repeat failed, or was lost on our side: the next one, or no more. */
void confirm_next(const struct health_policy *policy, struct health_state *state,
                  struct health_actions *actions);

/* The repeat was answered: a full look at once. */
void confirm_answered(const struct health_policy *policy, struct health_state *state,
                      struct health_actions *actions);

/* After a restart or pause: the repeat that was under way again. */
void confirm_again(const struct health_policy *policy, struct health_state *state,
                   struct health_actions *actions);

/* Ask for one look more, `after_us` from now. */
void confirm_ask(struct health_actions *actions, uint64_t after_us);

#endif
