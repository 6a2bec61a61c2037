/* SPDX-License-Identifier: MIT */
/*
 * This machine's own isolation: known by evidence of its own, the interface, its address, the route, references that
 * the operator named, and never by the silence of those it watches.
 *
 *   CONNECTED ─ evidence ─▶ HOLDING ─ 10 min, or something answers all the same ─▶ CUT
 *       ▲                      │                                                    │
 *       └───── evidence gone ──┴────────────────────────────────────────────────────┘
 *
 * While it holds, looks that fail judge nobody. It is told after some seconds in which nothing answered.
 */
#ifndef CAUSE_ISOLATION_H
#define CAUSE_ISOLATION_H

#include <stdbool.h>
#include <stdint.h>

#include "cause/cause.h"
#include "health/health.h"

/* What speaks for it. */
#define ISOLATION_NONE       0u
#define ISOLATION_CARRIER    1u /* the interface has no carrier */
#define ISOLATION_ADDRESS    2u /* the interface has no address */
#define ISOLATION_ROUTE      3u /* the default route is gone */
#define ISOLATION_REFERENCES 4u /* all references that ever answered are silent */

#define ISOLATION_HOLD_US INT64_C(600000000)
#define ISOLATION_TELL_US INT64_C(5000000)
#define ISOLATION_LATE_US INT64_C(1000000) /* an answer that comes so late was on its way already */

enum isolation_phase { ISOLATION_CONNECTED, ISOLATION_HOLDING, ISOLATION_CUT };

/* All zero: connected. */
struct isolation {
    enum isolation_phase phase;
    uint32_t why; /* ISOLATION_* of when it began */
    bool told;
    bool is_old; /* it was told before a start: it goes on until something answers */
    struct cause_time since;
};

/* What the step did. */
#define ISOLATION_DID_BEGIN 1u /* judgement is held from now on */
#define ISOLATION_DID_TELL  2u /* tell that this machine is cut off */
#define ISOLATION_DID_END                                                                          \
    4u /* judgement is held no more: to be kept for a start, when it was told */
#define ISOLATION_DID_OK 8u /* tell that it is back: it was told before */

/* `why`: the evidence as it is now. `answered_mono`: a device last answered. Returns ISOLATION_DID_*. */
uint32_t isolation_step(struct isolation *isolation, uint32_t why, int64_t answered_mono,
                        struct cause_time now);

/* It was told before a start that this machine is cut off since then, and not that it is back. The ten minutes begin
 * anew, for nobody knows how long it was away; but what `judges` already, held judgement no more before, goes on so. */
void isolation_restore(struct isolation *isolation, int64_t since_wall, bool judges,
                       struct cause_time now);

/* While judgement is held a look that failed judges nobody: the silence may be ours. */
void isolation_excuse(const struct isolation *isolation, struct health_input *input);

/* The event that tells it, or that it is over. `number`: of this machine's events, from 1. */
struct health_event isolation_event(bool is_cut_off, int64_t since_wall, uint32_t number,
                                    int64_t now_wall);

/* "carrier", "address", "route", "references", or "". */
const char *isolation_word(uint32_t why);

#endif
