/* SPDX-License-Identifier: MIT */
#include "health/stale.h"

#include <string.h>

#include "health/hold.h"

void stale_confirm(struct health_state *state, const struct health_input *input)
{
    state->confirmed_wall = input->now_wall;
    state->confirmed_mono = input->now_mono;
    state->ours = VMM_REASON_NONE;
}

void stale_ours(struct health_state *state, uint32_t reason)
{
    if (reason == VMM_REASON_NONE) {
        return;
    }
    bool is_sure = state->ours == reason || reason == VMM_REASON_AUTH_WAIT;
    state->ours = (uint8_t)reason;
    if (is_sure && (state->reasons & HOLD_UNKNOWN) != 0) {
        state->reasons = (state->reasons & ~HOLD_UNKNOWN) | HEALTH_BIT(reason);
    }
}

int64_t health_stale_at(const struct health_policy *policy, const struct health_state *state)
{
    bool judged = state->health != VMM_HEALTH_UNKNOWN && state->health != VMM_HEALTH_DISABLED;
    bool parent = state->parent == HEALTH_PARENT_DOWN; /* looks at the recorder confirm it */
    if (!judged || parent || state->blocked != 0) {
        return INT64_MAX;
    }
    int64_t at = state->confirmed_mono + (int64_t)health_policy_stale_after(policy);
    return at > state->grace_mono ? at : state->grace_mono;
}

void stale_apply(const struct health_policy *policy, struct health_state *state,
                 const struct health_input *input)
{
    if (input->now_mono < health_stale_at(policy, state)) {
        return;
    }
    uint32_t reason = state->ours != VMM_REASON_NONE ? state->ours : VMM_REASON_STALE;
    state->reasons |= HEALTH_BIT(reason);
    state->first_looks = 0;
    stale_forget_reach(state);
}

void stale_grace(const struct health_policy *policy, struct health_state *state,
                 const struct health_input *input)
{
    state->grace_mono = input->now_mono + (int64_t)health_policy_grace(policy);
}

void stale_forget_reach(struct health_state *state)
{
    state->reasons &= ~HOLD_BREAKER;
}

/* Looks were not made in time, and nobody says why: whatever stood in their way, the nearest to the device first. */
static uint32_t late_by(const struct stale_view *view)
{
    return view->behind || view->follows ? STALE_BY_LINK
           : view->refused               ? STALE_BY_PATH
           : view->queued                ? STALE_BY_PROVIDER
                                         : STALE_BY_NODE;
}

uint32_t stale_by(const struct stale_view *view)
{
    switch (view->reason) {
    case VMM_REASON_STALE:
        return late_by(view);
    case VMM_REASON_PROVIDER_OFF:
    case VMM_REASON_PROVIDER_FAILED:
    case VMM_REASON_PLUGIN_CRASH:
        return STALE_BY_PROVIDER;
    case VMM_REASON_NODE:
    case VMM_REASON_INTERNAL:
        return STALE_BY_NODE;
    case VMM_REASON_RESOLVER:
        return STALE_BY_PATH;
    default:
        return STALE_BY_NONE;
    }
}

static const char *const by_words[STALE_BY_COUNT] = {"", "provider", "node", "link", "path"};

const char *stale_by_word(uint32_t by)
{
    return by < STALE_BY_COUNT ? by_words[by] : "";
}

uint32_t stale_by_number(const char *word)
{
    uint32_t by = STALE_BY_COUNT - 1;
    while (by != STALE_BY_NONE && strcmp(by_words[by], word) != 0) {
        by--;
    }
    return by;
}
