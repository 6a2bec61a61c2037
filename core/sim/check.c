/* SPDX-License-Identifier: MIT */
#include "sim/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "health/words.h"
#include "sim/memory.h"
#include "sim/node.h"
#include "sim/people.h"
#include "sim/sim.h"

#define SHOWN_MAX    5u /* failures of a run that are printed */
#define WINDOW_US    (10 * PLAN_MIN)
#define WINDOW_LOOKS 40u /* of a device in a window: confirmation and trials are ten each */
#define GRID_US      INT64_C(2000)

void check_init(struct check *check, const struct sim *sim)
{
    *check = (struct check){.open = json_object(), .held = json_object()};
    check->devices = memory_zeroed(sim->world.device_count, sizeof(*check->devices));
    check->sites = memory_zeroed(sim->world.site_count, sizeof(*check->sites));
    for (uint32_t i = 0; i < sim->world.device_count; i++) {
        check->devices[i].told.health = VMM_HEALTH_UNKNOWN;
        check->devices[i].told.reason = VMM_REASON_NEVER_LOOKED;
    }
    for (uint32_t i = 0; i < sim->world.site_count; i++) {
        check->sites[i].health = VMM_HEALTH_UNKNOWN;
    }
    check->self.health = VMM_HEALTH_UNKNOWN;
}

void check_finish(struct check *check)
{
    free(check->devices);
    free(check->sites);
    json_decref(check->open);
    json_decref(check->held);
}

void check_fail(struct check *check, const struct sim *sim, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (check->failures++ < SHOWN_MAX) {
        printf("seed %llu: at %.3f s: %s\n", (unsigned long long)sim->plan.seed,
               (double)sim->now / (double)PLAN_S, text);
    }
}

/* ---- steps ---- */

/* What is beyond counting is not written again, and a breaker that is tried is an open one. */
static bool is_same(const struct health_policy *policy, const struct health_state *a,
                    const struct health_state *b)
{
    bool saturated =
        a->failure_count >= policy->fail_count && b->failure_count >= policy->fail_count;
    return a->health == b->health && a->reason == b->reason && a->reasons == b->reasons &&
           a->severity == b->severity && a->events == b->events && a->blocked == b->blocked &&
           a->incident_wall == b->incident_wall && a->recovering == b->recovering &&
           (a->breaker == HEALTH_BREAKER_CLOSED) == (b->breaker == HEALTH_BREAKER_CLOSED) &&
           (a->failure_count == b->failure_count || saturated);
}

void check_step(struct check *check, const struct sim *sim, uint32_t device,
                const struct health_state *before, const struct health_state *after,
                const struct health_input *input, const struct health_actions *actions)
{
    bool changed = before->health != after->health || before->reason != after->reason;
    bool told = (actions->did & HEALTH_DID_EVENT) != 0;
    const char *id = sim->world.devices[device].id;
    check->steps++;
    if (told && !changed && input->kind != HEALTH_INPUT_OWN) {
        check_fail(check, sim, "%s: an event without a change", id);
    }
    bool waits = before->health == VMM_HEALTH_UNKNOWN && after->health == VMM_HEALTH_UNKNOWN;
    if (changed && !told && !waits) {
        check_fail(check, sim, "%s: a change without an event, to %s %s", id,
                   health_word(after->health), reason_word(after->reason));
    }
    if (told && (actions->did & HEALTH_DID_DURABLE) == 0) {
        check_fail(check, sim, "%s: an event whose state is not written", id);
    }
    if (!is_same(&sim->node->policy, before, after) && (actions->did & HEALTH_DID_DURABLE) == 0) {
        check_fail(check, sim, "%s: what has changed is not written", id);
    }
    check_cut_step(check, sim, device, before, after);
    if (health_state_check(after) != 0) {
        check_fail(check, sim, "%s: its state is out of its range", id);
    }
}

/* ---- looks ---- */

static void check_gap(struct check *check, const struct sim *sim, uint32_t device, int64_t gap_us,
                      bool is_regular)
{
    const struct health_policy *policy = &sim->node->policy;
    int64_t longest =
        (int64_t)(policy->interval_us + policy->jitter_us + policy->deadline_us) + GRID_US;
    int64_t shortest = (int64_t)(policy->interval_us - policy->jitter_us) - GRID_US;
    if (gap_us > longest || (is_regular && gap_us < shortest)) {
        check_fail(check, sim, "%s: %.3f s from one look to the next",
                   sim->world.devices[device].id, (double)gap_us / (double)PLAN_S);
    }
}

void check_look(struct check *check, const struct sim *sim, uint32_t device, int64_t last,
                bool is_regular)
{
    struct check_device *one = &check->devices[device];
    if (last != 0) {
        check_gap(check, sim, device, sim->now - last, is_regular);
    }
    if (one->looks_out++ != 0) {
        check_fail(check, sim, "%s: two looks at once", sim->world.devices[device].id);
    }
    if (sim->now - one->window >= WINDOW_US) {
        one->window = sim->now;
        one->looks = 0;
    }
    if (++one->looks > WINDOW_LOOKS) {
        check_fail(check, sim, "%s: more than %u looks in ten minutes",
                   sim->world.devices[device].id, WINDOW_LOOKS);
    }
}

void check_look_end(struct check *check, uint32_t device)
{
    check->devices[device].looks_out--;
}

/* ---- events ---- */

static void check_chain(struct check *check, const struct sim *sim, const struct disk_event *event,
                        struct check_told *told)
{
    const struct health_event *said = &event->event;
    if (said->number != told->number + 1 || said->from_health != told->health) {
        check_fail(check, sim, "%s: event %u from %s follows on event %u to %s", event->key,
                   said->number, health_word(said->from_health), told->number,
                   health_word(told->health));
    }
    *told = (struct check_told){
        .number = said->number, .health = said->to_health, .reason = said->reason};
}

/* Causes of which a site has at most one open incident. */
static bool is_single(const char *cause)
{
    return strcmp(cause, "site") == 0 || strchr(cause, ':') != NULL;
}

/* A group may have become a site, and a site what hangs on one switch: the incident has one cause at a time. */
static void lets_go(struct check *check, const char *incident)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(check->held, next, key, value)
    {
        if (strcmp(json_string_value(value), incident) == 0) {
            json_object_del(check->held, key);
        }
    }
}

static void holds(struct check *check, const struct sim *sim, const struct disk_event *event)
{
    char held[INCIDENT_ID_MAX];
    text_format(held, sizeof(held), "%s %s", world_site_id(&sim->world, event->site), event->cause);
    const char *other = json_string_value(json_object_get(check->held, held));
    if (!is_single(event->cause)) {
        return;
    }
    if (other != NULL) {
        check_fail(check, sim, "%s has the cause of %s, which is open", event->incident, other);
    }
    json_object_set_new(check->held, held, json_string(event->incident));
}

static void sees(struct check *check, const struct disk_event *event)
{
    bool is_unseen = event->device != WORLD_NONE && event->event.reason == VMM_REASON_NODE;
    json_object_set_new(check->open, event->incident, json_boolean(!is_unseen));
}

static void opens(struct check *check, const struct sim *sim, const struct disk_event *event)
{
    if (json_object_get(check->open, event->incident) != NULL) {
        check_fail(check, sim, "%s is opened twice", event->incident);
    }
    sees(check, event);
    holds(check, sim, event);
}

static void closes(struct check *check, const struct sim *sim, const struct disk_event *event)
{
    bool is_first = event->event.from_reason == VMM_REASON_NEVER_LOOKED ||
                    event->event.from_reason == VMM_REASON_AUTH_WAIT;
    if (json_object_del(check->open, event->incident) != 0 && !is_first) {
        check_fail(check, sim, "%s is closed and was not open", event->incident);
    }
    lets_go(check, event->incident);
}

static void goes_on(struct check *check, const struct sim *sim, const struct disk_event *event)
{
    if (json_object_get(check->open, event->incident) == NULL) {
        check_fail(check, sim, "%s goes on and is not open", event->incident);
    } else if (event->event.reason != VMM_REASON_NODE) {
        sees(check, event);
    }
    lets_go(check, event->incident);
    holds(check, sim, event);
}

static void check_incident(struct check *check, const struct sim *sim,
                           const struct disk_event *event)
{
    if (event->step == INCIDENT_OPENED) {
        opens(check, sim, event);
    } else if (event->step == INCIDENT_CLOSED) {
        closes(check, sim, event);
    } else {
        goes_on(check, sim, event);
    }
}

static struct check_told *told_of(struct check *check, const struct disk_event *event)
{
    return event->site == WORLD_NONE     ? &check->self
           : event->device == WORLD_NONE ? &check->sites[event->site]
                                         : &check->devices[event->device].told;
}

void check_event(struct check *check, struct sim *sim, const struct disk_event *event, bool is_new)
{
    if (!is_new) {
        check_fail(check, sim, "%s is journalled twice", event->key);
        return;
    }
    check_chain(check, sim, event, told_of(check, event));
    check_cut_event(check, sim, event);
    bool waits = event->event.reason == VMM_REASON_AUTH_WAIT || /* a login was lost with the node */
                 check_cut_unknown(sim);
    if (event->event.to_health == VMM_HEALTH_UNKNOWN && !waits) {
        check_fail(check, sim, "%s: nothing keeps the node from looking", event->key);
    }
    if (event->role == INCIDENT_CAUSE) {
        check_incident(check, sim, event);
    }
}

/* ---- the disk ---- */

void check_device(struct check *check, const struct sim *sim, uint32_t device)
{
    const struct health_state *stored = &sim->disk.devices[device].state;
    const struct check_told *told = &check->devices[device].told;
    const char *id = sim->world.devices[device].id;
    bool unknown = stored->health == VMM_HEALTH_UNKNOWN && told->health == VMM_HEALTH_UNKNOWN;
    if (!unknown && (stored->health != told->health || stored->reason != told->reason)) {
        check_fail(check, sim, "%s is %s %s, and the journal says %s %s", id,
                   health_word(stored->health), reason_word(stored->reason),
                   health_word(told->health), reason_word(told->reason));
    }
    if (sim->node != NULL &&
        !is_same(&sim->node->policy, stored, &sim->node->devices[device].state)) {
        const struct health_state *live = &sim->node->devices[device].state;
        check_fail(check, sim,
                   "%s: on disk it is %s %s, %u failures, %u events, incident %lld; in memory %s "
                   "%s, %u, %u, %lld",
                   id, health_word(stored->health), reason_word(stored->reason),
                   stored->failure_count, stored->events, (long long)stored->incident_wall,
                   health_word(live->health), reason_word(live->reason), live->failure_count,
                   live->events, (long long)live->incident_wall);
    }
}

void check_crash(struct check *check, const struct sim *sim)
{
    if (sim->disk.row_count == 0) {
        for (uint32_t i = 0; i < sim->world.device_count; i++) {
            if (sim->disk.devices[i].written) {
                check_device(check, sim, i);
            }
        }
        people_check_disk(sim->people);
    }
    for (uint32_t i = 0; i < sim->world.device_count; i++) {
        check->devices[i].looks_out = 0;
    }
}

/* ---- the truth ---- */

void check_outage(struct check *check, struct sim *sim, uint32_t number)
{
    const struct outage *outage = &sim->world.outages[number];
    const struct site *site = &sim->world.sites[outage->site];
    for (uint32_t i = site->first; sim->node != NULL && i < site->first + site->count; i++) {
        const struct health_state *state = &sim->node->devices[i].state;
        if (world_takes(&sim->world, outage, i) && state->health != VMM_HEALTH_DOWN) {
            check_fail(check, sim, "%s is out for long and is %s %s", sim->world.devices[i].id,
                       health_word(state->health), reason_word(state->reason));
        }
    }
}

void check_end(struct check *check, const struct sim *sim)
{
    const char *key;
    json_t *value;
    json_object_foreach(check->open, key, value)
    {
        check_fail(check, sim, "%s is still open", key);
    }
    for (uint32_t i = 0; i < sim->world.device_count; i++) {
        if (check->devices[i].told.health != VMM_HEALTH_OK) {
            check_fail(check, sim, "%s ends as %s", sim->world.devices[i].id,
                       health_word(check->devices[i].told.health));
        }
    }
    people_check_end(sim->people);
}
