/* SPDX-License-Identifier: MIT */
/*
 * Confirmation: the first failed look repeats the failed step after 5, 10, 20 and 40 s, so that a
 * device that is gone is known within two minutes. Each failed repeat counts as a failed look. A
 * good repeat proves the step and no more: it asks for the full look at once, and that one decides.
 * When the connection was repeated and the full look fails further on, that is another step: the repeats go on with the
 * next, of that one.
 */
#ifndef VMM_HEALTH_CONFIRM_H
#define VMM_HEALTH_CONFIRM_H

#include "health/health.h"

/* Which repeat it is, or was before the full look that is to decide; 0: no confirmation is under way. */
uint32_t confirm_number(const struct health_state *state);

/* Whether the next look is a repeat. */
bool confirm_repeats(const struct health_state *state);

/* Begin with the first repeat, if the policy has any and this was the first of the failed looks; go on where it was the
 * full look that a good repeat asked for. */
void confirm_begin(const struct health_policy *policy, struct health_state *state,
                   struct health_actions *actions);

/* The repeat failed, or was lost on our side: the next one, or no more. */
void confirm_next(const struct health_policy *policy, struct health_state *state,
                  struct health_actions *actions);

/* The repeat was answered: a full look at once. */
void confirm_answered(const struct health_policy *policy, struct health_state *state,
                      struct health_actions *actions);

/* After a restart or pause: the repeat that was under way again, or the full look after it. */
void confirm_again(const struct health_policy *policy, struct health_state *state,
                   struct health_actions *actions);

/* Ask for one look more, `after_us` from now. */
void confirm_ask(struct health_actions *actions, uint64_t after_us);

#endif
