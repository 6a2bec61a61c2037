/* SPDX-License-Identifier: MIT */
#include "health/parent.h"

#include "health/breaker.h"
#include "health/hold.h"

static void parent_is_down(struct health_state *state)
{
    if (state->parent != HEALTH_PARENT_DOWN) {
        breaker_break_success(state); /* what was seen of it before proves nothing afterwards */
    }
    state->parent = HEALTH_PARENT_DOWN;
    state->reasons = (state->reasons & ~HOLD_UNKNOWN) | HEALTH_BIT(VMM_REASON_RECORDER_DOWN);
    state->first_looks = 0;
}

void parent_changed(struct health_state *state, const struct health_input *input)
{
    const uint64_t down = HEALTH_BIT(VMM_REASON_RECORDER_DOWN);
    if (input->parent == HEALTH_PARENT_DOWN) {
        parent_is_down(state);
        return;
    }
    state->parent = input->parent == HEALTH_PARENT_UP ? HEALTH_PARENT_UP : HEALTH_PARENT_UNKNOWN;
    if (state->reasons == down && state->good_count == 0) {
        state->reasons = HEALTH_BIT(VMM_REASON_NEVER_LOOKED);
    }
    state->reasons &= ~down;
}
