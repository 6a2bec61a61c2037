/* SPDX-License-Identifier: MIT */
/* A look that ended in `auth`: how it is judged when it made no login, or one whose refusal says nothing. */
#ifndef VMM_HEALTH_REFUSAL_H
#define VMM_HEALTH_REFUSAL_H

#include "health/health.h"

struct refusal {
    bool is_barred;  /* the device wants a login, and none was allowed */
    bool is_known;   /* the credential was refused before, and not merely lost */
    bool is_excused; /* the device may not mean it */
};

/* Write into an input of outcome VMM_OUTCOME_AUTH what the look says of the device in this state. */
void refusal_judge(const struct health_state *state, const struct refusal *refusal,
                   struct health_input *input);

/*
 * True when a device failed so recently that it may still be booting. Until a full look behind the failed one was
 * judged, nobody knows when in the pause between two looks it started.
 */
bool refusal_may_boot(const struct health_policy *policy, const struct health_state *state,
                      int64_t now_wall);

#endif
