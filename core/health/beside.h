/* SPDX-License-Identifier: MIT */
/*
 * What the looks at a camera or recorder say beside its verdict, for the days of the record: whether its recording is
 * proven, and how far its clock is off. A verdict only says what is wrong. Small changes are none: the clock has to
 * move by two seconds and a tenth of what was told; the recording has to say the same twice, and a proof stands for a
 * day without another. Pure.
 */
#ifndef VMM_HEALTH_BESIDE_H
#define VMM_HEALTH_BESIDE_H

#include "health/health.h"

#define HEALTH_PROOF_NONE    0u /* it could not be judged, or nothing is expected to be recorded */
#define HEALTH_PROOF_GIVEN   1u /* footage is there as it should be */
#define HEALTH_PROOF_MISSING 2u /* it is not, or nothing is recorded where it is required */
#define HEALTH_PROOFS        3u

/* As they are stored. All zero: nothing is known. */
struct health_beside_values {
    int32_t clock_ms;
    uint8_t has_clock;
    uint8_t proof; /* HEALTH_PROOF_* */
    uint8_t pad[2];
};

struct health_beside {
    struct health_beside_values told; /* what the record says */
    struct health_beside_values seen;
    int64_t judged_mono; /* its recording was judged last; 0: not since the start */
    uint8_t next;        /* HEALTH_PROOF_*: what the last look said */
};

/* What was stored; values that can be none are nothing. */
void health_beside_restore(struct health_beside *beside, const struct health_beside_values *told);

/* Take in a look of its own, or of its recorder (WITNESS). Recorders have no recording of their own. */
void health_beside_take(const struct health_policy *policy, struct health_beside *beside,
                        const struct health_input *input, bool is_nvr);

#define HEALTH_BESIDE_PROOF 1u
#define HEALTH_BESIDE_CLOCK 2u

/* Which of what was seen the record has not been told: bits. */
uint32_t health_beside_news(const struct health_beside *beside);

/* Which of it has to be told by itself: not while looks still count towards a verdict on it, whose event will tell it
 * too, nor of a device that does not answer: of that it is told with the verdict that it does again. */
uint32_t health_beside_due(const struct health_beside *beside, const struct health_state *state);

/* This much of it has been told now: HEALTH_BESIDE_*. */
void health_beside_told(struct health_beside *beside, uint32_t what);

#endif
