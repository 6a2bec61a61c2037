/* SPDX-License-Identifier: MIT */
#include "sim/node.h"

#include <vmm/observation.h>

#include "sim/memory.h"

void node_rhythm(struct node *node, uint32_t device)
{
    uint32_t rhythm = node->devices[device].state.rhythm;
    uint64_t interval = 0;
    uint64_t jitter = 0;
    if (rhythm != HEALTH_RHYTHM_REST) {
        health_rhythm_times(&node->policy, rhythm, &interval, &jitter);
    }
    sched_set(node->sched, device, interval, jitter, (uint64_t)node->sim->now);
}

static void apply_rhythm(struct node *node, uint32_t device, const struct health_actions *actions,
                         uint32_t kind)
{
    struct node_turn *turn = &node->turns[device];
    uint64_t now = (uint64_t)node->sim->now;
    if (actions->did & HEALTH_DID_RHYTHM) {
        node_rhythm(node, device);
    }
    if (actions->did & HEALTH_DID_REPEAT) {
        sched_once(node->sched, device, now + actions->repeat_after_us);
    } else if (actions->did & HEALTH_DID_REPEAT_CANCEL) {
        sched_once(node->sched, device, SCHED_NEVER);
    }
    if (actions->did & (HEALTH_DID_RHYTHM | HEALTH_DID_REPEAT)) {
        turn->is_regular = false;
    } else if (kind == HEALTH_INPUT_LOOK) {
        turn->is_regular = actions->rhythm == HEALTH_RHYTHM_NORMAL;
    }
}

static void write_step(struct node *node, uint32_t device, const struct health_state *before,
                       const struct health_actions *actions)
{
    struct sim *sim = node->sim;
    if (sim->plan.bare || (actions->did & (HEALTH_DID_DURABLE | HEALTH_DID_EVENT)) == 0) {
        return;
    }
    if (actions->did & HEALTH_DID_EVENT) {
        node_put_event(node, device, before, &actions->event);
    }
    if (actions->did & HEALTH_DID_DURABLE) {
        disk_put_device(&sim->disk, device, &node->devices[device].state,
                        sites_member(&node->sites, device));
    }
    sim_commit_soon(sim);
}

static void judge_until(struct node *node, uint32_t device)
{
    int64_t until = health_until(&node->policy, &node->devices[device].state);
    int64_t *first = &node->first[device / node->share_size];
    node->turns[device].until = until;
    *first = until < *first ? until : *first;
}

void node_step(struct node *node, uint32_t device, struct health_input *input)
{
    struct node_device *one = &node->devices[device];
    struct health_state before = one->state;
    struct health_actions actions;
    input->now_wall = sim_wall(node->sim);
    input->now_mono = node->sim->now;
    health_step(&node->policy, &one->state, input, &actions);
    if (!node->sim->plan.bare) {
        check_step(&node->sim->check, node->sim, device, &before, &one->state, input, &actions);
    }
    node_cause_step(node, device, &before, input);
    apply_rhythm(node, device, &actions, input->kind);
    write_step(node, device, &before, &actions);
    node_cause_end(node, device, &before, input);
    judge_until(node, device);
}
