/* SPDX-License-Identifier: MIT */
#include "sim/node.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/hash.h"
#include "sim/memory.h"

#define DUE_BATCH 256u
#define FETCHED   2u
#define TICK_US   PLAN_S
#define SPREAD_US (60 * PLAN_S)   /* the default of `watch.spread` */
#define SEEN_US   (14 * PLAN_MIN) /* "last seen" is on disk within so long */

/* ---- looks ---- */

static uint32_t take_slot(struct node *node)
{
    uint32_t slot = node->look_free;
    if (slot != NODE_NONE) {
        node->look_free = node->looks[slot].next_free;
        return slot;
    }
    node->looks =
        memory_grow(node->looks, &node->look_room, node->look_count + 1, sizeof(*node->looks));
    return (uint32_t)node->look_count++;
}

static struct ledger_time ledger_now(const struct node *node)
{
    return (struct ledger_time){.mono_us = (uint64_t)node->sim->now,
                                .wall_us = sim_wall(node->sim)};
}

static void go(struct node *node, uint32_t device, uint32_t scope,
               const struct ledger_answer *answer)
{
    struct sim *sim = node->sim;
    const struct node_device *one = &node->devices[device];
    bool full =
        scope == HEALTH_SCOPE_FULL ||
        (scope == HEALTH_SCOPE_CONFIRM && health_confirm_scope(&one->state) == HEALTH_SCOPE_FULL);
    uint64_t deadline =
        scope == HEALTH_SCOPE_FULL ? node->policy.deadline_us : node->policy.repeat_deadline_us;
    uint32_t slot = take_slot(node);
    struct node_look *look = &node->looks[slot];
    look->attempt = attempt_make(&sim->world, device, full, sim->now, (int64_t)deadline);
    look->lease = answer->lease;
    look->device = device;
    look->scope = scope;
    look->login = (struct ledger_result){0};
    look->is_barred = false;
    look->is_void = false;
    cut_attempt(sim, &look->attempt, sim->now, (int64_t)deadline);
    if (full) {
        node_login(node, look, answer->may_login);
    }
    node->turns[device].look = slot;
    agenda_put(&sim->agenda, (struct happening){.at = look->attempt.end,
                                                .kind = HAPPENING_LOOK_END,
                                                .number = slot,
                                                .life = sim->life});
}

static void begin(struct node *node, uint32_t device)
{
    struct sim *sim = node->sim;
    struct node_turn *turn = &node->turns[device];
    const struct health_state *state = &node->devices[device].state;
    uint32_t scope =
        turn->asked ? health_ask_scope(&node->policy, state, sim->now) : health_scope(state);
    bool login = sim->accounts != NULL && scope == HEALTH_SCOPE_FULL;
    struct ledger_ask ask = {.endpoint = device,
                             .account = login ? device : LEDGER_NONE,
                             .connections = 1,
                             .login = login};
    struct ledger_answer answer;
    ledger_ask(node->ledger, &ask, ledger_now(node), &answer);
    if (scope == HEALTH_SCOPE_NONE || answer.verdict != LEDGER_GRANTED) {
        sched_done(node->sched, device, (uint64_t)sim->now);
        sched_once(node->sched, device,
                   (uint64_t)sim->now + (answer.wait_us > 0 ? answer.wait_us : PLAN_S));
        return;
    }
    if (!sim->plan.bare) {
        check_look(&sim->check, sim, device, turn->begun, turn->is_regular && !turn->asked);
    }
    turn->asked = false;
    turn->begun = sim->now;
    if (answer.write) {
        disk_write_account(&sim->disk, &answer.record);
    }
    go(node, device, scope, &answer);
}

static void make_input(const struct node *node, const struct node_look *look,
                       struct health_input *input)
{
    bool repeat = look->scope == HEALTH_SCOPE_CONFIRM;
    *input = (struct health_input){.kind = repeat ? HEALTH_INPUT_CONFIRM : HEALTH_INPUT_LOOK,
                                   .scope = look->scope,
                                   .outcome = look->attempt.outcome,
                                   .rung = look->attempt.rung,
                                   .latency_us = look->attempt.latency_us};
    node_judge_login(node, look, input);
    isolation_excuse(&node->isolation, input);
}

static void settle(struct node *node, const struct node_look *look)
{
    struct ledger_record record;
    if (ledger_settle(node->ledger, look->lease, &look->login, ledger_now(node), &record)) {
        disk_put_account(&node->sim->disk, &record);
        sim_commit_soon(node->sim);
    }
}

static void store_seen(const struct node *node, uint32_t device)
{
    int64_t seen = node->devices[device].state.last_seen_wall;
    int64_t *stored = &node->sim->disk.seen_wall[device];
    if (seen - *stored > SEEN_US || seen < *stored) {
        *stored = seen;
    }
}

void node_look_ended(struct node *node, uint32_t slot)
{
    struct sim *sim = node->sim;
    struct node_look look = node->looks[slot];
    node->looks[slot].next_free = node->look_free;
    node->look_free = slot;
    node->turns[look.device].look = NODE_NONE;
    settle(node, &look);
    sched_done(node->sched, look.device, (uint64_t)sim->now);
    if (!sim->plan.bare) {
        check_look_end(&sim->check, look.device);
    }
    if (look.is_void) {
        return;
    }
    struct health_input input;
    make_input(node, &look, &input);
    figures_look(&sim->figures, sim, look.device, look.attempt.outcome == VMM_OUTCOME_OK);
    node_step(node, look.device, &input);
    if (!sim->plan.bare) {
        store_seen(node, look.device);
    }
}

/* ---- time ---- */

/* A share of the devices that follow one another, at each tick the next. */
static void judge_time(struct node *node)
{
    struct health_input input = {.kind = HEALTH_INPUT_TIME};
    uint32_t share = node->ticks % NODE_SHARES;
    uint32_t begin = share * node->share_size;
    int64_t *first = &node->first[share];
    if (*first > node->sim->now) {
        return;
    }
    *first = INT64_MAX;
    for (uint32_t i = begin; i < begin + node->share_size && i < node->sim->world.device_count;
         i++) {
        if (node->turns[i].until <= node->sim->now) {
            node_step(node, i, &input);
        }
        *first = node->turns[i].until < *first ? node->turns[i].until : *first;
    }
}

int64_t node_next(struct node *node)
{
    uint64_t due = sched_next(node->sched, (uint64_t)node->sim->now);
    return due < (uint64_t)node->tick_at ? (int64_t)due : node->tick_at;
}

/* Whose look begins next is mostly known: their state is brought near while others are dealt with. When one look has
 * begun, one more is known of. */
static void fetch_upcoming(const struct node *node, size_t begun)
{
    for (uint32_t i = begun < FETCHED ? FETCHED - (uint32_t)begun : 0; i < FETCHED; i++) {
        uint32_t upcoming = sched_upcoming(node->sched, i);
        if (upcoming == SCHED_NOBODY) {
            return;
        }
        memory_fetch(&node->devices[upcoming], sizeof(node->devices[upcoming]));
        memory_fetch(&node->sim->world.devices[upcoming], sizeof(struct device));
        memory_fetch(&node->turns[upcoming], sizeof(node->turns[upcoming]));
        ledger_fetch(node->ledger, upcoming);
        cause_fetch(node->sites.cause, upcoming);
    }
}

void node_wake(struct node *node)
{
    uint32_t due[DUE_BATCH];
    size_t count = sched_due(node->sched, (uint64_t)node->sim->now, due, DUE_BATCH);
    for (size_t i = 0; i < count; i++) {
        begin(node, due[i]);
    }
    fetch_upcoming(node, count);
    if (node->sim->now >= node->tick_at) {
        node->tick_at = node->sim->now + TICK_US;
        node->ticks++;
        node_self_time(node);
        judge_time(node);
        sites_time(&node->sites, sim_time(node->sim));
    }
}

void node_resume(struct node *node)
{
    struct health_input input = {.kind = HEALTH_INPUT_PAUSE};
    for (uint32_t i = 0; i < node->sim->world.device_count; i++) {
        if (node->turns[i].look != NODE_NONE) {
            node->looks[node->turns[i].look].is_void = true;
        }
        node->turns[i].begun = 0;
        node_step(node, i, &input);
    }
    cause_void(node->sites.cause);
    sched_spread(node->sched, (uint64_t)node->sim->now, SPREAD_US);
}

/* ---- life ---- */

static void schedule(struct node *node, uint32_t device)
{
    const struct node_device *one = &node->devices[device];
    const struct health_state *state = &one->state;
    uint64_t now = (uint64_t)node->sim->now;
    int64_t seen = state->confirmed_wall > state->last_seen_wall ? state->confirmed_wall
                                                                 : state->last_seen_wall;
    int64_t age = seen > 0 ? sim_wall(node->sim) - seen : -1;
    const char *id = node->sim->world.devices[device].id;
    struct sched_device entry = {.id_hash = hash_bytes(id, strlen(id), 0), .window_us = SPREAD_US};
    if (age >= 0 && (uint64_t)age < now) {
        entry.last_us = now - (uint64_t)age;
    }
    if (state->rhythm != HEALTH_RHYTHM_REST) {
        health_rhythm_times(&node->policy, state->rhythm, &entry.interval_us, &entry.jitter_us);
    }
    sched_add(node->sched, device, &entry, now);
}

static void add_device(struct node *node, uint32_t device)
{
    const struct device *known = &node->sim->world.devices[device];
    const struct disk_device *row = &node->sim->disk.devices[device];
    struct node_device *one = &node->devices[device];
    node->turns[device] = (struct node_turn){.look = NODE_NONE};
    health_state_init(&one->state);
    if (row->written) {
        one->state = row->state;
        int64_t seen = node->sim->disk.seen_wall[device];
        one->state.last_seen_wall =
            seen > row->state.last_seen_wall ? seen : row->state.last_seen_wall;
    }
    ledger_endpoint(node->ledger, device, 1, 1, known->site);
    node_restore_account(node, device);
    cause_put(node->sites.cause, device, known->site,
              (struct cause_ties){.parent = known->parent, .link = known->link});
}

/* The first inputs after a state was read. */
static void go_on(struct node *node)
{
    struct health_input restore = {.kind = HEALTH_INPUT_RESTORE};
    struct health_input setting = {.kind = HEALTH_INPUT_SETTING};
    for (uint32_t i = 0; i < node->sim->world.device_count; i++) {
        schedule(node, i);
        node_step(node, i, &restore);
    }
    for (uint32_t i = 0; i < node->sim->world.device_count; i++) {
        node_step(node, i, &setting);
        node_rhythm(node, i);
    }
    sched_spread(node->sched, (uint64_t)node->sim->now, SPREAD_US);
}

struct node *node_create(struct sim *sim)
{
    struct node *node = memory_zeroed(1, sizeof(*node));
    node->sim = sim;
    sim->node = node;
    node->look_free = NODE_NONE;
    node->tick_at = sim->now + TICK_US;
    node->sched = sched_create(sim->world.device_count, (uint64_t)sim->now);
    node->ledger = ledger_create(NULL);
    node->share_size = (sim->world.device_count + NODE_SHARES - 1) / NODE_SHARES;
    node->devices = memory_zeroed(sim->world.device_count, sizeof(*node->devices));
    node->turns = memory_zeroed(sim->world.device_count, sizeof(*node->turns));
    if (node->sched == NULL || node->ledger == NULL) {
        abort();
    }
    health_policy_init(&node->policy);
    node_cause_init(node);
    for (uint32_t i = 0; i < sim->world.device_count; i++) {
        add_device(node, i);
    }
    node_cause_restore(node);
    go_on(node);
    node_self_init(node);
    return node;
}

void node_destroy(struct node *node)
{
    if (node == NULL) {
        return;
    }
    sched_destroy(node->sched);
    ledger_destroy(node->ledger);
    sites_finish(&node->sites);
    free(node->devices);
    free(node->turns);
    free(node->looks);
    free(node);
}
