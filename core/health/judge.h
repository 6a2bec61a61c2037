/* SPDX-License-Identifier: MIT */
/*
 * The judgements: what the facts of one look say, each in a file of its own. A judgement only adds
 * bits (of VMM_REASONS, HEALTH_ALL_LOST and HEALTH_NO_MEDIA); a reason in neither mask is not judged by this look,
 * and stays what it was. Pure; no time, and no state but where it is handed in.
 */
#ifndef VMM_HEALTH_JUDGE_H
#define VMM_HEALTH_JUDGE_H

#include "health/health.h"

struct judgement {
    uint64_t fault; /* seen at this look */
    uint64_t ok;    /* refuted by this look; a reason that is in both is a fault */
};

/* The device's clock: more than the limit off, by a daylight-saving step, or by time zones; and the
 * rule by which it changes. */
void judge_clock(const struct health_policy *policy, const struct health_input *input,
                 struct judgement *judgement);

/* Another firmware told itself: noted before the look is judged, whatever becomes of the look. */
void firmware_note(struct health_state *state, const struct health_input *input);

/* Whether an answer that cannot be read is another firmware's: of a device that still tells which one it runs, and could
 * be read before. Such a look is no failed one; judge_firmware says what became of it. */
bool firmware_explains(const struct health_state *state, const struct health_input *input,
                       uint32_t reason);

/* Whether the look reads what looks before it did, after a change of firmware; `state->sight` is kept. A firmware whose
 * answers no longer parse takes nothing but the judgement away, and what is not judged must not pass for well. */
void judge_firmware(struct health_state *state, const struct health_input *input,
                    struct judgement *judgement);

/* The reasons for a clock that is off; at most one of them is seen at a look. */
#define JUDGE_CLOCK_REASONS                                                                        \
    (HEALTH_BIT(VMM_REASON_CLOCK_OFFSET) | HEALTH_BIT(VMM_REASON_CLOCK_ZONE) |                     \
     HEALTH_BIT(VMM_REASON_CLOCK_DST))

/* An offset below this means nothing, however small the limit is set: no two measurements are nearer. */
#define JUDGE_CLOCK_NOISE_MS 2000

/* How far a clock may be off, in ms. */
int64_t judge_clock_limit(const struct health_policy *policy);

/* Whether the device tells how far its clock is off, and that is more than noise. */
bool judge_clock_offset(const struct health_policy *policy, const struct health_input *input,
                        int64_t *offset_ms, int64_t *uncertainty_ms);

/* What a look at a recorder says of one of its channels: the facts of the device, of that channel, and one signal of another
 * one, which shows that it tells of its channels at all. Into `out`, which has room for `count`; how many there are. */
size_t judge_facts_of(const struct health_fact *facts, size_t count, uint32_t channel,
                      struct health_fact *out);

/* Of a camera that is only a channel: the look could not judge its signal, and no fresh footage shows it either. Such a look
 * is no first verdict. */
bool judge_is_dark(const struct health_policy *policy, const struct health_input *input);

/* Video inputs without a signal, streams without video, a channel that its recorder does not have in use. */
void judge_channel(const struct health_input *input, struct judgement *judgement);

/* Disks and memory cards. */
void judge_disk(const struct health_input *input, struct judgement *judgement);

/* Fans, power supplies, temperature. */
void judge_hardware(const struct health_input *input, struct judgement *judgement);

/* What the operator expects of the answers. */
void judge_expect(const struct health_input *input, struct judgement *judgement);

/* Footage where it should be: by the mode that is expected, the newest proves it. */
void judge_recording(const struct health_policy *policy, const struct health_input *input,
                     struct judgement *judgement);

/* How the channel is expected to record, HEALTH_RECORDING_*: `off` where the device or the operator says so, else as the
 * operator expects, else as the device says. */
uint32_t judge_recording_mode(const struct health_input *input);

/* What the footage of the look can prove at all: not while the index is rebuilt, soon after the
 * recorder's start, or by a clock that is off by an hour. */
bool judge_footage_counts(const struct health_policy *policy, const struct health_input *input);

/* Whether the fact belongs to the subject that is judged, and is judged itself. */
bool judge_is_judged(const struct health_input *input, const struct health_fact *fact);

/* The first fact of this number that belongs to the subject that is judged and is judged itself;
 * NULL when there is none. */
const struct health_fact *judge_find(const struct health_input *input, uint32_t fact);

#endif
