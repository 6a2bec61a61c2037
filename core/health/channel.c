/* SPDX-License-Identifier: MIT */
#include "health/judge.h"

#define LOSS_REASONS  (HEALTH_BIT(VMM_REASON_VIDEO_LOSS) | HEALTH_BIT(HEALTH_ALL_LOST))
#define MEDIA_REASONS (HEALTH_BIT(VMM_REASON_NO_VIDEO) | HEALTH_BIT(VMM_REASON_WRONG_PATH))

static bool is_ours(const struct health_input *input, const struct health_fact *fact)
{
    return fact->standing != VMM_STANDING_NOT_JUDGED &&
           (input->channel == 0 || fact->index == input->channel);
}

static void judge_signal(const struct health_input *input, struct judgement *judgement)
{
    size_t lost = 0;
    size_t live = 0;
    for (size_t i = 0; i < input->fact_count; i++) {
        const struct health_fact *f = &input->facts[i];
        if (f->fact == VMM_FACT_SIGNAL && f->subject == VMM_SUBJECT_CHANNEL && is_ours(input, f)) {
            lost += f->standing == VMM_STANDING_FAULT;
            live += f->standing == VMM_STANDING_OK;
        }
    }
    if (lost > 0 && live == 0) {
        /* Some or all: one change must not be told twice, so "some" is not judged here. */
        judgement->fault |= HEALTH_BIT(HEALTH_ALL_LOST);
    } else if (lost > 0) {
        judgement->fault |= HEALTH_BIT(VMM_REASON_VIDEO_LOSS);
        judgement->ok |= HEALTH_BIT(HEALTH_ALL_LOST);
    } else if (live > 0) {
        judgement->ok |= LOSS_REASONS;
    }
}

struct streams {
    size_t video;
    size_t none;  /* without video */
    size_t paths; /* that the device does not know */
};

/* A stream counts for the device alone: which stream belongs to which channel is not told. */
static struct streams count_streams(const struct health_input *input)
{
    struct streams streams = {0};
    for (size_t i = 0; i < input->fact_count && input->channel == 0; i++) {
        const struct health_fact *f = &input->facts[i];
        if (f->fact != VMM_FACT_MEDIA || f->subject != VMM_SUBJECT_STREAM) {
            continue;
        }
        bool path = f->reason == VMM_REASON_WRONG_PATH;
        streams.video += f->standing == VMM_STANDING_OK;
        streams.paths += f->standing == VMM_STANDING_FAULT && path;
        streams.none += f->standing == VMM_STANDING_FAULT && !path;
    }
    return streams;
}

static void judge_media(const struct health_input *input, struct judgement *judgement)
{
    struct streams streams = count_streams(input);
    if (streams.none > 0 && streams.video == 0 && streams.paths == 0) {
        /* Some or none: one change must not be told twice, so "some" is not judged here. */
        judgement->fault &= ~HEALTH_BIT(VMM_REASON_NO_VIDEO);
        judgement->fault |= HEALTH_BIT(HEALTH_NO_MEDIA);
        return;
    }
    if (streams.paths > 0) {
        judgement->fault |= HEALTH_BIT(VMM_REASON_WRONG_PATH);
    }
    if (streams.none > 0) {
        judgement->fault |= HEALTH_BIT(VMM_REASON_NO_VIDEO);
    }
    if (streams.video > 0) {
        judgement->ok |= MEDIA_REASONS | HEALTH_BIT(HEALTH_NO_MEDIA);
    }
}

/* Whether the signal of the channel is told at all; `*judged`: and could be judged. `*others`: that of another one was. */
static bool is_told(const struct health_input *input, bool *judged, bool *others)
{
    bool told = false;
    for (size_t i = 0; i < input->fact_count; i++) {
        const struct health_fact *f = &input->facts[i];
        bool mine = f->index == input->channel;
        if (f->fact == VMM_FACT_SIGNAL && f->subject == VMM_SUBJECT_CHANNEL) {
            told |= mine;
            *judged |= mine && f->standing != VMM_STANDING_NOT_JUDGED;
            *others |= !mine && f->standing != VMM_STANDING_NOT_JUDGED;
        }
    }
    return told;
}

/* Of a camera that is a channel of a recorder: that the recorder has the channel, and in use. Where every part of the look
 * was answered, a channel that is not among those that it tells of is none of its channels. */
static void judge_use(const struct health_input *input, struct judgement *judgement)
{
    const uint64_t reason = HEALTH_BIT(VMM_REASON_CHANNEL_OFF);
    bool judged = false;
    bool others = false;
    bool told = is_told(input, &judged, &others);
    const struct health_fact *enabled = judge_find(input, VMM_FACT_CHANNEL_ENABLED);
    bool off = enabled != NULL && enabled->type == VMM_TYPE_BOOL && enabled->number == 0;
    bool absent = !told && enabled == NULL && others && input->outcome == VMM_OUTCOME_OK;
    if (judged) {
        judgement->ok |= reason;
    } else if (off || absent) {
        judgement->fault |= reason;
    }
}

static bool has_fresh_footage(const struct health_policy *policy, const struct health_input *input)
{
    const struct health_fact *newest = judge_find(input, VMM_FACT_RECORDING_NEWEST);
    return newest != NULL && newest->type == VMM_TYPE_INT &&
           newest->number <= (int64_t)(policy->footage_limit_us / 1000000);
}

size_t judge_facts_of(const struct health_fact *facts, size_t count, uint32_t channel,
                      struct health_fact *out)
{
    size_t used = 0;
    bool others = false;
    for (size_t i = 0; i < count; i++) {
        const struct health_fact *f = &facts[i];
        bool mine = f->subject != VMM_SUBJECT_CHANNEL || f->index == channel;
        bool other = !mine && !others && f->fact == VMM_FACT_SIGNAL &&
                     f->standing != VMM_STANDING_NOT_JUDGED;
        if (mine || other) {
            out[used++] = *f;
        }
        others |= other;
    }
    return used;
}

bool judge_is_dark(const struct health_policy *policy, const struct health_input *input)
{
    bool judged = false;
    bool others = false;
    is_told(input, &judged, &others);
    return input->channel != 0 && !judged && !has_fresh_footage(policy, input);
}

void judge_channel(const struct health_input *input, struct judgement *judgement)
{
    judge_signal(input, judgement);
    judge_media(input, judgement);
    if (input->channel != 0) {
        judge_use(input, judgement);
    }
}
