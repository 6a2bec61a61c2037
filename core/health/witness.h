/* SPDX-License-Identifier: MIT */
/*
 * Two witnesses of one camera: its own address, and the channel of its recorder.
 *
 *   own address   recorder's channel   verdict
 *   answers       live                 by the facts
 *   answers       lost                 DEGRADED recorder_link
 *   down          live                 DEGRADED direct_unreachable
 *   down          lost, or not known   DOWN
 *
 * The recorder's word holds as long as a verdict does without being confirmed.
 */
#ifndef VMM_HEALTH_WITNESS_H
#define VMM_HEALTH_WITNESS_H

#include "health/health.h"

/* The recorder was looked at (HEALTH_INPUT_WITNESS): signal and recording of its channel; with an outcome that is no
 * answer it is no witness any more. What it says against the
 * camera counts only when the camera itself has answered since; it is asked for that. */
void witness_told(const struct health_policy *policy, struct health_state *state,
                  const struct health_input *input, struct health_actions *actions);

/* After each input: whether a camera that does not answer is still seen. */
void witness_apply(const struct health_policy *policy, struct health_state *state,
                   const struct health_input *input);

#endif
