/* SPDX-License-Identifier: MIT */
/* The node itself: whether it is cut off by its own evidence, as vmmd's node.c has it. */
#include "sim/node.h"

#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "health/words.h"
#include "sim/memory.h"

#define ASK_TICKS  10u          /* the references are asked so often */
#define SILENCE_US (3 * PLAN_S) /* one that has not answered within so long is silent */

static void write_self(struct node *node, int64_t told_wall)
{
    struct disk_self self = {.events = node->self_events,
                             .told_wall = told_wall,
                             .judges = node->isolation.phase == ISOLATION_CUT};
    disk_put_self(&node->sim->disk, &self);
    sim_commit_soon(node->sim);
}

static void tell(struct node *node, bool is_cut_off, int64_t since_wall)
{
    struct sim *sim = node->sim;
    char id[INCIDENT_ID_MAX];
    char key[INCIDENT_KEY_MAX];
    node->self_events++;
    struct incident_place place = {.cause = WORLD_NODE_CAUSE,
                                   .start_wall = since_wall,
                                   .role = INCIDENT_CAUSE,
                                   .step = is_cut_off ? INCIDENT_OPENED : INCIDENT_CLOSED};
    struct disk_event row = {
        .site = WORLD_NONE,
        .device = WORLD_NONE,
        .event = isolation_event(is_cut_off, since_wall, node->self_events, sim_wall(sim)),
        .role = place.role,
        .step = place.step,
        .received = sim_wall(sim)};
    struct incident_change change = {.subject = WORLD_NODE_CAUSE,
                                     .reason = reason_word(row.event.reason),
                                     .from = health_word(row.event.from_health),
                                     .to = health_word(row.event.to_health),
                                     .number = row.event.number};
    row.incident = memory_text(incident_id(WORLD_NODE_SITE, &place, id));
    row.cause = memory_text(place.cause);
    row.key = memory_text(incident_key(WORLD_NODE_SITE, &place, &change, key));
    write_self(node, is_cut_off ? since_wall : 0);
    disk_put_event(&sim->disk, &row);
}

static void step(struct node *node)
{
    struct isolation *isolation = &node->isolation;
    uint32_t why = node->why != ISOLATION_NONE ? node->why : references_judge(&node->references);
    uint32_t did =
        isolation_step(isolation, why, cause_answered(node->sites.cause), sim_time(node->sim));
    if (did & ISOLATION_DID_BEGIN) {
        sim_trace(node->sim, "the node is cut off: %s", isolation_word(isolation->why));
        cause_void(node->sites.cause);
    }
    if (did & ISOLATION_DID_END) {
        sim_trace(node->sim, "the node judges again");
    }
    if (did & (ISOLATION_DID_TELL | ISOLATION_DID_OK)) {
        tell(node, (did & ISOLATION_DID_TELL) != 0, isolation->since.wall_us);
    } else if ((did & ISOLATION_DID_END) != 0 && isolation->told) {
        write_self(node, isolation->since.wall_us);
    }
}

void node_self_network(struct node *node)
{
    const struct cut *cut = cut_at(&node->sim->cuts, node->sim->now);
    bool is_seen = cut != NULL && cut != node->missing && cut->why != ISOLATION_REFERENCES;
    node->why = is_seen ? cut->why : ISOLATION_NONE;
    step(node);
}

static void ask_references(struct node *node)
{
    const struct sim *sim = node->sim;
    bool answered = cut_between(&sim->cuts, sim->now - SILENCE_US, sim->now) == NULL;
    for (uint32_t i = 0; i < CUT_REFERENCES; i++) {
        references_told(&node->references, i, answered);
    }
    step(node);
}

void node_self_time(struct node *node)
{
    if (node->sim->cuts.count == 0) {
        return;
    }
    if (node->sim->cuts.has_references && node->ticks % ASK_TICKS == 0) {
        ask_references(node);
    }
    if (node->isolation.phase != ISOLATION_CONNECTED) {
        step(node);
    }
}

/* What is not there at the start cannot be lost. */
void node_self_init(struct node *node)
{
    const struct sim *sim = node->sim;
    node->missing = cut_at(&sim->cuts, sim->now);
    node->self_events = sim->disk.self.events;
    const struct disk_self *self = &sim->disk.self;
    if (self->told_wall != 0) {
        isolation_restore(&node->isolation, self->told_wall, self->judges, sim_time(sim));
    }
    if (node->isolation.phase == ISOLATION_HOLDING) {
        cause_void(node->sites.cause); /* what failed before the start is no evidence either */
    }
}
