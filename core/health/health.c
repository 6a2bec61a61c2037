/* SPDX-License-Identifier: MIT */
#include "health/health.h"

#include <string.h>
#include <vmm/errors.h>

#include "health/breaker.h"
#include "health/combine.h"
#include "health/confirm.h"
#include "health/hold.h"
#include "health/look.h"
#include "health/parent.h"
#include "health/reach.h"
#include "health/severity.h"
#include "health/stale.h"
#include "health/witness.h"

void health_state_init(struct health_state *state)
{
    memset(state, 0, sizeof(*state));
    state->health = VMM_HEALTH_UNKNOWN;
    state->reason = VMM_REASON_NEVER_LOOKED;
    state->reasons = HEALTH_BIT(VMM_REASON_NEVER_LOOKED);
    state->rhythm = HEALTH_RHYTHM_NORMAL;
}

int health_state_check(const struct health_state *state)
{
    const uint64_t known =
        (HEALTH_BIT(VMM_REASON_COUNT) - 1) & ~HEALTH_BIT(VMM_REASON_NONE) & ~HEALTH_BLOCKS;
    bool words = state->health < VMM_HEALTH_COUNT && state->severity < VMM_SEVERITY_COUNT &&
                 state->reason < VMM_REASON_COUNT && state->rung < VMM_RUNG_COUNT &&
                 state->fail_reason < VMM_REASON_COUNT && state->fail_next < VMM_REASON_COUNT &&
                 state->fail_rung < VMM_RUNG_COUNT && state->ours < VMM_REASON_COUNT;
    bool machine =
        state->breaker <= HEALTH_BREAKER_HALF_OPEN && state->rhythm <= HEALTH_RHYTHM_TRIAL_SLOW &&
        confirm_number(state) <= HEALTH_REPEATS_MAX && state->recovering <= 1 &&
        state->behind <= 1 && state->witness <= HEALTH_WITNESS_LOST &&
        state->parent <= HEALTH_PARENT_UNKNOWN && state->clock_how <= HEALTH_CLOCK_STEP &&
        state->sight <= (HEALTH_SIGHT_OLD | HEALTH_SIGHT_TRACE);
    const uint64_t whole =
        HEALTH_BIT(HEALTH_ALL_LOST) | HEALTH_BIT(HEALTH_NO_MEDIA) | HEALTH_BIT(HEALTH_SAID_MISSING);
    bool masks = (state->reasons & ~(known | whole)) == 0 && (state->blocked & ~HEALTH_BLOCKS) == 0;
    return words && machine && masks ? 0 : VMM_E_CORRUPT;
}

uint64_t health_reasons(const struct health_state *state)
{
    const uint64_t all_lost = HEALTH_BIT(HEALTH_ALL_LOST);
    const uint64_t no_media = HEALTH_BIT(HEALTH_NO_MEDIA);
    const uint64_t missing = HEALTH_BIT(HEALTH_SAID_MISSING);
    uint64_t reasons = state->reasons | state->blocked;
    reasons |= (reasons & all_lost) != 0 ? HEALTH_BIT(VMM_REASON_VIDEO_LOSS) : 0;
    reasons |= (reasons & no_media) != 0 ? HEALTH_BIT(VMM_REASON_NO_VIDEO) : 0;
    reasons |= (reasons & missing) != 0 ? HEALTH_BIT(VMM_REASON_MISSING_RECORDING) : 0;
    return reasons & ~(all_lost | no_media | missing);
}

bool health_is_lost(const struct health_state *state)
{
    return state->blocked == 0 && (state->reasons & HOLD_REACH) != 0;
}

void health_begin_incident(struct health_state *state, int64_t wall)
{
    state->incident_wall = wall;
}

uint32_t health_scope(const struct health_state *state)
{
    if (state->blocked != 0) {
        return HEALTH_SCOPE_NONE;
    }
    if (state->breaker == HEALTH_BREAKER_OPEN) {
        return HEALTH_SCOPE_TRIAL;
    }
    return confirm_repeats(state) ? HEALTH_SCOPE_CONFIRM : HEALTH_SCOPE_FULL;
}

uint32_t health_ask_scope(const struct health_policy *policy, const struct health_state *state,
                          int64_t now_mono)
{
    uint32_t scope = health_scope(state);
    int64_t least = (int64_t)(policy->interval_us - policy->jitter_us);
    bool is_due = now_mono - state->confirmed_mono >= least;
    return scope == HEALTH_SCOPE_FULL && !is_due ? HEALTH_SCOPE_TRIAL : scope;
}

uint32_t health_confirm_scope(const struct health_state *state)
{
    return state->fail_rung <= VMM_RUNG_CONNECT ? HEALTH_SCOPE_TRIAL : HEALTH_SCOPE_FULL;
}

void health_rhythm_times(const struct health_policy *policy, uint32_t rhythm, uint64_t *interval_us,
                         uint64_t *jitter_us)
{
    *interval_us = policy->interval_us;
    *jitter_us = policy->jitter_us;
    if (rhythm == HEALTH_RHYTHM_SUSPECT || rhythm == HEALTH_RHYTHM_TRIAL) {
        *interval_us =
            rhythm == HEALTH_RHYTHM_TRIAL ? policy->trial_interval_us : policy->suspect_interval_us;
        *jitter_us = 0;
    }
}

/* Switched off on purpose: what was known belongs to the past, the next look is a first one. */
static void forget_evidence(struct health_state *state)
{
    struct health_state kept = *state;
    health_state_init(state);
    state->health = kept.health;
    state->severity = kept.severity;
    state->reason = kept.reason;
    state->rung = kept.rung;
    state->rhythm = kept.rhythm;
    state->since_wall = kept.since_wall;
    state->incident_wall = kept.incident_wall;
    state->last_seen_wall = kept.last_seen_wall;
    state->latency_us = kept.latency_us;
    state->events = kept.events;
    state->blocked = kept.blocked;
    state->behind = kept.behind;
    state->grace_mono = kept.grace_mono;
    state->parent = kept.parent;
    if (state->parent == HEALTH_PARENT_DOWN) {
        state->reasons = HEALTH_BIT(VMM_REASON_RECORDER_DOWN);
    }
}

static void setting_changed(struct health_state *state, const struct health_input *input)
{
    const uint64_t off = HEALTH_BIT(VMM_REASON_DISABLED) | HEALTH_BIT(VMM_REASON_MONITOR_OFF) |
                         HEALTH_BIT(VMM_REASON_PROVIDER_OFF);
    uint64_t blocked = input->blocked & HEALTH_BLOCKS;
    uint64_t begun = blocked & ~state->blocked;
    state->blocked = blocked;
    if ((begun & off) != 0) {
        forget_evidence(state);
    } else if (begun != 0) {
        state->reasons = (state->reasons & ~HOLD_UNKNOWN) | HEALTH_BIT(VMM_REASON_NEVER_LOOKED);
        state->repeat = 0;
        state->first_looks = 0;
        stale_forget_reach(state);
    }
}

/* What was counted belongs to what was looked at before; the verdict stays until looks judge anew. */
static void start_afresh(struct health_state *state)
{
    if (state->breaker != HEALTH_BREAKER_CLOSED) {
        state->breaker = HEALTH_BREAKER_CLOSED;
        state->opened_wall = 0;
        state->opened_mono = 0;
    }
    breaker_break_success(state);
    reach_answered(state);
    state->repeat = 0;
    state->slow_count = 0;
    state->first_looks = 0;
    state->fault_since_wall = 0;
    state->ours = VMM_REASON_NONE;
    memset(state->run, 0, sizeof(state->run));
}

static void credential_changed(const struct health_policy *policy, struct health_state *state,
                               struct health_actions *actions)
{
    hold_new_credential(policy, state);
    bool waits = (state->reasons & HOLD_LOGIN) != 0 && state->blocked == 0;
    if (waits && state->breaker == HEALTH_BREAKER_CLOSED && !confirm_repeats(state)) {
        confirm_ask(actions, policy->full_after_us);
    }
}

/* A monotonic time of before the restart, from the wall clock; never in the future. */
static int64_t mono_of(int64_t wall, const struct health_input *input)
{
    int64_t age = input->now_wall - wall;
    return input->now_mono - (age > 0 ? age : 0);
}

static void restore(const struct health_policy *policy, struct health_state *state,
                    const struct health_input *input, struct health_actions *actions)
{
    state->confirmed_mono = mono_of(state->confirmed_wall, input);
    state->opened_mono = mono_of(state->opened_wall, input);
    state->good_since_mono = mono_of(state->good_since_wall, input);
    state->suspect_since_mono = mono_of(state->suspect_since_wall, input);
    state->witness_mono = input->now_mono; /* until the recorder was looked at again */
    stale_grace(policy, state, input);
    if (state->breaker == HEALTH_BREAKER_HALF_OPEN) {
        state->breaker = HEALTH_BREAKER_OPEN; /* the full look that it waited for is lost */
    }
    confirm_again(policy, state, actions);
    actions->did |= HEALTH_DID_RHYTHM;
}

static void take_input(const struct health_policy *policy, struct health_state *state,
                       const struct health_input *input, struct health_actions *actions)
{
    switch (input->kind) {
    case HEALTH_INPUT_LOOK:
        if (state->blocked == 0) {
            look_ended(policy, state, input, actions);
        }
        break;
    case HEALTH_INPUT_CONFIRM:
        if (state->blocked == 0) {
            look_repeated(policy, state, input, actions);
        }
        break;
    case HEALTH_INPUT_SETTING:
        setting_changed(state, input);
        break;
    case HEALTH_INPUT_CREDENTIAL:
        credential_changed(policy, state, actions);
        break;
    case HEALTH_INPUT_BEHIND:
        state->behind = input->behind > 0;
        break;
    case HEALTH_INPUT_PAUSE:
        stale_grace(policy, state, input);
        confirm_again(policy, state, actions);
        break;
    case HEALTH_INPUT_RESTORE:
        restore(policy, state, input, actions);
        break;
    case HEALTH_INPUT_WITNESS:
        if (state->blocked == 0) {
            witness_told(policy, state, input, actions);
        }
        break;
    case HEALTH_INPUT_PARENT:
        parent_changed(state, input);
        break;
    case HEALTH_INPUT_AFRESH:
        start_afresh(state);
        break;
    default: /* HEALTH_INPUT_TIME, and what is not known: only time has passed */
        break;
    }
}

/* A half-open breaker is an open one that is being tried: a restart begins with a trial again, so nothing is lost when
 * it is not known that the last one was good. */
static bool breaker_differs(const struct health_state *a, const struct health_state *b)
{
    return (a->breaker == HEALTH_BREAKER_CLOSED) != (b->breaker == HEALTH_BREAKER_CLOSED);
}

/* A count that goes on while the breaker is open changes nothing that anything acts upon. */
static bool count_matters(const struct health_policy *policy, const struct health_state *a,
                          const struct health_state *b)
{
    bool saturated = a->failure_count >= policy->fail_count &&
                     b->failure_count >= policy->fail_count && !breaker_differs(a, b);
    return a->failure_count != b->failure_count && !saturated;
}

static bool durable_differs(const struct health_policy *policy, const struct health_state *a,
                            const struct health_state *b)
{
    return a->health != b->health || a->severity != b->severity || a->reason != b->reason ||
           a->rung != b->rung || breaker_differs(a, b) || a->recovering != b->recovering ||
           a->reasons != b->reasons || a->blocked != b->blocked || a->events != b->events ||
           a->sight != b->sight || a->incident_wall != b->incident_wall ||
           count_matters(policy, a, b);
}

static void finish_actions(const struct health_policy *policy, const struct health_state *before,
                           struct health_state *state, const struct health_input *input,
                           struct health_actions *actions)
{
    actions->rhythm = severity_rhythm(policy, state, input->now_mono);
    actions->scope = health_scope(state);
    actions->deadline_us =
        actions->scope == HEALTH_SCOPE_FULL ? policy->deadline_us : policy->repeat_deadline_us;
    if (actions->rhythm != before->rhythm) {
        actions->did |= HEALTH_DID_RHYTHM;
        state->rhythm = (uint8_t)actions->rhythm;
    }
    if (confirm_repeats(before) && state->repeat == 0 && (actions->did & HEALTH_DID_REPEAT) == 0) {
        actions->did |= HEALTH_DID_REPEAT_CANCEL;
    }
    if (durable_differs(policy, before, state)) {
        actions->did |= HEALTH_DID_DURABLE;
    } else if (memcmp(before, state, sizeof(*state)) != 0) {
        actions->did |= HEALTH_DID_SOFT;
    }
}

void health_step(const struct health_policy *policy, struct health_state *state,
                 const struct health_input *input, struct health_actions *actions)
{
    struct health_state before = *state;
    memset(actions, 0, sizeof(*actions));
    take_input(policy, state, input, actions);
    witness_apply(policy, state, input);
    stale_apply(policy, state, input);
    bool changed = combine_decide(policy, &before, state, input);
    bool own = input->kind == HEALTH_INPUT_OWN && combine_own(state, input);
    changed = changed || own;
    severity_apply(state, input, changed);
    if (changed) {
        combine_tell(&before, state, own ? input->now_wall : state->since_wall, &actions->event);
        actions->did |= HEALTH_DID_EVENT;
    }
    finish_actions(policy, &before, state, input, actions);
}
