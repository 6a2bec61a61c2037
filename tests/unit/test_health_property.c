/* SPDX-License-Identifier: MIT */
/* Long random lives: what must hold whatever happens. A failure names the seed. */
#include <string.h>

#include "base/rng.h"
#include "health/hold.h"
#include "health_play.h"

#define LIVES 300
#define STEPS 400
#define DAY   (1440 * MINUTE)

/* A device with moods: inputs that come in runs, as outages and faults do. */
struct mood {
    uint32_t outcome;
    uint32_t rung;
    uint32_t reason;
    uint32_t latency_us;
    int64_t clock_ms;
    uint32_t signal;
    unsigned left;
};

static void new_mood(struct rng *rng, struct mood *mood)
{
    static const uint32_t reasons[] = {0,
                                       0,
                                       0,
                                       VMM_REASON_WRONG_PATH,
                                       VMM_REASON_AUTH_WAIT,
                                       VMM_REASON_ERROR_STATUS,
                                       VMM_REASON_DISABLED,
                                       63};
    bool fine = rng_below(rng, 3) == 0;
    mood->outcome = fine ? VMM_OUTCOME_OK : (uint32_t)rng_below(rng, VMM_OUTCOME_COUNT + 1);
    mood->rung = (uint32_t)rng_below(rng, VMM_RUNG_COUNT + 1);
    mood->reason = fine ? 0 : reasons[rng_below(rng, 8)];
    mood->latency_us = rng_below(rng, 6) == 0 ? 7000000 : 90000;
    mood->clock_ms = rng_below(rng, 4) == 0 ? 3600000 : 0;
    mood->signal = rng_below(rng, 5) == 0 ? VMM_STANDING_FAULT : VMM_STANDING_OK;
    mood->left = 1 + (unsigned)rng_below(rng, 12);
}

static struct health_input random_input(struct rng *rng, const struct mood *mood,
                                        const struct health_state *state,
                                        const struct health_fact *facts)
{
    static const uint64_t blocks[] = {0,
                                      0,
                                      0,
                                      HEALTH_BIT(VMM_REASON_DISABLED),
                                      HEALTH_BIT(VMM_REASON_PROVIDER_OFF),
                                      HEALTH_BIT(VMM_REASON_PROVIDER_FAILED),
                                      HEALTH_BIT(VMM_REASON_PLUGIN_CRASH)};
    struct health_input input = {.outcome = mood->outcome,
                                 .rung = mood->rung,
                                 .reason = mood->reason,
                                 .latency_us = mood->latency_us,
                                 .facts = facts,
                                 .fact_count = 2};
    uint64_t dice = rng_below(rng, 100);
    uint32_t scope = health_scope(state);
    if (dice < 88) {
        input.kind = scope == HEALTH_SCOPE_CONFIRM ? HEALTH_INPUT_CONFIRM : HEALTH_INPUT_LOOK;
        input.scope = scope == HEALTH_SCOPE_TRIAL ? HEALTH_SCOPE_TRIAL : HEALTH_SCOPE_FULL;
    } else if (dice < 90) { /* out of step: what was in flight */
        input.kind = HEALTH_INPUT_LOOK + (uint32_t)rng_below(rng, 2);
        input.scope = HEALTH_SCOPE_TRIAL + (uint32_t)rng_below(rng, 2);
    } else if (dice < 93) {
        input.kind = HEALTH_INPUT_TIME;
    } else if (dice < 96) {
        input.kind = HEALTH_INPUT_SETTING;
        input.blocked = blocks[rng_below(rng, 7)];
    } else {
        input.kind = HEALTH_INPUT_CREDENTIAL + (uint32_t)rng_below(rng, 4);
        input.behind = (uint32_t)rng_below(rng, 2);
    }
    return input;
}

/* What the recorder adds: a second witness in some lives, the only one in others. */
static void recorder_input(struct rng *rng, unsigned life, struct health_input *input)
{
    uint32_t parents = HEALTH_PARENT_UNKNOWN + 1;
    if (rng_below(rng, 10) != 0) {
        return;
    }
    if (life % 3 == 1) {
        input->kind = HEALTH_INPUT_WITNESS;
        input->channel = 1;
    } else if (life % 3 == 2) {
        input->kind = HEALTH_INPUT_PARENT;
        input->parent = (uint32_t)rng_below(rng, parents);
    }
    if (rng_below(rng, 8) == 0) {
        input->kind = HEALTH_INPUT_OWN;
    }
}

/* What the step must not have done. */
struct watch {
    unsigned
        failed_in_a_row; /* looks that count as failed since the last full look that was answered */
};

static bool counts_as_failed(const struct health_input *input)
{
    bool look = input->kind == HEALTH_INPUT_LOOK || input->kind == HEALTH_INPUT_CONFIRM;
    bool failed = input->outcome == VMM_OUTCOME_UNREACHABLE ||
                  input->outcome == VMM_OUTCOME_TIMEOUT || input->outcome == VMM_OUTCOME_BAD_REPLY;
    return look && failed && input->rung != VMM_RUNG_RESOLVE && input->rung < VMM_RUNG_COUNT;
}

/* Told anew though nothing has changed, but for what it belongs to. */
static bool is_own(const struct health_state *after, const struct health_input *input)
{
    return input->kind == HEALTH_INPUT_OWN && after->health != VMM_HEALTH_OK &&
           after->health != VMM_HEALTH_DISABLED && after->reason != VMM_REASON_NEVER_LOOKED;
}

static void check_event(const struct health_state *before, const struct health_state *after,
                        const struct health_input *input, const struct health_actions *actions,
                        unsigned life)
{
    bool health = before->health != after->health;
    bool reason = before->reason != after->reason;
    bool waiting = !health && (after->reason == VMM_REASON_NEVER_LOOKED ||
                               after->reason == VMM_REASON_AUTH_WAIT);
    bool told = (actions->did & HEALTH_DID_EVENT) != 0;
    bool own = is_own(after, input);
    cr_assert_eq(told, own || health || (reason && !waiting), "life %u", life);
    cr_assert_eq(after->events, before->events + told, "life %u", life);
    if (!told) {
        return;
    }
    const struct health_event *event = &actions->event;
    cr_assert(actions->did & HEALTH_DID_DURABLE, "life %u", life);
    cr_assert_eq(event->from_health, before->health, "life %u", life);
    cr_assert_eq(event->to_health, after->health, "life %u", life);
    cr_assert_eq(event->reason, after->reason, "life %u", life);
    cr_assert_eq(event->to_severity, after->severity, "life %u", life);
    cr_assert(own || event->ts_wall == after->since_wall, "life %u", life);
    cr_assert_geq(event->ts_wall, before->since_wall, "life %u", life);
    cr_assert_leq(event->incident_wall, event->ts_wall, "life %u", life);
    cr_assert_neq(event->incident_wall, 0, "life %u", life);
}

static void check_state(const struct health_policy *policy, const struct health_state *before,
                        const struct health_state *after, const struct health_input *input,
                        const struct health_actions *actions, unsigned life)
{
    cr_assert_eq(health_state_check(after), 0, "life %u", life);
    bool open = after->breaker == HEALTH_BREAKER_OPEN && after->blocked == 0;
    cr_assert_eq(open, actions->scope == HEALTH_SCOPE_TRIAL, "life %u", life);
    cr_assert_eq(after->blocked != 0, actions->rhythm == HEALTH_RHYTHM_REST, "life %u", life);
    bool critical = after->blocked == 0 && after->breaker != HEALTH_BREAKER_CLOSED;
    bool seen = (after->reasons & HEALTH_BIT(VMM_REASON_DIRECT_UNREACHABLE)) != 0;
    cr_assert_eq(critical && !seen, after->severity == VMM_SEVERITY_CRITICAL, "life %u", life);
    bool doubtful =
        after->breaker != HEALTH_BREAKER_OPEN || after->failure_count < policy->fail_count;
    cr_assert(!seen || doubtful || after->witness == HEALTH_WITNESS_LIVE, "life %u", life);
    bool behind = (after->reasons & HEALTH_BIT(VMM_REASON_RECORDER_DOWN)) != 0;
    cr_assert_eq(behind, after->parent == HEALTH_PARENT_DOWN, "life %u", life);
    cr_assert_eq((after->blocked & HEALTH_BIT(VMM_REASON_DISABLED)) != 0,
                 after->health == VMM_HEALTH_DISABLED, "life %u", life);
    if (after->health == VMM_HEALTH_OK) {
        cr_assert_eq(after->reasons, 0, "life %u", life);
        cr_assert_eq(after->recovering, 0, "life %u", life);
        cr_assert_eq(after->blocked, 0, "life %u", life);
        cr_assert_eq(after->incident_wall, 0, "life %u", life);
        int64_t age = input->now_mono - after->confirmed_mono;
        bool grace = input->now_mono < after->grace_mono;
        cr_assert(grace || age < (int64_t)health_policy_stale_after(policy), "life %u", life);
    }
    /* OK comes from a full look that was answered well, and from nothing else; but for the word of a recorder. */
    bool told = input->kind == HEALTH_INPUT_PARENT || input->kind == HEALTH_INPUT_WITNESS ||
                (before->witness != HEALTH_WITNESS_NONE && after->witness == HEALTH_WITNESS_NONE);
    if (after->health == VMM_HEALTH_OK && before->health != VMM_HEALTH_OK && !told) {
        cr_assert_eq(input->kind, HEALTH_INPUT_LOOK, "life %u", life);
        cr_assert_eq(input->scope, HEALTH_SCOPE_FULL, "life %u", life);
        cr_assert_leq(input->outcome, VMM_OUTCOME_PARTIAL, "life %u", life);
    }
    bool reach = (after->reasons & HOLD_REACH) != 0 && (before->reasons & HOLD_REACH) == 0;
    cr_assert(!reach || after->failure_count >= policy->fail_count, "life %u", life);
}

static void check_down(const struct watch *watch, const struct health_policy *policy,
                       const struct health_state *before, const struct health_state *after,
                       unsigned life)
{
    bool down = after->health == VMM_HEALTH_DOWN && before->health != VMM_HEALTH_DOWN;
    if (down && after->reason != VMM_REASON_VIDEO_LOSS &&
        after->reason != VMM_REASON_RECORDER_DOWN) {
        cr_assert_geq(watch->failed_in_a_row, policy->fail_count, "life %u", life);
    }
}

static bool time_changes(const struct health_policy *policy, const struct health_state *state,
                         int64_t wall, int64_t mono)
{
    struct health_input input = {.kind = HEALTH_INPUT_TIME, .now_wall = wall, .now_mono = mono};
    struct health_state after = *state;
    struct health_actions actions;
    health_step(policy, &after, &input, &actions);
    return memcmp(&after, state, sizeof(after)) != 0 || actions.did != 0;
}

/* Time alone changes nothing before health_until(), whenever it is asked, and something then. */
static void check_until(struct rng *rng, const struct health_policy *policy,
                        const struct health_state *state, int64_t wall, int64_t mono, unsigned life)
{
    int64_t until = health_until(policy, state);
    int64_t left = (until < mono + DAY ? until : mono + DAY) - mono;
    if (left <= 0) {
        return;
    }
    int64_t wait = (int64_t)rng_below(rng, (uint64_t)left);
    cr_assert_not(time_changes(policy, state, wall + wait, mono + wait), "life %u", life);
    cr_assert_not(time_changes(policy, state, wall + left - 1, mono + left - 1), "life %u", life);
    cr_assert_eq(time_changes(policy, state, wall + left, mono + left), left == until - mono,
                 "life %u", life);
}

static void look_facts(const struct mood *mood, struct health_fact facts[2])
{
    facts[0] = (struct health_fact){.subject = VMM_SUBJECT_DEVICE,
                                    .fact = VMM_FACT_CLOCK_OFFSET,
                                    .standing = VMM_STANDING_OK,
                                    .type = VMM_TYPE_INT,
                                    .number = mood->clock_ms};
    facts[1] = (struct health_fact){.subject = VMM_SUBJECT_CHANNEL,
                                    .index = 1,
                                    .fact = VMM_FACT_SIGNAL,
                                    .standing = mood->signal};
}

static void watch_look(struct watch *watch, const struct health_state *before,
                       const struct health_input *input)
{
    if (before->blocked != 0) {
        return;
    }
    if (counts_as_failed(input)) {
        watch->failed_in_a_row++;
    } else if (input->kind == HEALTH_INPUT_LOOK && input->scope == HEALTH_SCOPE_FULL &&
               input->outcome <= VMM_OUTCOME_PARTIAL && input->rung < VMM_RUNG_COUNT) {
        watch->failed_in_a_row = 0;
    }
}

static void live(unsigned life)
{
    struct rng rng;
    rng_init(&rng, life);
    struct health_policy policy;
    health_policy_init(&policy);
    policy.repeat_count = (uint8_t)rng_below(&rng, 5);
    struct health_state state;
    health_state_init(&state);
    struct health_state twin = state;
    struct mood mood = {0};
    struct watch watch = {0};
    int64_t now = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        if (mood.left-- == 0 || step == 0) {
            new_mood(&rng, &mood);
        }
        struct health_fact facts[2];
        look_facts(&mood, facts);
        struct health_input input = random_input(&rng, &mood, &state, facts);
        recorder_input(&rng, life, &input);
        now += (int64_t)rng_below(&rng, 200) * SECOND + 1;
        input.now_wall = WALL_START + now;
        input.now_mono = MONO_START + now;
        struct health_state before = state;
        struct health_actions actions;
        health_step(&policy, &state, &input, &actions);
        watch_look(&watch, &before, &input);
        check_event(&before, &state, &input, &actions, life);
        check_state(&policy, &before, &state, &input, &actions, life);
        check_down(&watch, &policy, &before, &state, life);
        check_until(&rng, &policy, &state, input.now_wall, input.now_mono, life);

        /* A copy that was written down and read back goes the same way. */
        unsigned char stored[sizeof(twin)];
        memcpy(stored, &twin, sizeof(twin));
        memcpy(&twin, stored, sizeof(twin));
        struct health_actions again;
        health_step(&policy, &twin, &input, &again);
        cr_assert_eq(memcmp(&again, &actions, sizeof(again)), 0, "life %u", life);
        cr_assert_eq(memcmp(&twin, &state, sizeof(twin)), 0, "life %u", life);
    }
}

Test(property, whatever_happens)
{
    for (unsigned life = 0; life < LIVES; life++) {
        live(life);
    }
}

/* Restarted after each single step, the same looks lead to the same verdicts and events. */
Test(property, a_restart_after_each_step_changes_no_verdict)
{
    for (unsigned life = 0; life < 100; life++) {
        struct rng rng;
        rng_init(&rng, life + 1000);
        struct play one;
        struct play two;
        play_init(&one);
        play_init(&two);
        uint32_t outcome = VMM_OUTCOME_OK;
        for (unsigned step = 0; step < 200; step++) {
            if (rng_below(&rng, 8) == 0) {
                static const uint32_t outcomes[] = {VMM_OUTCOME_OK, VMM_OUTCOME_TIMEOUT,
                                                    VMM_OUTCOME_AUTH, VMM_OUTCOME_LIMIT};
                outcome = outcomes[rng_below(&rng, 4)];
            }
            play_wait(&one, MINUTE);
            play_wait(&two, MINUTE);
            play_due(&one, outcome, VMM_RUNG_ANSWER);
            play_due(&two, outcome, VMM_RUNG_ANSWER);
            if (two.state.breaker != HEALTH_BREAKER_HALF_OPEN) {
                play_kind(&two, HEALTH_INPUT_RESTORE);
            }
            cr_assert_eq(one.state.health, two.state.health, "life %u", life);
            cr_assert_eq(one.state.severity, two.state.severity, "life %u", life);
            cr_assert_eq(one.state.reason, two.state.reason, "life %u", life);
            cr_assert_eq(one.events, two.events, "life %u", life);
        }
    }
}
