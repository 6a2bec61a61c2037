/* SPDX-License-Identifier: MIT */
#include "supervise/life.h"

struct life_policy life_policy_default(void)
{
    return (struct life_policy){
        .load_us = 10000000,
        .ping_every_us = 5000000,
        .ping_limit_us = 10000000,
        .drain_us = 35000000,
        .part_us = 5000000,
        .backoff_us = 100000,
        .backoff_max_us = 30000000,
        .well_us = 60000000,
    };
}

void life_init(struct life *life, uint64_t now_us)
{
    *life = (struct life){.state = LIFE_IDLE, .since_us = now_us, .start_at_us = now_us};
}

static void enter(struct life *life, enum life_state state, uint64_t now_us)
{
    life->state = state;
    life->since_us = now_us;
    life->ping_out = false;
}

static bool has_process(const struct life *life)
{
    return life->state != LIFE_IDLE && life->state != LIFE_GONE;
}

static uint32_t kill_it(struct life *life, bool its_fault, uint64_t now_us)
{
    if (!has_process(life) || life->state == LIFE_KILLED) {
        return 0;
    }
    life->killed_by_us = true;
    life->crash_seen = its_fault;
    enter(life, LIFE_KILLED, now_us);
    return LIFE_DO_KILL;
}

static uint64_t backoff(const struct life_policy *policy, uint32_t crashes)
{
    uint64_t wait = policy->backoff_us;
    for (uint32_t i = 1; i < crashes && wait < policy->backoff_max_us; i++) {
        wait *= 2;
    }
    return wait < policy->backoff_max_us ? wait : policy->backoff_max_us;
}

/* The process is gone, whatever the cause. A kill from outside says nothing against the plugin: it is started
 * again at once, and what it had under way is not suspect. */
static uint32_t on_exit_seen(const struct life_policy *policy, struct life *life, bool its_fault,
                             uint64_t now_us)
{
    if (!has_process(life)) {
        return 0;
    }
    uint32_t tell = LIFE_TELL_LOST | (its_fault ? LIFE_TELL_CRASH : 0);
    life->killed_by_us = false;
    life->crash_seen = false;
    if (life->ending) {
        enter(life, LIFE_GONE, now_us);
        return tell | LIFE_TELL_GONE;
    }
    if (now_us - life->started_us >= policy->well_us) {
        life->crashes = 0;
    }
    life->crashes = its_fault ? life->crashes + 1 : life->crashes;
    life->start_at_us = now_us + (its_fault ? backoff(policy, life->crashes) : 0);
    enter(life, LIFE_IDLE, now_us);
    return tell;
}

static uint32_t on_tick(const struct life_policy *policy, struct life *life, uint64_t now_us)
{
    switch (life->state) {
    case LIFE_IDLE:
        return now_us >= life->start_at_us ? LIFE_DO_SPAWN : 0;
    case LIFE_LOADING:
    case LIFE_OPENING:
        return now_us - life->since_us >= policy->load_us ? kill_it(life, true, now_us) : 0;
    case LIFE_DRAINING:
        return now_us - life->since_us >= policy->drain_us ? kill_it(life, true, now_us) : 0;
    case LIFE_PARTED:
        return now_us - life->since_us >= policy->part_us ? kill_it(life, true, now_us) : 0;
    case LIFE_READY:
        if (life->ping_out) {
            return now_us - life->ping_us >= policy->ping_limit_us ? kill_it(life, true, now_us)
                                                                   : 0;
        }
        if (now_us - life->ping_us < policy->ping_every_us) {
            return 0;
        }
        life->ping_out = true;
        life->ping_us = now_us;
        return LIFE_DO_PING;
    default:
        return 0;
    }
}

static uint32_t on_drain(struct life *life, uint64_t now_us)
{
    life->ending = true;
    if (life->state == LIFE_IDLE) {
        enter(life, LIFE_GONE, now_us);
        return LIFE_TELL_GONE;
    }
    if (life->state == LIFE_READY) {
        enter(life, LIFE_DRAINING, now_us);
        return LIFE_DO_DRAIN;
    }
    return life->state == LIFE_DRAINING ? 0 : kill_it(life, false, now_us);
}

/* Whose fault it is follows from the exit; only one that goes on living without its stream is to blame for that. */
static uint32_t on_hangup(struct life *life, uint64_t now_us)
{
    if (has_process(life) && life->state != LIFE_KILLED) {
        enter(life, LIFE_PARTED, now_us);
    }
    return 0;
}

uint32_t life_step(const struct life_policy *policy, struct life *life, enum life_input input,
                   uint64_t now_us)
{
    switch (input) {
    case LIFE_TICK:
        return on_tick(policy, life, now_us);
    case LIFE_SPAWNED:
        life->started_us = now_us;
        enter(life, LIFE_LOADING, now_us);
        return 0;
    case LIFE_SPAWN_FAILED:
        life->crashes++;
        life->start_at_us = now_us + backoff(policy, life->crashes);
        return 0;
    case LIFE_DESCRIBED:
        enter(life, LIFE_OPENING, now_us);
        return 0;
    case LIFE_UP:
        enter(life, LIFE_READY, now_us);
        life->ping_us = now_us;
        return 0;
    case LIFE_PONG:
        life->ping_out = false;
        return 0;
    case LIFE_UNUSABLE:
    case LIFE_BREACH:
        return kill_it(life, true, now_us);
    case LIFE_HANGUP:
        return on_hangup(life, now_us);
    case LIFE_DRAIN:
        return on_drain(life, now_us);
    case LIFE_DRAINED:
        return life->state == LIFE_DRAINING ? kill_it(life, false, now_us) : 0;
    case LIFE_EXIT_KILLED:
        return on_exit_seen(policy, life, life->killed_by_us && life->crash_seen, now_us);
    case LIFE_EXIT_OTHER:
        return on_exit_seen(policy, life, !life->ending || life->crash_seen, now_us);
    }
    return 0;
}

uint64_t life_next(const struct life_policy *policy, const struct life *life)
{
    switch (life->state) {
    case LIFE_IDLE:
        return life->start_at_us;
    case LIFE_LOADING:
    case LIFE_OPENING:
        return life->since_us + policy->load_us;
    case LIFE_READY:
        return life->ping_us + (life->ping_out ? policy->ping_limit_us : policy->ping_every_us);
    case LIFE_DRAINING:
        return life->since_us + policy->drain_us;
    case LIFE_PARTED:
        return life->since_us + policy->part_us;
    default:
        return UINT64_MAX;
    }
}

void life_forgive(struct life *life, uint64_t now_us)
{
    life->since_us = now_us;
    life->ping_us = now_us;
}
