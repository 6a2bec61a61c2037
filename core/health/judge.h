/* SPDX-License-Identifier: MIT */
/*
 * The judgements: what the facts of one look say, each in a file of its own. A judgement only adds
 * bits (of VMM_REASONS, and HEALTH_ALL_LOST); a reason in neither mask is not judged by this look,
 * and stays what it was. Pure: no state, no time.
 */
#ifndef VMM_HEALTH_JUDGE_H
#define VMM_HEALTH_JUDGE_H

#include "health/health.h"

struct judgement {
    uint64_t fault; /* seen at this look */
    uint64_t ok;    /* refuted by this look; a reason that is in both is a fault */
};

/* The device's clock: more than the limit off, by a daylight-saving step, or by time zones. */
void judge_clock(const struct health_policy *policy, const struct health_input *input,
                 struct judgement *judgement);

/* Video inputs without a signal, streams without video. */
void judge_channel(const struct health_input *input, struct judgement *judgement);

/* Disks and memory cards. */
void judge_disk(const struct health_input *input, struct judgement *judgement);

/* What the operator expects of the answers. */
void judge_expect(const struct health_input *input, struct judgement *judgement);

#endif
