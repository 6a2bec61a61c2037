/* SPDX-License-Identifier: MIT */
#include "main/incidents.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

/* The layout of a site's stored row; one of another version is not read. */
#define SITE_VERSION 2u

struct stored_site {
    uint32_t version;
    uint32_t size;
    struct site_verdict verdict;
    struct cause_incident incidents[CAUSE_OPEN_MAX];
};

_Static_assert(sizeof(struct stored_site) <= STORE_STATE_MAX, "a site fits its column");

static struct cause_time time_now(const struct incidents *incidents)
{
    return (struct cause_time){.wall_us = clock_wall_us(),
                               .mono_us = (int64_t)incidents->watch->pulse_us};
}

/* ---- sites ---- */

static int grow(struct incidents *incidents, uint32_t room)
{
    uint32_t more = room - incidents->site_room;
    struct site_verdict *sites = realloc(incidents->sites, room * sizeof(*sites));
    incidents->sites = sites != NULL ? sites : incidents->sites;
    uint64_t *marks = realloc(incidents->marks, room * sizeof(*marks));
    incidents->marks = marks != NULL ? marks : incidents->marks;
    if (sites == NULL || marks == NULL) {
        return VMM_E_NOMEM;
    }
    memset(sites + incidents->site_room, 0, more * sizeof(*sites));
    memset(marks + incidents->site_room, 0, more * sizeof(*marks));
    incidents->site_room = room;
    return 0;
}

static struct site_verdict *site_verdict(struct incidents *incidents, uint32_t site)
{
    uint32_t room = incidents->site_room > 0 ? incidents->site_room : 16;
    while (room <= site) {
        room *= 2;
    }
    if (room > incidents->site_room && grow(incidents, room) != 0) {
        return NULL;
    }
    return &incidents->sites[site];
}

static struct journal_subject subject_of(const struct incidents *incidents, uint32_t site)
{
    const struct daemon *daemon = incidents->watch->daemon;
    const struct fleet_site *record = fleet_site(daemon->fleet, site);
    return (struct journal_subject){.site_id = record->record.id,
                                    .id = "",
                                    .is_site = true,
                                    .nvr_id = "",
                                    .node_id = daemon->config->core.node_id,
                                    .epoch = record->record.epoch};
}

/* What the open incidents make of the site. */
static uint8_t health_of(const struct incidents *incidents, uint32_t site)
{
    uint8_t health = VMM_HEALTH_OK;
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *open = cause_incident(incidents->cause, site, slot);
        if (open != NULL && open->kind == CAUSE_SITE) {
            return VMM_HEALTH_DOWN;
        }
        if (open != NULL && open->kind == CAUSE_GROUP) {
            health = VMM_HEALTH_DEGRADED;
        }
    }
    return health;
}

/* What was lost together is as grave as each of it; short of that something expected behind it is offline, or may be. */
static uint8_t severity_of(const struct incidents *incidents, uint32_t site, uint8_t health)
{
    bool suspect =
        cause_lost(incidents->cause, site) > 0 || cause_is_undecided(incidents->cause, site);
    return health != VMM_HEALTH_OK ? VMM_SEVERITY_CRITICAL
           : suspect               ? VMM_SEVERITY_SUSPECT
                                   : VMM_SEVERITY_NORMAL;
}

static void write_site(struct incidents *incidents, uint32_t site, struct site_verdict *verdict)
{
    struct journal_subject subject = subject_of(incidents, site);
    struct stored_site stored = {.version = SITE_VERSION, .size = sizeof(stored)};
    verdict->written = true;
    incidents->marks[site] = cause_mark(incidents->cause, site);
    stored.verdict = *verdict;
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *open = cause_incident(incidents->cause, site, slot);
        if (open != NULL) {
            stored.incidents[slot] = *open;
        }
    }
    struct store_component row = {.site_id = subject.site_id,
                                  .component = "site",
                                  .health = verdict->health,
                                  .severity = verdict->severity,
                                  .consecutive_failures = cause_lost(incidents->cause, site),
                                  .node_id = subject.node_id,
                                  .epoch = subject.epoch,
                                  .state = &stored,
                                  .state_size = sizeof(stored)};
    store_put_component(watch_durable(incidents->watch), &row);
}

/* The severity of a site, and what follows from one of its devices, may change without an event. */
static void refresh_site(struct incidents *incidents, uint32_t site)
{
    struct site_verdict *verdict = site_verdict(incidents, site);
    if (verdict == NULL) {
        return;
    }
    uint8_t severity = severity_of(incidents, site, verdict->health);
    bool same = cause_mark(incidents->cause, site) == incidents->marks[site];
    if (severity != verdict->severity || !same || !verdict->written) {
        verdict->severity = severity;
        write_site(incidents, site, verdict);
    }
}

/* ---- what changes ---- */

static struct health_event event_of(const struct site_verdict *before,
                                    const struct site_verdict *after,
                                    const struct cause_change *change)
{
    static const uint8_t reasons[VMM_HEALTH_COUNT] = {
        [VMM_HEALTH_DOWN] = VMM_REASON_UNREACHABLE, [VMM_HEALTH_DEGRADED] = VMM_REASON_UNREACHABLE};
    uint8_t reason = reasons[after->health];
    return (struct health_event){
        .ts_wall = after->since_wall,
        .incident_wall = change->incident.start_wall,
        .reasons = reason != VMM_REASON_NONE ? HEALTH_BIT(reason) : 0,
        .number = after->events,
        .from_health = before->events == 0 ? VMM_HEALTH_UNKNOWN : before->health,
        .to_health = after->health,
        .from_severity = before->severity,
        .to_severity = after->severity,
        .from_reason = reasons[before->health],
        .reason = reason,
        .rung = reason != VMM_REASON_NONE ? VMM_RUNG_CONNECT : VMM_RUNG_NONE};
}

static void tell_site(struct incidents *incidents, const struct cause_change *change)
{
    struct watch *watch = incidents->watch;
    struct site_verdict *verdict = site_verdict(incidents, change->site);
    if (verdict == NULL) {
        return;
    }
    struct site_verdict before = *verdict;
    struct placed placed;
    bool opened = change->what == CAUSE_OPENED;
    verdict->health = health_of(incidents, change->site);
    verdict->severity = severity_of(incidents, change->site, verdict->health);
    verdict->since_wall = opened ? change->incident.start_wall : clock_wall_us();
    verdict->events++;
    struct journal_subject subject = subject_of(incidents, change->site);
    struct health_event event = event_of(&before, verdict, change);
    incidents_place_site(incidents, change, &placed);
    write_site(incidents, change->site, verdict);
    journal_put_event(watch_durable(watch), &subject, &event, &placed.place, clock_wall_us());
    watch->durable_has_event = true;
    watch->events++;
    log_info("incident", "%s: %s %s, %u cameras and %u recorders of %u and %u", subject.site_id,
             placed.cause, incident_step_word(placed.place.step), placed.place.lost.cameras,
             placed.place.lost.nvrs, placed.place.of.cameras, placed.place.of.nvrs);
}

static void ask(struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    if (watched->known && watched->look == WATCH_NONE && !watched->leaving) {
        watched->asked = true;
        sched_once(watch->sched, device, watch->pulse_us);
    }
}

static void act(struct incidents *incidents)
{
    struct cause_change change;
    uint32_t device;
    while (cause_next_change(incidents->cause, &change)) {
        if (change.what == CAUSE_OWN) {
            struct health_input own = {.kind = HEALTH_INPUT_OWN,
                                       .from_wall = change.incident.start_wall};
            verdict_step(incidents->watch, change.device, &own);
        } else {
            tell_site(incidents, &change);
        }
    }
    while (cause_next_ask(incidents->cause, &device)) {
        ask(incidents->watch, device);
    }
}

/* ---- what comes in ---- */

void incidents_step(struct incidents *incidents, uint32_t device, const struct health_state *before,
                    const struct health_input *input)
{
    const struct health_state *after = &incidents->watch->devices[device].state;
    follow_step(incidents->cause, device, before, after, input);
    act(incidents);
}

void incidents_end(struct incidents *incidents, uint32_t device, const struct health_state *before,
                   const struct health_input *input)
{
    const struct fleet *fleet = incidents->watch->daemon->fleet;
    const struct health_state *after = &incidents->watch->devices[device].state;
    follow_end(incidents->cause, device, before, after, input);
    act(incidents);
    refresh_site(incidents, fleet_device(fleet, device)->site);
}

void incidents_time(struct incidents *incidents)
{
    uint32_t site = CAUSE_NONE;
    while ((void)(site = cause_next_busy(incidents->cause, site)), site != CAUSE_NONE) {
        cause_time(incidents->cause, site, time_now(incidents));
        act(incidents);
        if (fleet_site(incidents->watch->daemon->fleet, site) != NULL) {
            refresh_site(incidents, site);
        }
    }
}

int64_t incidents_answered(const struct incidents *incidents)
{
    return cause_answered(incidents->cause);
}

void incidents_void(struct incidents *incidents)
{
    cause_void(incidents->cause);
}

void incidents_set_policy(struct incidents *incidents, const struct health_policy *policy)
{
    struct cause_policy times;
    cause_policy_of(policy, &times);
    cause_set_policy(incidents->cause, &times);
}

/* ---- devices ---- */

/* What a device hangs on: a camera with a recorder, on that. */
static uint32_t parent_of(const struct fleet *fleet, const struct fleet_device *device)
{
    if (device->record.kind == DEVICE_NVR) {
        return CAUSE_NONE;
    }
    uint32_t nvr = fleet_camera(fleet, device->owner)->nvr;
    return nvr != FLEET_NONE ? fleet_nvr(fleet, nvr)->device : CAUSE_NONE;
}

uint32_t incidents_link(const char *link)
{
    uint64_t hash = hash_bytes(link, strlen(link), 0);
    return link[0] != '\0' ? (uint32_t)(hash >> 32) | 1u : 0;
}

int incidents_add(struct incidents *incidents, uint32_t device)
{
    const struct fleet *fleet = incidents->watch->daemon->fleet;
    const struct fleet_device *record = fleet_device(fleet, device);
    struct cause_ties ties = {.parent = parent_of(fleet, record),
                              .link = incidents_link(record->record.link)};
    return cause_put(incidents->cause, device, record->site, ties);
}

void incidents_remove(struct incidents *incidents, uint32_t device)
{
    cause_remove(incidents->cause, device, time_now(incidents));
    act(incidents);
}

uint32_t incidents_slot(const struct incidents *incidents, uint32_t device)
{
    uint32_t slot = CAUSE_NONE;
    return cause_of(incidents->cause, device, &slot) != NULL ? slot : CAUSE_NONE;
}

/* ---- what was stored ---- */

void incidents_restore_site(struct incidents *incidents, const struct store_component *row)
{
    struct stored_site stored;
    const struct fleet_site *site = fleet_find_site(incidents->watch->daemon->fleet, row->site_id);
    struct site_verdict *verdict = site != NULL ? site_verdict(incidents, site->handle) : NULL;
    if (site == NULL) { /* it was removed while its last incident ended */
        store_del_component(watch_durable(incidents->watch), row->site_id, row->component);
    }
    if (verdict == NULL || row->state_size != sizeof(stored)) {
        return;
    }
    memcpy(&stored, row->state, sizeof(stored));
    if (stored.version != SITE_VERSION || stored.size != sizeof(stored) ||
        stored.verdict.health > VMM_HEALTH_DOWN ||
        stored.verdict.severity > VMM_SEVERITY_CRITICAL) {
        log_warn("incident", "%s: its stored row is of another version", row->site_id);
        return;
    }
    *verdict = stored.verdict;
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        if (stored.incidents[slot].kind != CAUSE_FREE) {
            (void)cause_restore(incidents->cause, site->handle, slot, &stored.incidents[slot],
                                time_now(incidents));
        }
    }
}

void incidents_restore_device(struct incidents *incidents, uint32_t device, uint32_t slot)
{
    const struct health_state *state = &incidents->watch->devices[device].state;
    bool well = state->health != VMM_HEALTH_UNKNOWN && state->health != VMM_HEALTH_DISABLED;
    cause_restore_device(incidents->cause, device, health_is_lost(state), well, slot);
}

/* ---- life ---- */

struct incidents *incidents_create(struct watch *watch)
{
    struct incidents *incidents = calloc(1, sizeof(*incidents));
    if (incidents == NULL) {
        return NULL;
    }
    incidents->watch = watch;
    incidents->cause = cause_create();
    if (incidents->cause == NULL) {
        free(incidents);
        return NULL;
    }
    return incidents;
}

void incidents_destroy(struct incidents *incidents)
{
    if (incidents != NULL) {
        cause_destroy(incidents->cause);
        free(incidents->sites);
        free(incidents->marks);
        free(incidents);
    }
}
