/* SPDX-License-Identifier: MIT */
#include "health/judge.h"

/* What looks exist for: an input, a stream, a disk. Of a recorder's look at a camera only the input counts. */
static bool is_sight(const struct health_input *input, uint32_t fact)
{
    bool whole =
        fact == VMM_FACT_MEDIA || fact == VMM_FACT_DISK_STATE || fact == VMM_FACT_EXPECTATION;
    return fact == VMM_FACT_SIGNAL || (whole && input->channel == 0);
}

/* What is sight enough of a device of which nothing better was ever read. */
static bool is_trace(const struct health_input *input, uint32_t fact)
{
    bool trace = fact == VMM_FACT_RECORDING_NEWEST || fact == VMM_FACT_CLOCK_OFFSET;
    return trace && input->channel == 0;
}

/* HEALTH_SIGHT_NONE, HEALTH_SIGHT_SOME, or that with HEALTH_SIGHT_TRACE: the best that the look read. */
static uint32_t sight_of(const struct health_input *input)
{
    uint32_t best = HEALTH_SIGHT_NONE;
    for (size_t i = 0; i < input->fact_count; i++) {
        const struct health_fact *fact = &input->facts[i];
        if (!judge_is_judged(input, fact)) {
            continue;
        }
        if (is_sight(input, fact->fact)) {
            return HEALTH_SIGHT_SOME;
        }
        if (is_trace(input, fact->fact)) {
            best = HEALTH_SIGHT_SOME | HEALTH_SIGHT_TRACE;
        }
    }
    return best;
}

static uint32_t phase_of(const struct health_state *state)
{
    return state->sight & ~HEALTH_SIGHT_TRACE;
}

static void set_phase(struct health_state *state, uint32_t phase)
{
    state->sight = (uint8_t)(phase | (state->sight & HEALTH_SIGHT_TRACE));
}

/* Whether what the look read is no less than what the device was known by. */
static bool is_enough(const struct health_state *state, uint32_t sight)
{
    bool trace_known =
        phase_of(state) == HEALTH_SIGHT_NONE || (state->sight & HEALTH_SIGHT_TRACE) != 0;
    return sight == HEALTH_SIGHT_SOME || (sight != HEALTH_SIGHT_NONE && trace_known);
}

void firmware_note(struct health_state *state, const struct health_input *input)
{
    if (input->new_firmware && phase_of(state) == HEALTH_SIGHT_SOME) {
        set_phase(state, HEALTH_SIGHT_OLD);
    }
}

static bool tells_firmware(const struct health_input *input)
{
    for (size_t i = 0; i < input->fact_count; i++) {
        if (input->facts[i].fact == VMM_FACT_FIRMWARE) {
            return true;
        }
    }
    return false;
}

static bool is_taken(const struct health_state *state)
{
    return phase_of(state) == HEALTH_SIGHT_OLD || phase_of(state) == HEALTH_SIGHT_LOST;
}

bool firmware_explains(const struct health_state *state, const struct health_input *input,
                       uint32_t reason)
{
    return reason == VMM_REASON_BAD_REPLY && is_taken(state) && tells_firmware(input);
}

void judge_firmware(struct health_state *state, const struct health_input *input,
                    struct judgement *judgement)
{
    const uint64_t reason = HEALTH_BIT(VMM_REASON_NEW_FIRMWARE);
    uint32_t sight = sight_of(input);
    if (is_enough(state, sight)) {
        state->sight = (uint8_t)sight;
        judgement->ok |= reason;
        return;
    }
    if (is_taken(state) || (state->reasons & reason) != 0) {
        set_phase(state, HEALTH_SIGHT_LOST);
        judgement->fault |= reason;
    }
}
