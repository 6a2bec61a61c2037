/* SPDX-License-Identifier: MIT */
/*
 * What a plan has made of the things it touches: each begins as it is in the fleet, or new, and is changed
 * until the plan is written. Used by the plan's own files.
 */
#ifndef FLEET_PLAN_DRAFT_H
#define FLEET_PLAN_DRAFT_H

#include "base/map.h"
#include "fleet/fleet_change.h"
#include "fleet/plan_memory.h"

struct draft {
    struct fleet_thing now;
    const struct fleet_request
        *request;      /* the last one for it; NULL: it only follows from another */
    const char *claim; /* the channel it takes, "nvr/channel"; NULL: none */
    bool existed;      /* it is in the fleet */
    bool removed;
    bool refused; /* the values of its request make no sense */
};

struct planner {
    const struct fleet *fleet;
    const struct fleet_checks *checks;
    const struct fleet_request *request; /* the one being planned */
    struct fleet_plan *plan;
    struct fleet_errors *errors;
    struct draft *drafts;
    size_t count;
    size_t capacity;
    struct map sites;  /* from id to draft */
    struct map things; /* NVRs and cameras: one space of ids */
    struct map claims; /* from channel to the draft that takes it */
};

void planner_init(struct planner *planner);
void planner_finish(struct planner *planner);

/* The draft of this kind and id, opened from the fleet when it is only there. *out is NULL when there is no
 * such thing, or it has been removed. Drafts move when another is opened. 0 or VMM_E_NOMEM. */
int draft_open(struct planner *planner, unsigned kind, const char *id, struct draft **out);

/* A new draft with defaults; the id must not be in use. 0 or VMM_E_NOMEM. */
int draft_add(struct planner *planner, unsigned kind, const char *id, struct draft **out);

/* The kind that uses this id, among sites or among NVRs and cameras; 0: none. One that the plan has removed
 * still uses it: a plan gives no id to another thing. */
unsigned draft_kind_of(const struct planner *planner, unsigned kind, const char *id);

/* A thing as the plan has it so far, without opening a draft. False when there is none. */
bool draft_look(const struct planner *planner, unsigned kind, const char *id,
                struct fleet_thing *thing);

/* Who takes this channel, other than `id`; NULL: nobody. Right once every draft has claimed its own. */
const char *draft_channel_owner(const struct planner *planner, const char *nvr, uint32_t channel,
                                const char *id);

/* Enter the channels that the drafts take; of two that want one, the first has it. 0 or VMM_E_NOMEM. */
int draft_claim_all(struct planner *planner);

#endif
