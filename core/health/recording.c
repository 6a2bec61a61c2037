/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "health/judge.h"

#define DAY_S INT64_C(86400)

#define SAID    HEALTH_BIT(HEALTH_SAID_MISSING)
#define MISSING (HEALTH_BIT(VMM_REASON_MISSING_RECORDING) | SAID) /* what fresh footage refutes */

static bool is_mine(const struct health_input *input, const struct health_fact *fact)
{
    return fact->subject != VMM_SUBJECT_CHANNEL || input->channel == 0 ||
           fact->index == input->channel;
}

bool judge_is_judged(const struct health_input *input, const struct health_fact *fact)
{
    return is_mine(input, fact) && fact->standing != VMM_STANDING_NOT_JUDGED;
}

const struct health_fact *judge_find(const struct health_input *input, uint32_t fact)
{
    for (size_t i = 0; i < input->fact_count; i++) {
        if (input->facts[i].fact == fact && judge_is_judged(input, &input->facts[i])) {
            return &input->facts[i];
        }
    }
    return NULL;
}

static bool is_false(const struct health_fact *fact)
{
    return fact != NULL && fact->type == VMM_TYPE_BOOL && fact->number == 0;
}

static uint32_t mode_of(const char *word)
{
    static const struct {
        const char *word;
        uint32_t mode;
    } modes[] = {
        {"continuous", HEALTH_RECORDING_CONTINUOUS},
        {"schedule", HEALTH_RECORDING_SCHEDULE},
        {"motion", HEALTH_RECORDING_MOTION},
        {"event", HEALTH_RECORDING_MOTION},
        {"off", HEALTH_RECORDING_OFF},
    };
    for (size_t i = 0; word != NULL && i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(word, modes[i].word) == 0) {
            return modes[i].mode;
        }
    }
    return HEALTH_RECORDING_UNKNOWN;
}

bool judge_footage_counts(const struct health_policy *policy, const struct health_input *input)
{
    const struct health_fact *uptime = judge_find(input, VMM_FACT_UPTIME);
    const struct health_fact *clock = judge_find(input, VMM_FACT_CLOCK_OFFSET);
    int64_t limit_ms = (int64_t)(policy->footage_clock_us / 1000);
    bool young = uptime != NULL && uptime->number < (int64_t)(policy->index_time_us / 1000000);
    bool off = clock != NULL && (clock->number > limit_ms || clock->number < -limit_ms);
    return !young && !off && !is_false(judge_find(input, VMM_FACT_RECORDING_INDEX));
}

static uint32_t told_mode(const struct health_input *input)
{
    const struct health_fact *told = judge_find(input, VMM_FACT_RECORDING_MODE);
    return told != NULL ? mode_of(told->text) : HEALTH_RECORDING_UNKNOWN;
}

uint32_t judge_recording_mode(const struct health_input *input)
{
    uint32_t told = told_mode(input);
    uint32_t wanted =
        input->expected != NULL ? input->expected->recording : HEALTH_RECORDING_UNKNOWN;
    return told == HEALTH_RECORDING_OFF || wanted == HEALTH_RECORDING_UNKNOWN ? told : wanted;
}

/* A mode in which nothing is recorded. */
static void judge_off(const struct health_input *input, struct judgement *judgement)
{
    bool required = input->expected != NULL && input->expected->recording_required;
    uint64_t disabled = HEALTH_BIT(VMM_REASON_RECORDING_DISABLED);
    judgement->ok |= MISSING;
    if (required) {
        judgement->fault |= disabled;
    } else {
        judgement->ok |= disabled;
    }
}

/*
 * How old the newest footage may be now, in seconds; -1: nothing can be said. Inside a span of the
 * schedule it is fresh once the span has lasted long enough; outside it reaches up to the span's end.
 */
static int64_t schedule_limit(const struct health_input *input, int64_t fresh_s)
{
    const struct health_fact *due = judge_find(input, VMM_FACT_RECORDING_DUE);
    const struct health_fact *since = judge_find(input, VMM_FACT_RECORDING_DUE_SINCE);
    if (due == NULL || due->type != VMM_TYPE_BOOL || since == NULL || since->number < 0 ||
        since->number > INT32_MAX) {
        return -1;
    }
    if (due->number == 0) {
        return since->number + fresh_s;
    }
    return since->number > fresh_s ? fresh_s : -1;
}

static int64_t motion_limit(const struct health_input *input)
{
    static const struct health_expected nothing;
    const struct health_expected *expected = input->expected != NULL ? input->expected : &nothing;
    uint32_t days = expected->motion_days > 0 ? expected->motion_days : HEALTH_MOTION_DAYS;
    return days * DAY_S + expected->closed_s;
}

/* Footage that was looked for and not found: of its age only the least is known, which can accuse and never prove. */
static const struct health_fact *find_bound(const struct health_input *input)
{
    for (size_t i = 0; i < input->fact_count; i++) {
        const struct health_fact *fact = &input->facts[i];
        if (fact->fact == VMM_FACT_RECORDING_NEWEST && fact->type == VMM_TYPE_INT &&
            is_mine(input, fact)) {
            return fact;
        }
    }
    return NULL;
}

static void judge_newest(const struct health_policy *policy, const struct health_input *input,
                         uint32_t mode, struct judgement *judgement)
{
    const struct health_fact *known = judge_find(input, VMM_FACT_RECORDING_NEWEST);
    const struct health_fact *newest = known != NULL ? known : find_bound(input);
    int64_t fresh_s = (int64_t)(policy->footage_limit_us / 1000000);
    if (newest == NULL || newest->type != VMM_TYPE_INT) {
        return;
    }
    int64_t limit = mode == HEALTH_RECORDING_CONTINUOUS ? fresh_s
                    : mode == HEALTH_RECORDING_SCHEDULE ? schedule_limit(input, fresh_s)
                    : mode == HEALTH_RECORDING_MOTION   ? motion_limit(input)
                                                        : -1;
    bool young = newest->number <= fresh_s || (limit >= 0 && newest->number <= limit);
    if (young && known != NULL) {
        judgement->ok |= MISSING;
    } else if (!young && limit >= 0 && mode != HEALTH_RECORDING_MOTION) {
        judgement->fault |= HEALTH_BIT(
            VMM_REASON_MISSING_RECORDING); /* with motion, a quiet place proves nothing */
    }
}

/* What the device itself calls a fault of its recording, or a fault no longer. */
static void judge_said(const struct health_fact *fact, struct judgement *judgement)
{
    if (fact->standing != VMM_STANDING_FAULT) {
        judgement->ok |= SAID;
    } else if (fact->reason == VMM_REASON_MISSING_RECORDING) {
        judgement->fault |= SAID;
    }
}

/* What the provider names: by the device's own word, or as a fault of the footage or the mode. */
static void judge_named(const struct health_input *input, struct judgement *judgement)
{
    const uint64_t reasons =
        HEALTH_BIT(VMM_REASON_MISSING_RECORDING) | HEALTH_BIT(VMM_REASON_RECORDING_DISABLED);
    for (size_t i = 0; i < input->fact_count; i++) {
        const struct health_fact *f = &input->facts[i];
        uint64_t named = f->reason < VMM_REASON_COUNT ? HEALTH_BIT(f->reason) : 0;
        if (f->subject != VMM_SUBJECT_CHANNEL || !judge_is_judged(input, f)) {
            continue;
        }
        if (f->fact == VMM_FACT_RECORDING_NOW) {
            judge_said(f, judgement);
        } else if (f->standing == VMM_STANDING_FAULT) {
            judgement->fault |= named & reasons;
        }
    }
}

void judge_recording(const struct health_policy *policy, const struct health_input *input,
                     struct judgement *judgement)
{
    uint32_t mode = judge_recording_mode(input);
    judge_named(input, judgement);
    if (mode == HEALTH_RECORDING_OFF) {
        judge_off(input, judgement);
        return;
    }
    if (told_mode(input) != HEALTH_RECORDING_UNKNOWN) {
        judgement->ok |= HEALTH_BIT(VMM_REASON_RECORDING_DISABLED);
    }
    if (judge_footage_counts(policy, input)) {
        judge_newest(policy, input, mode, judgement);
    }
}
