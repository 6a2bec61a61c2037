/* SPDX-License-Identifier: MIT */
/* What holds while the node is cut off, and shortly after. */
#include <string.h>

#include <vmm/observation.h>

#include "cause/isolation.h"
#include "sim/check.h"
#include "sim/people.h"
#include "sim/sim.h"

#define SETTLED_US (30 * PLAN_S) /* a node that was started so long before knows what it has */
#define NOTICED_US (26 * PLAN_S) /* the silence of references is known within */
#define KNOWN_US   PLAN_MIN      /* a cut that lasts longer than this is told */
#define UNKNOWN_US PLAN_H        /* and devices may have been UNKNOWN within this */

/* The node can see it. */
static bool is_evident(const struct sim *sim, const struct cut *cut)
{
    return cut->why != ISOLATION_REFERENCES || sim->cuts.has_references;
}

static bool is_undisturbed(const struct sim *sim, const struct cut *cut)
{
    return sim->desk.unsettled < cut->start - SETTLED_US;
}

/* Looks that fail must judge nobody now. */
static bool is_held(const struct sim *sim, const struct cut *cut)
{
    int64_t from = cut->start + (cut->why == ISOLATION_REFERENCES ? NOTICED_US : 0);
    int64_t started = sim->receivers.restarted;
    if (started > cut->start) { /* what was told before that goes on */
        const struct disk_self *self = &sim->disk.self;
        return self->told_wall != 0 && !self->judges && sim->now - started < ISOLATION_HOLD_US;
    }
    return is_evident(sim, cut) && started < cut->start - SETTLED_US && sim->now >= from &&
           sim->now - cut->start < ISOLATION_HOLD_US;
}

void check_cut_step(struct check *check, const struct sim *sim, uint32_t device,
                    const struct health_state *before, const struct health_state *after)
{
    bool is_new = health_is_lost(after) && !health_is_lost(before);
    const struct cut *cut = is_new ? cut_at(&sim->cuts, sim->now) : NULL;
    if (cut != NULL && is_held(sim, cut)) {
        check_fail(check, sim, "%s is called lost, and the node is cut off",
                   sim->world.devices[device].id);
    }
}

/* A total loss that the node cannot tell from one of its own. */
static bool is_total(struct sim *sim, const struct cut *cut, const struct disk_event *event)
{
    bool is_all = strcmp(event->cause, "site") == 0 || sim->world.sites[event->site].count == 1;
    bool is_new = event->event.incident_wall - sim->wall_offset >= cut->start;
    return is_all && is_new && !is_evident(sim, cut) && is_undisturbed(sim, cut) &&
           event->event.to_health == VMM_HEALTH_DOWN &&
           world_is_calm(&sim->world, event->site, cut->start - UNKNOWN_US, sim->now);
}

void check_cut_event(struct check *check, struct sim *sim, const struct disk_event *event)
{
    const struct cut *cut = cut_at(&sim->cuts, sim->now);
    bool opens = event->role == INCIDENT_CAUSE && event->step == INCIDENT_OPENED;
    if (cut == NULL || event->site == WORLD_NONE || !opens) {
        return;
    }
    if (event->device == WORLD_NONE && is_held(sim, cut)) {
        check_fail(check, sim, "%s is opened, and the node is cut off", event->incident);
    }
    if (!event->or_node && is_total(sim, cut, event)) {
        check_fail(check, sim, "%s may be the node's own, and does not say so", event->incident);
    }
}

void check_cut_notice(struct check *check, const struct sim *sim, const struct notice *notice)
{
    for (size_t i = 0; notice->kind == NOTICE_ALERT && i < notice->item_count; i++) {
        const struct notice_item *item = &notice->items[i];
        if (json_is_false(json_object_get(check->open, item->alarm))) {
            check_fail(check, sim, "%s is told, and it is the node that is cut off", item->alarm);
        }
    }
}

bool check_cut_unknown(const struct sim *sim)
{
    return cut_between(&sim->cuts, sim->now - UNKNOWN_US, sim->now) != NULL;
}

/* Destinations that take everything have what waited for the network. */
static void check_waiting(struct check *check, const struct sim *sim)
{
    const struct gateway *gateway = sim->people->gateway;
    for (size_t i = 0; !sim->plan.faults && i < gateway->lane_count; i++) {
        if (gateway->lanes[i]->failures > 0) {
            check_fail(check, sim, "what %s has to hear waits, and the node is back",
                       gateway->lanes[i]->channel);
        }
    }
}

void check_cut(struct check *check, const struct sim *sim, uint32_t number, bool is_over)
{
    const struct cut *cut = &sim->cuts.all[number];
    bool is_told = check->self.health == VMM_HEALTH_DOWN;
    if (sim->node == NULL || !is_evident(sim, cut) || !is_undisturbed(sim, cut)) {
        return;
    }
    if (is_over && is_told) {
        check_fail(check, sim, "the node is back, and does not say so");
    }
    if (is_over && sim->people != NULL) {
        check_waiting(check, sim);
    }
    if (!is_over && !is_told && cut->end - cut->start > KNOWN_US) {
        check_fail(check, sim, "the node is cut off, and does not say so");
    }
}
