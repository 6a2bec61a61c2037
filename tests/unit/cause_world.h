/* SPDX-License-Identifier: MIT */
/*
 * A small world for the tests of core/cause: sites of devices that die and come back, looked at by the real health
 * engine at the default intervals, on a virtual clock of 100 ms. What would be told to people is written down.
 */
#ifndef TESTS_CAUSE_WORLD_H
#define TESTS_CAUSE_WORLD_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "cause/follow.h"
#include "health/words.h"

#define SECOND     INT64_C(1000000)
#define MINUTE     (60 * SECOND)
#define WALL_START INT64_C(1700000000000000)
#define STEP       (SECOND / 10)

#define TOLD_MAX 4096

/* What people are told: changes of incidents, and events of devices that are their own cause. */
struct told {
    int64_t at;
    uint32_t what; /* CAUSE_OPENED, CAUSE_GREW, CAUSE_CLOSED; of a device: CAUSE_OWN */
    uint32_t kind; /* CAUSE_GROUP, CAUSE_SITE; of a device CAUSE_FREE */
    uint32_t site;
    uint32_t device; /* of a device; else CAUSE_NONE */
    uint32_t lost;   /* members of the incident that are lost */
    uint32_t to;     /* VMM_HEALTH_* of a device */
};

struct thing {
    struct health_state state;
    uint32_t site;
    uint32_t parent;
    uint32_t link;
    bool dead;
    bool refuses; /* dead as a host that answers with a reset; else as silence */
    bool foreign; /* answers, and what a full look asks it answers with nonsense */
    bool strange; /* answers, in a language that nobody here speaks */
    uint32_t
        faulty;   /* VMM_OUTCOME_* that a full look ends with, of a device that answers; 0: well */
    int64_t due;  /* of the next look */
    int64_t ends; /* of the look under way; 0: none is */
    uint32_t scope;
    int64_t first_failed; /* end of the first failed look of its outage */
    unsigned events;
    unsigned asked;
};

struct world {
    struct health_policy policy;
    struct cause *cause;
    struct thing *things;
    uint32_t count;
    int64_t now;
    struct rng rng;
    struct told told[TOLD_MAX];
    size_t told_count;
    unsigned consequences;
    int64_t first_failed; /* the first failed look of all; 0: none since the last reset */
    unsigned slots;       /* looks at once over the way to a site; 0: no limit */
};

static inline struct cause_time world_time(const struct world *world)
{
    return (struct cause_time){.wall_us = WALL_START + world->now, .mono_us = SECOND + world->now};
}

static inline void world_tell(struct world *world, struct told told)
{
    cr_assert_lt(world->told_count, TOLD_MAX);
    told.at = world->now;
    world->told[world->told_count++] = told;
}

static inline void world_input(struct world *world, uint32_t device, struct health_input *input);

static inline void world_drain(struct world *world)
{
    struct cause_change change;
    uint32_t device;
    while (cause_next_change(world->cause, &change)) {
        if (change.what == CAUSE_OWN) {
            struct health_input own = {.kind = HEALTH_INPUT_OWN,
                                       .from_wall = change.incident.start_wall};
            world_input(world, change.device, &own);
            continue;
        }
        world_tell(world, (struct told){.what = change.what,
                                        .kind = change.incident.kind,
                                        .site = change.site,
                                        .device = CAUSE_NONE,
                                        .lost = change.incident.lost});
    }
    while (cause_next_ask(world->cause, &device)) {
        struct thing *thing = &world->things[device];
        thing->asked++;
        if (thing->ends == 0) {
            thing->due = world->now;
            thing->scope = HEALTH_SCOPE_TRIAL;
        }
    }
}

static inline void world_event(struct world *world, uint32_t device,
                               const struct health_state *before, const struct health_event *event)
{
    struct thing *thing = &world->things[device];
    struct follow_place place = follow_place(world->cause, device, before, &thing->state, event);
    bool first = event->from_health == VMM_HEALTH_UNKNOWN && event->to_health == VMM_HEALTH_OK;
    thing->events++;
    if (place.begins_wall != 0) {
        health_begin_incident(&thing->state, place.begins_wall);
    }
    if (place.role == INCIDENT_CONSEQUENCE) {
        world->consequences++;
    } else if (!first) {
        world_tell(world, (struct told){.what = CAUSE_OWN,
                                        .kind = CAUSE_FREE,
                                        .site = thing->site,
                                        .device = device,
                                        .to = event->to_health});
    }
}

static inline void world_input(struct world *world, uint32_t device, struct health_input *input)
{
    struct thing *thing = &world->things[device];
    struct health_state before = thing->state;
    struct health_actions actions;
    struct cause_time now = world_time(world);
    input->now_wall = now.wall_us;
    input->now_mono = now.mono_us;
    health_step(&world->policy, &thing->state, input, &actions);
    follow_step(world->cause, device, &before, &thing->state, input);
    world_drain(world);
    if (actions.did & HEALTH_DID_EVENT) {
        world_event(world, device, &before, &actions.event);
    }
    follow_end(world->cause, device, &before, &thing->state, input);
    world_drain(world);
    if (actions.did & HEALTH_DID_REPEAT) {
        thing->due = world->now + (int64_t)actions.repeat_after_us;
    }
}

static inline void world_schedule(struct world *world, struct thing *thing)
{
    uint64_t interval = 0;
    uint64_t jitter = 0;
    health_rhythm_times(&world->policy, thing->state.rhythm, &interval, &jitter);
    int64_t spread = jitter > 0 ? (int64_t)rng_below(&world->rng, 2 * jitter) - (int64_t)jitter : 0;
    thing->due = world->now + (int64_t)interval + spread;
}

/* What a look at the device is told. */
static inline struct health_input world_outcome(const struct thing *thing)
{
    struct health_input said = {
        .outcome = VMM_OUTCOME_OK, .rung = VMM_RUNG_CLOCK, .latency_us = 40000};
    if (thing->dead) {
        said.outcome = thing->refuses ? VMM_OUTCOME_UNREACHABLE : VMM_OUTCOME_TIMEOUT;
        said.rung = VMM_RUNG_CONNECT;
        said.latency_us = 0;
    } else if (thing->foreign && thing->scope == HEALTH_SCOPE_FULL) {
        said.outcome = VMM_OUTCOME_BAD_REPLY;
        said.rung = VMM_RUNG_PARSE;
    } else if (thing->strange && thing->scope == HEALTH_SCOPE_FULL) {
        said.outcome = VMM_OUTCOME_UNSUPPORTED;
        said.rung = VMM_RUNG_PARSE;
    } else if (thing->faulty != 0 && thing->scope == HEALTH_SCOPE_FULL) {
        said.outcome = thing->faulty;
        said.rung = thing->faulty == VMM_OUTCOME_AUTH ? VMM_RUNG_AUTHENTICATE : VMM_RUNG_ANSWER;
    }
    return said;
}

static inline void world_look_ends(struct world *world, uint32_t device)
{
    struct thing *thing = &world->things[device];
    bool confirm = thing->scope == HEALTH_SCOPE_CONFIRM;
    struct health_input input = world_outcome(thing);
    input.kind = confirm ? HEALTH_INPUT_CONFIRM : HEALTH_INPUT_LOOK;
    input.scope = thing->scope;
    thing->ends = 0;
    if (!thing->dead) {
        thing->first_failed = 0;
    } else if (thing->first_failed == 0) {
        thing->first_failed = world->now;
    }
    if (thing->dead && world->first_failed == 0) {
        world->first_failed = world->now;
    }
    thing->scope = HEALTH_SCOPE_NONE;
    world_schedule(world, thing);
    world_input(world, device, &input);
}

static inline unsigned world_busy(const struct world *world, uint32_t site)
{
    unsigned busy = 0;
    for (uint32_t i = 0; i < world->count; i++) {
        busy += world->things[i].site == site && world->things[i].ends != 0;
    }
    return busy;
}

static inline void world_look_begins(struct world *world, struct thing *thing)
{
    if (world->slots > 0 && world_busy(world, thing->site) >= world->slots) {
        return;
    }
    bool asked = thing->scope == HEALTH_SCOPE_TRIAL;
    thing->scope = asked
                       ? health_ask_scope(&world->policy, &thing->state, world_time(world).mono_us)
                       : health_scope(&thing->state);
    int64_t silent = thing->scope == HEALTH_SCOPE_FULL ? 10 * SECOND : 8 * SECOND;
    thing->ends = world->now + (thing->dead && !thing->refuses ? silent : SECOND / 5);
}

static inline void world_step(struct world *world)
{
    world->now += STEP;
    for (uint32_t i = 0; i < world->count; i++) {
        struct thing *thing = &world->things[i];
        if (thing->ends != 0 && thing->ends <= world->now) {
            world_look_ends(world, i);
        } else if (thing->ends == 0 && thing->due <= world->now) {
            world_look_begins(world, thing);
        }
    }
    if (world->now % SECOND == 0) {
        for (uint32_t site = cause_next_busy(world->cause, CAUSE_NONE); site != CAUSE_NONE;
             site = cause_next_busy(world->cause, site)) {
            cause_time(world->cause, site, world_time(world));
            world_drain(world);
        }
    }
}

static inline void world_run(struct world *world, int64_t us)
{
    for (int64_t end = world->now + us; world->now < end;) {
        world_step(world);
    }
}

static inline void world_open(struct world *world, uint32_t count, uint64_t seed)
{
    const struct cause_ties no_ties = {.parent = CAUSE_NONE};
    memset(world, 0, sizeof(*world));
    rng_init(&world->rng, seed);
    health_policy_init(&world->policy);
    world->cause = cause_create();
    world->count = count;
    world->things = calloc(count, sizeof(*world->things));
    cr_assert(world->cause != NULL && world->things != NULL);
    for (uint32_t i = 0; i < count; i++) {
        struct thing *thing = &world->things[i];
        health_state_init(&thing->state);
        thing->parent = CAUSE_NONE;
        thing->due = (int64_t)rng_below(&world->rng, 240 * SECOND);
        cr_assert_eq(cause_put(world->cause, i, 0, no_ties), 0);
    }
}

/* The device stands at this site, behind this one. */
static inline void world_place(struct world *world, uint32_t device, uint32_t site, uint32_t parent)
{
    world->things[device].site = site;
    world->things[device].parent = parent;
    struct cause_ties ties = {.parent = parent, .link = world->things[device].link};
    cr_assert_eq(cause_put(world->cause, device, site, ties), 0);
}

static inline void world_close(struct world *world)
{
    cause_destroy(world->cause);
    free(world->things);
}

/* Everything is looked at and well; from now on what is told counts. */
static inline void world_settle(struct world *world)
{
    world_run(world, 6 * MINUTE);
    for (uint32_t i = 0; i < world->count; i++) {
        cr_assert_eq(world->things[i].state.health, VMM_HEALTH_OK, "device %u", i);
    }
    cr_assert_eq(world->told_count, 0);
}

static inline void world_kill(struct world *world, uint32_t first, uint32_t count, bool refuses)
{
    for (uint32_t i = first; i < first + count; i++) {
        world->things[i].dead = true;
        world->things[i].refuses = refuses;
    }
}

static inline void world_revive(struct world *world, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        world->things[i].dead = false;
    }
}

/* How often something was told. */
static inline size_t world_count(const struct world *world, uint32_t what, uint32_t kind)
{
    size_t count = 0;
    for (size_t i = 0; i < world->told_count; i++) {
        count += world->told[i].what == what && world->told[i].kind == kind;
    }
    return count;
}

static inline const struct told *world_told(const struct world *world, uint32_t what, uint32_t kind)
{
    for (size_t i = 0; i < world->told_count; i++) {
        if (world->told[i].what == what && world->told[i].kind == kind) {
            return &world->told[i];
        }
    }
    cr_assert_fail("nothing of what %u, kind %u was told", what, kind);
    return NULL;
}

#endif
