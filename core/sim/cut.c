/* SPDX-License-Identifier: MIT */
#include "sim/cut.h"

#include <stdlib.h>

#include <vmm/observation.h>

#include "cause/isolation.h"
#include "sim/memory.h"
#include "sim/node.h"

#define LENGTH_MIN_US (2 * PLAN_S)
#define LENGTH_MAX_US (25 * PLAN_MIN)
#define APART_US      PLAN_H
#define LATE_US       (PLAN_S * 9 / 10) /* an answer may lie here already, and be taken in so late */
#define CONNECT_US    (5 * PLAN_S)
#define TOLD_US       PLAN_MIN /* it is told that the node is back within */

/* ---- when ---- */

static struct cut draw(struct rng *rng, int64_t from, int64_t until)
{
    int64_t longest = rng_below(rng, 2) == 0 ? PLAN_MIN : LENGTH_MAX_US;
    int64_t start = from + (int64_t)rng_below(rng, (uint64_t)(until - from));
    int64_t length = LENGTH_MIN_US + (int64_t)rng_below(rng, (uint64_t)longest);
    return (struct cut){.start = start,
                        .end = start + length,
                        .why = ISOLATION_CARRIER + (uint32_t)rng_below(rng, ISOLATION_REFERENCES),
                        .waits = rng_below(rng, 3) == 0};
}

static void plan_happening(struct sim *sim, int64_t at, uint32_t number)
{
    agenda_put(&sim->agenda, (struct happening){.at = at, .kind = HAPPENING_CUT, .number = number});
}

static void plan_end(struct sim *sim, uint32_t number)
{
    plan_happening(sim, sim->cuts.all[number].end, number);
    plan_happening(sim, sim->cuts.all[number].end + TOLD_US, number);
}

/* One in each part of the time, so that they do not meet. */
void cuts_init(struct sim *sim)
{
    struct rng rng;
    struct cuts *cuts = &sim->cuts;
    int64_t part = sim->plan.cuts > 0 ? (sim->plan.span_us - WORLD_CALM_US) / sim->plan.cuts : 0;
    rng_init(&rng, sim->plan.seed ^ UINT64_C(0x637574));
    *cuts = (struct cuts){.count = sim->plan.cuts, .has_references = rng_below(&rng, 3) != 0};
    cuts->all = memory_zeroed(cuts->count, sizeof(*cuts->all));
    for (uint32_t i = 0; i < cuts->count; i++) {
        int64_t from = WORLD_CALM_US + (int64_t)i * part;
        cuts->all[i] = draw(&rng, from, from + part - APART_US);
        plan_happening(sim, cuts->all[i].start, i);
        if (!cuts->all[i].waits) {
            plan_end(sim, i);
        }
    }
}

void cuts_finish(struct sim *sim)
{
    free(sim->cuts.all);
}

const struct cut *cut_between(const struct cuts *cuts, int64_t from, int64_t until)
{
    for (uint32_t i = 0; i < cuts->count; i++) {
        const struct cut *cut = &cuts->all[i];
        if (!cut->waits && cut->start <= until && from < cut->end) {
            return cut;
        }
    }
    return NULL;
}

const struct cut *cut_at(const struct cuts *cuts, int64_t at)
{
    return cut_between(cuts, at, at);
}

/* ---- what follows ---- */

void cut_happens(struct sim *sim, uint32_t number)
{
    struct cut *cut = &sim->cuts.all[number];
    if (cut->waits) {
        sim->cuts.next = cut;
        return;
    }
    if (sim->now >= cut->end) {
        check_cut(&sim->check, sim, number, sim->now >= cut->end + TOLD_US);
    }
    if (sim->node != NULL) {
        node_self_network(sim->node);
    }
}

/* Without a route there is nobody to send to. */
static bool is_refused_at_once(const struct cut *cut, int64_t at)
{
    return cut->why != ISOLATION_REFERENCES && cut->start <= at;
}

/* It comes while the answer of this attempt is on its way from the wire to the node. */
static void come_now(struct sim *sim, struct cut *cut, const struct attempt *attempt)
{
    uint32_t number = (uint32_t)(cut - sim->cuts.all);
    int64_t length = cut->end - cut->start;
    cut->start = attempt->end - 1;
    cut->end = cut->start + length;
    cut->waits = false;
    sim->cuts.next = NULL;
    plan_happening(sim, cut->start, number);
    plan_end(sim, number);
}

/* It meets no other one, and nothing that is under way would be answered in the midst of it. */
static bool may_come(const struct sim *sim, const struct attempt *attempt)
{
    const struct cut *next = sim->cuts.next;
    int64_t until = attempt->end + next->end - next->start;
    bool may = attempt->outcome == VMM_OUTCOME_OK &&
               cut_between(&sim->cuts, attempt->end - 2 * TOLD_US, until + 2 * TOLD_US) == NULL;
    for (uint32_t i = 0; may && i < sim->world.device_count; i++) {
        uint32_t slot = sim->node->turns[i].look;
        may = slot == NODE_NONE || sim->node->looks[slot].attempt.end < attempt->end + LATE_US;
    }
    return may;
}

void cut_attempt(struct sim *sim, struct attempt *attempt, int64_t at, int64_t deadline_us)
{
    if (sim->cuts.next != NULL && may_come(sim, attempt)) {
        come_now(sim, sim->cuts.next, attempt);
    }
    const struct cut *cut = sim->cuts.count > 0 ? cut_between(&sim->cuts, at, attempt->end) : NULL;
    if (cut == NULL || (attempt->outcome != VMM_OUTCOME_OK && cut->start > at)) {
        return;
    }
    if (cut->start > at && attempt->end - cut->start < LATE_US) {
        return;
    }
    bool at_once = is_refused_at_once(cut, at);
    int64_t wait = deadline_us < CONNECT_US ? deadline_us : CONNECT_US;
    *attempt = (struct attempt){.outcome = at_once ? VMM_OUTCOME_UNREACHABLE : VMM_OUTCOME_TIMEOUT,
                                .rung = VMM_RUNG_CONNECT,
                                .end = at + (at_once ? PLAN_S / 1000 : wait)};
}
