/* SPDX-License-Identifier: MIT */
#include "health/judge.h"

/* Something that looks exist for was read: an input, a stream, a disk. The clock alone is not enough. */
static bool has_sight(const struct health_input *input)
{
    static const uint32_t facts[] = {VMM_FACT_SIGNAL, VMM_FACT_MEDIA, VMM_FACT_DISK_STATE,
                                     VMM_FACT_EXPECTATION};
    size_t count = input->channel == 0 ? sizeof(facts) / sizeof(facts[0]) : 1;
    for (size_t i = 0; i < count; i++) {
        if (judge_find(input, facts[i]) != NULL) {
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
