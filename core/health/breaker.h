/* SPDX-License-Identifier: MIT */
/*
 * The circuit breaker of one component.
 *
 *   CLOSED ── 5 failed looks, or slow twice ─▶ OPEN ── good trial ─▶ HALF_OPEN
 *     ▲                                          ▲                      │    │
 *     │                                          └─ failed, slow look ──┘    │
 *     └────────────────────────── good full look ────────────────────────────┘
 *
 * Open means: trials only. After it has closed the component is recovering until success is
 * sustained.
 */
#ifndef VMM_HEALTH_BREAKER_H
#define VMM_HEALTH_BREAKER_H

#include "health/health.h"

/* Open it, or open it again from half-open: the time of the first opening stays. */
void breaker_open(struct health_state *state, const struct health_input *input);

/* A good trial: open becomes half-open. */
void breaker_good_trial(struct health_state *state, const struct health_input *input);

/* A full look that reached the device in time: half-open closes, open becomes half-open. */
void breaker_good_full(struct health_state *state, const struct health_input *input);

/* Success was broken: what was counted towards recovery is void. */
void breaker_break_success(struct health_state *state);

/* Whether success was sustained; then the component is no longer recovering. `answered` reasons
 * that hold (auth, busy …) may stand in for good looks: the device is reached, though not well. */
bool breaker_recover(const struct health_policy *policy, struct health_state *state,
                     const struct health_input *input, bool answered);

#endif
