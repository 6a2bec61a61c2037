/* SPDX-License-Identifier: MIT */
#include "health/judge.h"

static bool is_sight(uint32_t fact)
{
    return fact == VMM_FACT_SIGNAL || fact == VMM_FACT_MEDIA || fact == VMM_FACT_DISK_STATE ||
           fact == VMM_FACT_EXPECTATION;
}

/* Something that looks exist for was read: an input, a stream, a disk. The clock alone is not enough. Of a recorder's
 * look at a camera only the input counts. */
static bool has_sight(const struct health_input *input)
{
    for (size_t i = 0; i < input->fact_count; i++) {
        uint32_t fact = input->facts[i].fact;
        bool counts = input->channel == 0 ? is_sight(fact) : fact == VMM_FACT_SIGNAL;
        if (counts && judge_is_judged(input, &input->facts[i])) {
            return true;
        }
    }
    return false;
}

void firmware_note(struct health_state *state, const struct health_input *input)
{
    if (input->new_firmware && state->sight == HEALTH_SIGHT_SOME) {
        state->sight = HEALTH_SIGHT_OLD;
    }
}

void judge_firmware(struct health_state *state, const struct health_input *input,
                    struct judgement *judgement)
{
    const uint64_t reason = HEALTH_BIT(VMM_REASON_NEW_FIRMWARE);
    if (has_sight(input)) {
        state->sight = HEALTH_SIGHT_SOME;
        judgement->ok |= reason;
        return;
    }
    bool taken = state->sight == HEALTH_SIGHT_OLD || state->sight == HEALTH_SIGHT_LOST;
    if (taken || (state->reasons & reason) != 0) {
        state->sight = HEALTH_SIGHT_LOST;
        judgement->fault |= reason;
    }
}
