/* SPDX-License-Identifier: MIT */
/* Plays looks and other inputs to one component on a virtual clock, for the tests of core/health.
 */
#ifndef TESTS_HEALTH_PLAY_H
#define TESTS_HEALTH_PLAY_H

#include <criterion/criterion.h>

#include "health/health.h"
#include "health/words.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)

/* Two clocks that have nothing to do with one another, as in life. */
#define WALL_START INT64_C(1700000000000000)
#define MONO_START (INT64_C(100000) * SECOND)

struct play {
    struct health_policy policy;
    struct health_state state;
    struct health_actions actions;
    int64_t elapsed;
    unsigned events; /* seen so far */
    struct health_event last;
    const struct health_fact *facts; /* given with each look, when set */
    size_t fact_count;
    uint32_t channel;
};

static inline void play_init(struct play *play)
{
    memset(play, 0, sizeof(*play));
    health_policy_init(&play->policy);
    health_state_init(&play->state);
}

static inline void play_input(struct play *play, struct health_input *input)
{
    input->now_wall = WALL_START + play->elapsed;
    input->now_mono = MONO_START + play->elapsed;
    health_step(&play->policy, &play->state, input, &play->actions);
    if ((play->actions.did & HEALTH_DID_EVENT) != 0) {
        play->events++;
        play->last = play->actions.event;
    }
}

static inline void play_kind(struct play *play, uint32_t kind)
{
    struct health_input input = {.kind = kind};
    play_input(play, &input);
}

static inline void play_block(struct play *play, uint64_t blocked)
{
    struct health_input input = {.kind = HEALTH_INPUT_SETTING, .blocked = blocked};
    play_input(play, &input);
}

static inline void play_look(struct play *play, uint32_t kind, uint32_t scope, uint32_t outcome,
                             uint32_t rung, uint32_t reason)
{
    struct health_input input = {.kind = kind,
                                 .scope = scope,
                                 .outcome = outcome,
                                 .rung = rung,
                                 .reason = reason,
                                 .latency_us = 80000,
                                 .channel = play->channel,
                                 .facts = play->facts,
                                 .fact_count = play->fact_count};
    play_input(play, &input);
}

static inline void play_full(struct play *play, uint32_t outcome, uint32_t rung, uint32_t reason)
{
    play_look(play, HEALTH_INPUT_LOOK, HEALTH_SCOPE_FULL, outcome, rung, reason);
}

static inline void play_good(struct play *play)
{
    play_full(play, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
}

static inline void play_timeout(struct play *play)
{
    play_full(play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, 0);
}

static inline void play_slow(struct play *play)
{
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_OK,
                                 .rung = VMM_RUNG_CLOCK,
                                 .latency_us = 6000000};
    play_input(play, &input);
}

static inline void play_trial(struct play *play, uint32_t outcome)
{
    play_look(play, HEALTH_INPUT_LOOK, HEALTH_SCOPE_TRIAL, outcome, VMM_RUNG_CONNECT, 0);
}

static inline void play_wait(struct play *play, int64_t us)
{
    play->elapsed += us;
}

/* A slow look, and its repeat that is slow as well. */
static inline void play_slow_twice(struct play *play)
{
    play_slow(play);
    cr_assert_neq(play->actions.did & HEALTH_DID_REPEAT, 0);
    cr_assert_eq(play->actions.repeat_after_us, play->policy.repeat_us[0]);
    play_wait(play, (int64_t)play->actions.repeat_after_us);
    play_slow(play);
}

/* What a due look would be, made with this outcome. */
static inline void play_due(struct play *play, uint32_t outcome, uint32_t rung)
{
    uint32_t scope = health_scope(&play->state);
    if (scope == HEALTH_SCOPE_CONFIRM) {
        play_look(play, HEALTH_INPUT_CONFIRM, 0, outcome, rung, 0);
    } else {
        play_look(play, HEALTH_INPUT_LOOK, scope, outcome, rung, 0);
    }
}

/* A component that was found OK. */
static inline void play_ok(struct play *play)
{
    play_init(play);
    play_good(play);
    cr_assert_eq(play->state.health, VMM_HEALTH_OK);
    play_wait(play, 4 * MINUTE);
}

/* Follow the repeats until they are over: each after what the step asked for. */
static inline void play_confirm(struct play *play, uint32_t outcome)
{
    while (health_scope(&play->state) == HEALTH_SCOPE_CONFIRM) {
        cr_assert(play->actions.did & HEALTH_DID_REPEAT);
        play_wait(play, (int64_t)play->actions.repeat_after_us);
        play_due(play, outcome, VMM_RUNG_CONNECT);
    }
}

/* A component that went down by timeout. */
static inline void play_down(struct play *play)
{
    play_ok(play);
    play_timeout(play);
    play_confirm(play, VMM_OUTCOME_TIMEOUT);
    cr_assert_eq(play->state.health, VMM_HEALTH_DOWN);
    cr_assert_eq(play->state.breaker, HEALTH_BREAKER_OPEN);
}

#define expect_verdict(play, HEALTH, SEVERITY, REASON)                                             \
    do {                                                                                           \
        cr_expect_str_eq(health_word((play)->state.health), health_word(VMM_HEALTH_##HEALTH));     \
        cr_expect_str_eq(severity_word((play)->state.severity),                                    \
                         severity_word(VMM_SEVERITY_##SEVERITY));                                  \
        cr_expect_str_eq(reason_word((play)->state.reason), reason_word(VMM_REASON_##REASON));     \
    } while (0)

#endif
