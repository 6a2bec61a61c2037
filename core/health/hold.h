/* SPDX-License-Identifier: MIT */
/* Which reasons hold: a judgement of one look becomes a standing reason only after a run of them.
 */
#ifndef VMM_HEALTH_HOLD_H
#define VMM_HEALTH_HOLD_H

#include "health/judge.h"

/* Reasons that failed looks lead to; held by reach.c and let go when success is sustained. */
#define HOLD_REACH                                                                                 \
    (HEALTH_BIT(VMM_REASON_UNREACHABLE) | HEALTH_BIT(VMM_REASON_TIMEOUT) |                         \
     HEALTH_BIT(VMM_REASON_BAD_REPLY) | HEALTH_BIT(VMM_REASON_TLS))

/* The reasons that drive the breaker. */
#define HOLD_BREAKER (HOLD_REACH | HEALTH_BIT(VMM_REASON_SLOW))

/* Why nothing is known, apart from settings: ended by a look that judges. */
#define HOLD_UNKNOWN                                                                               \
    (HEALTH_BIT(VMM_REASON_NEVER_LOOKED) | HEALTH_BIT(VMM_REASON_STALE) |                          \
     HEALTH_BIT(VMM_REASON_RESOLVER) | HEALTH_BIT(VMM_REASON_INTERNAL) |                           \
     HEALTH_BIT(VMM_REASON_NODE) | HEALTH_BIT(VMM_REASON_AUTH_WAIT))

/* It speaks another language than it is asked in: at most one of them holds. */
#define HOLD_LANGUAGE (HEALTH_BIT(VMM_REASON_UNSUPPORTED) | HEALTH_BIT(VMM_REASON_OTHER_PROVIDER))

/* What is wrong with answers to a login that were neither a welcome nor a refusal: they prove no credential. */
#define HOLD_ANSWER                                                                                \
    (HEALTH_BIT(VMM_REASON_ERROR_STATUS) | HEALTH_BIT(VMM_REASON_WRONG_PATH) | HOLD_LANGUAGE)

/* The credential's reasons: at most one of them holds. */
#define HOLD_LOGIN                                                                                 \
    (HEALTH_BIT(VMM_REASON_AUTH) | HEALTH_BIT(VMM_REASON_CREDENTIAL_MISSING) |                     \
     HEALTH_BIT(VMM_REASON_LOCKED))

/* Count one look's judgement into the runs; reasons begin and cease to hold. A reason in neither
 * mask stays what it is, and so does its run. */
void hold_apply(const struct health_policy *policy, struct health_state *state,
                const struct judgement *judgement, int64_t now_wall);

/* Whether a fault was seen that does not hold yet, a slow look among them. */
bool hold_pending(const struct health_state *state);

/* Whether every input, or all media, was lost at the last judging looks, not yet often enough. */
bool hold_loss_pending(const struct health_state *state);

/* The credential has changed: the next look that gets past the login refutes what was held against
 * it. */
void hold_new_credential(const struct health_policy *policy, struct health_state *state);

#endif
