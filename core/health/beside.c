/* SPDX-License-Identifier: MIT */
#include "health/beside.h"

#include "health/judge.h"

#define CLOCK_STEP_MS 2000 /* below it an offset means nothing */
#define PROOF_US      (INT64_C(86400) * 1000000)

void health_beside_restore(struct health_beside *beside, const struct health_beside_values *told)
{
    *beside = (struct health_beside){0};
    if (told->proof < HEALTH_PROOFS && told->has_clock <= 1) {
        beside->told = *told;
        beside->seen = *told;
        beside->next = told->proof;
    }
}

/* ---- the clock ---- */

static int64_t size_of(int64_t value)
{
    return value < 0 ? -value : value;
}

static void take_clock(const struct health_policy *policy, struct health_beside *beside,
                       const struct health_input *input)
{
    int64_t offset = 0;
    int64_t uncertainty = 0;
    if (!judge_clock_offset(policy, input, &offset, &uncertainty) || size_of(offset) > INT32_MAX) {
        return;
    }
    int64_t told = beside->told.clock_ms;
    int64_t step = CLOCK_STEP_MS + uncertainty + size_of(told) / 10;
    if (!beside->told.has_clock || size_of(offset - told) > step) {
        beside->seen.clock_ms = (int32_t)offset;
        beside->seen.has_clock = 1;
    } else {
        beside->seen.clock_ms = beside->told.clock_ms; /* it came back before that was told */
    }
}

/* ---- the recording ---- */

static uint32_t proof_of(const struct health_policy *policy, const struct health_input *input)
{
    struct judgement judgement = {0};
    uint64_t missing = HEALTH_BIT(VMM_REASON_MISSING_RECORDING);
    uint64_t disabled = HEALTH_BIT(VMM_REASON_RECORDING_DISABLED);
    judge_recording(policy, input, &judgement);
    uint64_t said = HEALTH_BIT(HEALTH_SAID_MISSING);
    if ((judgement.fault & (missing | disabled | said)) != 0) {
        return HEALTH_PROOF_MISSING;
    }
    bool is_off = judge_recording_mode(input) == HEALTH_RECORDING_OFF;
    return !is_off && (judgement.ok & missing) != 0 ? HEALTH_PROOF_GIVEN : HEALTH_PROOF_NONE;
}

/* Not every look searches for footage: what one did not judge stays as it was, for a while. */
static void take_recording(const struct health_policy *policy, struct health_beside *beside,
                           const struct health_input *input)
{
    uint32_t proof = proof_of(policy, input);
    if (beside->judged_mono == 0 || proof != HEALTH_PROOF_NONE) {
        beside->judged_mono = input->now_mono;
    }
    if (proof == HEALTH_PROOF_NONE) {
        bool is_old = input->now_mono - beside->judged_mono > PROOF_US;
        beside->seen.proof = is_old ? HEALTH_PROOF_NONE : beside->seen.proof;
        return;
    }
    if (beside->seen.proof == HEALTH_PROOF_NONE || proof == beside->next) {
        beside->seen.proof = (uint8_t)proof;
    }
    beside->next = (uint8_t)proof;
}

/* ---- both ---- */

void health_beside_take(const struct health_policy *policy, struct health_beside *beside,
                        const struct health_input *input, bool is_nvr)
{
    bool answered = input->outcome == VMM_OUTCOME_OK || input->outcome == VMM_OUTCOME_PARTIAL;
    bool is_own = input->kind == HEALTH_INPUT_LOOK && input->scope == HEALTH_SCOPE_FULL;
    bool is_witness = input->kind == HEALTH_INPUT_WITNESS;
    if (answered && is_own) {
        take_clock(policy, beside, input);
    }
    if (answered && !is_nvr && (is_own || is_witness)) {
        take_recording(policy, beside, input);
    }
}

uint32_t health_beside_news(const struct health_beside *beside)
{
    const struct health_beside_values *seen = &beside->seen;
    const struct health_beside_values *told = &beside->told;
    bool is_clock = seen->has_clock != told->has_clock || seen->clock_ms != told->clock_ms;
    return (seen->proof != told->proof ? HEALTH_BESIDE_PROOF : 0) |
           (is_clock ? HEALTH_BESIDE_CLOCK : 0);
}

/* Whether one of these reasons is about to hold or to end, or has ended and is still the verdict's. */
static bool is_settling(const struct health_state *state, uint64_t reasons)
{
    if ((HEALTH_BIT(state->reason) & reasons & ~state->reasons) != 0) {
        return true;
    }
    for (; reasons != 0; reasons &= reasons - 1) {
        if (state->run[__builtin_ctzll(reasons)] > 0) {
            return true;
        }
    }
    return false;
}

static bool answers(const struct health_state *state)
{
    return state->health == VMM_HEALTH_OK || state->health == VMM_HEALTH_DEGRADED ||
           state->health == VMM_HEALTH_BLACKFRAME;
}

uint32_t health_beside_due(const struct health_beside *beside, const struct health_state *state)
{
    const uint64_t proof = HEALTH_BIT(VMM_REASON_MISSING_RECORDING) |
                           HEALTH_BIT(VMM_REASON_RECORDING_DISABLED) |
                           HEALTH_BIT(HEALTH_SAID_MISSING);
    uint32_t news = answers(state) ? health_beside_news(beside) : 0;
    if ((news & HEALTH_BESIDE_CLOCK) != 0 && is_settling(state, JUDGE_CLOCK_REASONS)) {
        news &= ~HEALTH_BESIDE_CLOCK;
    }
    if ((news & HEALTH_BESIDE_PROOF) != 0 && is_settling(state, proof)) {
        news &= ~HEALTH_BESIDE_PROOF;
    }
    return news;
}

void health_beside_told(struct health_beside *beside, uint32_t what)
{
    if ((what & HEALTH_BESIDE_PROOF) != 0) {
        beside->told.proof = beside->seen.proof;
    }
    if ((what & HEALTH_BESIDE_CLOCK) != 0) {
        beside->told.clock_ms = beside->seen.clock_ms;
        beside->told.has_clock = beside->seen.has_clock;
    }
}
