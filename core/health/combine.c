/* SPDX-License-Identifier: MIT */
#include "health/combine.h"

#include "health/hold.h"
#include "health/words.h"

struct verdict {
    uint32_t health;
    uint32_t reason;
    uint32_t rung;
};

/* No answer at its own address is not the whole truth while its recorder sees it. */
static bool is_still_seen(const struct health_state *state, uint32_t bit)
{
    const uint64_t direct = HEALTH_BIT(VMM_REASON_DIRECT_UNREACHABLE);
    return (HEALTH_BIT(bit) & HOLD_REACH) != 0 && (state->reasons & direct) != 0;
}

static struct verdict verdict_of_bit(const struct health_state *state, uint32_t bit)
{
    if (bit == HEALTH_ALL_LOST) {
        return (struct verdict){VMM_HEALTH_DOWN, VMM_REASON_VIDEO_LOSS, VMM_RUNG_SIGNAL};
    }
    if (bit == HEALTH_NO_MEDIA) {
        bool seen = state->witness == HEALTH_WITNESS_LIVE;
        return (struct verdict){seen ? VMM_HEALTH_DEGRADED : VMM_HEALTH_DOWN, VMM_REASON_NO_VIDEO,
                                VMM_RUNG_SIGNAL};
    }
    bit = bit == HEALTH_SAID_MISSING ? VMM_REASON_MISSING_RECORDING : bit;
    struct verdict verdict = {reason_health(bit), bit, reason_rung(bit)};
    if (bit == VMM_REASON_VIDEO_LOSS) {
        verdict.health = VMM_HEALTH_DEGRADED; /* some inputs; all are HEALTH_ALL_LOST */
    }
    if ((HEALTH_BIT(bit) & HOLD_REACH) != 0) {
        verdict.rung = state->fail_rung;
    }
    return verdict;
}

static bool decides_over(const struct verdict *a, const struct verdict *b)
{
    if (a->health != b->health) {
        return a->health > b->health;
    }
    if (a->rung != b->rung) {
        return a->rung < b->rung;
    }
    return a->reason < b->reason;
}

static struct verdict decide(const struct health_state *state)
{
    uint64_t held = state->blocked != 0 ? state->blocked : state->reasons;
    struct verdict highest = {VMM_HEALTH_OK, VMM_REASON_NONE, VMM_RUNG_NONE};
    for (; held != 0; held &= held - 1) {
        uint32_t bit = (uint32_t)__builtin_ctzll(held);
        struct verdict one = verdict_of_bit(state, bit);
        if (is_still_seen(state, bit)) {
            continue;
        }
        if (highest.reason == VMM_REASON_NONE || decides_over(&one, &highest)) {
            highest = one;
        }
    }
    return highest;
}

/* OK needs its successes: one after UNKNOWN, ok_count after anything else, a sustained one out of
 * critical. */
static bool ok_is_proven(const struct health_policy *policy, const struct health_state *state)
{
    if (state->health == VMM_HEALTH_OK) {
        return true;
    }
    bool unknown = state->health == VMM_HEALTH_UNKNOWN;
    return !state->recovering && state->good_count >= (unknown ? 1 : policy->ok_count);
}

/* Whether the reason that decides has come to hold in this step. */
static bool has_begun(const struct health_state *before, const struct health_state *state,
                      uint32_t reason)
{
    uint64_t bits = HEALTH_BIT(reason);
    if (reason == VMM_REASON_VIDEO_LOSS) {
        bits |= HEALTH_BIT(HEALTH_ALL_LOST);
    } else if (reason == VMM_REASON_NO_VIDEO) {
        bits |= HEALTH_BIT(HEALTH_NO_MEDIA);
    } else if (reason == VMM_REASON_MISSING_RECORDING) {
        bits |= HEALTH_BIT(HEALTH_SAID_MISSING);
    }
    return (state->reasons & ~before->reasons & bits) != 0;
}

/* When the verdict became true: a failure with its first failed look, a fault with the first look
 * that saw it, anything else now. What is older than the verdict before it is known only now. */
static int64_t became_true(const struct health_state *before, const struct health_state *state,
                           const struct verdict *verdict, int64_t now)
{
    int64_t ts = now;
    if (!has_begun(before, state, verdict->reason)) {
        return ts;
    }
    const uint64_t failed = HOLD_REACH | HEALTH_BIT(VMM_REASON_DIRECT_UNREACHABLE);
    if ((HEALTH_BIT(verdict->reason) & failed) != 0) {
        ts = state->fail_since_wall;
    } else if (before->fault_since_wall != 0) {
        ts = before->fault_since_wall;
    }
    bool after = ts > before->since_wall && ts > before->incident_wall;
    return after && ts < now ? ts : now;
}

static bool opens_incident(const struct health_state *state)
{
    bool trouble = state->health != VMM_HEALTH_OK && state->health != VMM_HEALTH_DISABLED;
    return trouble && state->reason != VMM_REASON_NEVER_LOOKED;
}

bool combine_decide(const struct health_policy *policy, const struct health_state *before,
                    struct health_state *state, const struct health_input *input)
{
    struct verdict verdict = decide(state);
    bool same_health = verdict.health == state->health;
    if (same_health && verdict.reason == state->reason) {
        return false;
    }
    if (verdict.health == VMM_HEALTH_OK && !ok_is_proven(policy, state)) {
        return false;
    }
    state->health = (uint8_t)verdict.health;
    state->reason = (uint8_t)verdict.reason;
    state->rung = (uint8_t)verdict.rung;
    bool waits =
        verdict.reason == VMM_REASON_NEVER_LOOKED || verdict.reason == VMM_REASON_AUTH_WAIT;
    if (same_health && waits) {
        return false; /* still unknown, and only waiting for the next look or login: no news */
    }
    state->since_wall = became_true(before, state, &verdict, input->now_wall);
    return true;
}

/* It answers in a language that nobody here speaks, and its own incident was open before: as it was told then. */
static bool is_told_already(const struct health_state *state, bool had_own)
{
    return had_own && (HEALTH_BIT(state->reason) & HOLD_LANGUAGE) != 0;
}

bool combine_own(struct health_state *state, const struct health_input *input)
{
    bool had_own = input->from_wall != 0 && state->incident_wall != input->from_wall;
    if (!opens_incident(state) || is_told_already(state, had_own)) {
        return false;
    }
    if (!had_own) {
        state->incident_wall = input->now_wall;
    }
    return true;
}

void combine_tell(const struct health_state *before, struct health_state *state, int64_t ts_wall,
                  struct health_event *event)
{
    if (state->incident_wall == 0 && opens_incident(state)) {
        state->incident_wall = state->since_wall;
    }
    if (state->events < UINT32_MAX) {
        state->events++;
    }
    *event = (struct health_event){
        .ts_wall = ts_wall,
        .incident_wall = state->incident_wall != 0 ? state->incident_wall : state->since_wall,
        .reasons = health_reasons(state),
        .number = state->events,
        .from_health = before->health,
        .to_health = state->health,
        .from_severity = before->severity,
        .to_severity = state->severity,
        .from_reason = before->reason,
        .reason = state->reason,
        .rung = state->rung,
        .failures = state->failure_count,
        .seen_wall = state->last_seen_wall,
    };
    if (state->health == VMM_HEALTH_OK || state->health == VMM_HEALTH_DISABLED) {
        state->incident_wall = 0;
    }
}
