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

/* ---- what kept looks from confirming it ---- */

#define STALE_BY_NONE     0u /* nothing did, or its reason says all there is to say */
#define STALE_BY_PROVIDER 1u /* off, missing, crashed over it, or without a place for it */
#define STALE_BY_NODE     2u /* this machine: cut off, broken, or without the time to look */
#define STALE_BY_LINK     3u /* its recorder, or what else it hangs on */
#define STALE_BY_PATH     4u /* its name, or the connections that its address takes */
#define STALE_BY_COUNT    5u

/* How it stands with a component when its verdict is UNKNOWN. */
struct stale_view {
    uint32_t reason; /* VMM_REASON_*: the one that decides */
    bool behind;     /* it is seen through its recorder only */
    bool follows;    /* from an open incident of others */
    bool queued;     /* its look waits for its provider */
    bool refused;    /* its look waits for a connection to its address */
};

/* STALE_BY_*. */
uint32_t stale_by(const struct stale_view *view);

/* "provider", "node", "link", "path"; "" for none. */
const char *stale_by_word(uint32_t by);

/* STALE_BY_* of such a word; STALE_BY_NONE for any other. */
uint32_t stale_by_number(const char *word);

#endif
