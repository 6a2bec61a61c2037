/* SPDX-License-Identifier: MIT */
#include "sim/node.h"

#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "health/words.h"
#include "sim/memory.h"

/* ---- words ---- */

static const char *device_cause(const struct node *node, uint32_t device,
                                char out[INCIDENT_CAUSE_MAX])
{
    const struct device *known = &node->sim->world.devices[device];
    text_format(out, INCIDENT_CAUSE_MAX, "%s:%s", known->is_nvr ? "nvr" : "camera", known->id);
    return out;
}

static const char *kind_cause(uint32_t kind, uint32_t link, char out[INCIDENT_CAUSE_MAX])
{
    if (kind == CAUSE_GROUP && link != 0) {
        text_format(out, INCIDENT_CAUSE_MAX, "link:switch-%u", link);
    } else {
        text_format(out, INCIDENT_CAUSE_MAX, "%s", kind == CAUSE_SITE ? "site" : "group");
    }
    return out;
}

/* ---- where an event belongs ---- */

/* A place with the texts that it borrows. */
struct placed {
    struct incident_place place;
    int64_t begins_wall;
    char cause[INCIDENT_CAUSE_MAX];
    char opened_as[INCIDENT_CAUSE_MAX];
};

static void place_in(const struct node *node, const struct follow_place *where,
                     struct placed *placed)
{
    placed->place.cause = placed->cause;
    placed->place.start_wall = where->start_wall;
    if (where->kind == CAUSE_DEVICE) {
        const struct health_state *root = &node->devices[where->root].state;
        device_cause(node, where->root, placed->cause);
        placed->place.start_wall =
            root->incident_wall != 0 ? root->incident_wall : root->fail_since_wall;
        return;
    }
    kind_cause(where->kind, where->link, placed->cause);
    placed->place.opened_as = kind_cause(where->opened_as, where->opened_link, placed->opened_as);
}

static void place_device(const struct node *node, uint32_t device,
                         const struct health_state *before, const struct health_event *event,
                         struct placed *placed)
{
    struct follow_place where =
        follow_place(node->cause, device, before, &node->devices[device].state, event);
    *placed = (struct placed){.begins_wall = where.begins_wall};
    placed->place.role = where.role;
    placed->place.step = where.step;
    if (where.kind != CAUSE_FREE) {
        place_in(node, &where, placed);
        return;
    }
    placed->place.cause = device_cause(node, device, placed->cause);
    placed->place.start_wall = where.start_wall;
}

static void put_event(struct node *node, struct disk_event *row, const struct incident_place *place)
{
    struct sim *sim = node->sim;
    const char *site_id = sim->world.sites[row->site].id;
    char subject[INCIDENT_CAUSE_MAX] = "site";
    char id[INCIDENT_ID_MAX];
    char key[INCIDENT_KEY_MAX];
    if (row->device != WORLD_NONE) {
        device_cause(node, row->device, subject);
    }
    struct incident_change change = {.subject = subject,
                                     .reason = reason_word(row->event.reason),
                                     .from = health_word(row->event.from_health),
                                     .to = health_word(row->event.to_health),
                                     .number = row->event.number};
    row->role = place->role;
    row->step = place->step;
    row->or_node = place->or_node;
    row->incident = memory_text(incident_id(site_id, place, id));
    row->cause = memory_text(place->cause);
    row->key = memory_text(incident_key(site_id, place, &change, key));
    row->received = sim_wall(sim);
    disk_put_event(&sim->disk, row);
    sim_commit_soon(sim);
}

void node_put_event(struct node *node, uint32_t device, const struct health_state *before,
                    const struct health_event *event)
{
    struct placed placed;
    place_device(node, device, before, event, &placed);
    if (placed.begins_wall != 0) {
        health_begin_incident(&node->devices[device].state, placed.begins_wall);
    }
    struct disk_event row = {
        .site = node->sim->world.devices[device].site, .device = device, .event = *event};
    put_event(node, &row, &placed.place);
}

/* ---- sites ---- */

static uint8_t health_of(const struct node *node, uint32_t site)
{
    uint8_t health = VMM_HEALTH_OK;
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *open = cause_incident(node->cause, site, slot);
        if (open != NULL && open->kind == CAUSE_SITE) {
            return VMM_HEALTH_DOWN;
        }
        if (open != NULL && open->kind == CAUSE_GROUP) {
            health = VMM_HEALTH_DEGRADED;
        }
    }
    return health;
}

static uint8_t severity_of(const struct node *node, uint32_t site, uint8_t health)
{
    bool suspect = cause_lost(node->cause, site) > 0 || cause_is_undecided(node->cause, site);
    return health != VMM_HEALTH_OK ? VMM_SEVERITY_CRITICAL
           : suspect               ? VMM_SEVERITY_SUSPECT
                                   : VMM_SEVERITY_NORMAL;
}

static void write_site(struct node *node, uint32_t site)
{
    struct disk_site *row = &node->sites[site];
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *open = cause_incident(node->cause, site, slot);
        row->incidents[slot] = open != NULL ? *open : (struct cause_incident){0};
    }
    node->marks[site] = cause_mark(node->cause, site);
    disk_put_site(&node->sim->disk, site, row);
    sim_commit_soon(node->sim);
}

static void refresh_site(struct node *node, uint32_t site)
{
    struct disk_site *row = &node->sites[site];
    if (node->sim->plan.bare) {
        return;
    }
    uint8_t severity = severity_of(node, site, row->health);
    bool same = severity == row->severity && cause_mark(node->cause, site) == node->marks[site];
    if (!same) {
        row->severity = severity;
        write_site(node, site);
    }
}

static void count(const struct node *node, const struct cause_change *change,
                  struct disk_event *row)
{
    const struct site *site = &node->sim->world.sites[change->site];
    bool closed = change->what == CAUSE_CLOSED;
    row->counted = true;
    for (uint32_t i = site->first; i < site->first + site->count; i++) {
        uint32_t slot = CAUSE_NONE;
        bool member = cause_of(node->cause, i, &slot) != NULL && slot == change->slot;
        bool lost = closed ? health_is_lost(&node->devices[i].state) : member;
        bool is_nvr = node->sim->world.devices[i].is_nvr;
        row->of.nvrs += is_nvr;
        row->of.cameras += !is_nvr;
        row->lost.nvrs += lost && is_nvr;
        row->lost.cameras += lost && !is_nvr;
    }
}

static struct health_event event_of(const struct disk_site *before, const struct disk_site *after,
                                    const struct cause_change *change)
{
    static const uint8_t reasons[VMM_HEALTH_COUNT] = {
        [VMM_HEALTH_DOWN] = VMM_REASON_UNREACHABLE, [VMM_HEALTH_DEGRADED] = VMM_REASON_UNREACHABLE};
    return (struct health_event){.ts_wall = after->since_wall,
                                 .incident_wall = change->incident.start_wall,
                                 .number = after->events,
                                 .from_health =
                                     before->events == 0 ? VMM_HEALTH_UNKNOWN : before->health,
                                 .to_health = after->health,
                                 .from_severity = before->severity,
                                 .to_severity = after->severity,
                                 .from_reason = reasons[before->health],
                                 .reason = reasons[after->health]};
}

static void tell_site(struct node *node, const struct cause_change *change)
{
    static const uint32_t steps[] = {[CAUSE_OPENED] = INCIDENT_OPENED,
                                     [CAUSE_GREW] = INCIDENT_GOES_ON,
                                     [CAUSE_CLOSED] = INCIDENT_CLOSED};
    const struct cause_incident *incident = &change->incident;
    struct disk_site *site = &node->sites[change->site];
    struct disk_site before = *site;
    char cause[INCIDENT_CAUSE_MAX];
    char opened_as[INCIDENT_CAUSE_MAX];
    site->health = health_of(node, change->site);
    site->severity = severity_of(node, change->site, site->health);
    site->since_wall = change->what == CAUSE_OPENED ? incident->start_wall : sim_wall(node->sim);
    site->events++;
    struct disk_event row = {
        .site = change->site, .device = WORLD_NONE, .event = event_of(&before, site, change)};
    count(node, change, &row);
    struct incident_place place = {
        .cause = kind_cause(incident->kind, incident->link, cause),
        .opened_as = kind_cause(incident->opened_as, incident->opened_link, opened_as),
        .start_wall = incident->start_wall,
        .role = INCIDENT_CAUSE,
        .step = steps[change->what],
        .or_node = change->what != CAUSE_CLOSED && incident->kind == CAUSE_SITE &&
                   cause_is_total(node->cause, change->site)};
    write_site(node, change->site);
    put_event(node, &row, &place);
}

/* ---- what there is to do ---- */

static void ask(struct node *node, uint32_t device)
{
    struct node_device *one = &node->devices[device];
    if (one->look == NODE_NONE) {
        one->asked = true;
        sched_once(node->sched, device, (uint64_t)node->sim->now);
    }
}

static void act(struct node *node)
{
    struct cause_change change;
    uint32_t device;
    while (cause_next_change(node->cause, &change)) {
        if (change.what == CAUSE_OWN) {
            struct health_input own = {.kind = HEALTH_INPUT_OWN,
                                       .from_wall = change.incident.start_wall};
            node_step(node, change.device, &own);
        } else if (!node->sim->plan.bare) {
            tell_site(node, &change);
        }
    }
    while (cause_next_ask(node->cause, &device)) {
        ask(node, device);
    }
}

void node_cause_step(struct node *node, uint32_t device, const struct health_state *before,
                     const struct health_input *input)
{
    follow_step(node->cause, device, before, &node->devices[device].state, input);
    act(node);
}

void node_cause_end(struct node *node, uint32_t device, const struct health_state *before,
                    const struct health_input *input)
{
    follow_end(node->cause, device, before, &node->devices[device].state, input);
    act(node);
    refresh_site(node, node->sim->world.devices[device].site);
}

void node_cause_time(struct node *node)
{
    uint32_t site = CAUSE_NONE;
    while ((void)(site = cause_next_busy(node->cause, site)), site != CAUSE_NONE) {
        cause_time(node->cause, site, sim_time(node->sim));
        act(node);
        refresh_site(node, site);
    }
}

/* ---- what was on disk ---- */

static void restore_device(struct node *node, uint32_t device)
{
    const struct disk_device *row = &node->sim->disk.devices[device];
    const struct health_state *state = &node->devices[device].state;
    bool well = state->health != VMM_HEALTH_UNKNOWN && state->health != VMM_HEALTH_DISABLED;
    cause_restore_device(node->cause, device, health_is_lost(state), well,
                         row->written ? row->slot : CAUSE_NONE);
}

void node_cause_restore(struct node *node)
{
    struct sim *sim = node->sim;
    for (uint32_t i = 0; i < sim->world.site_count; i++) {
        node->sites[i] = sim->disk.sites[i];
        for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
            const struct cause_incident *open = &sim->disk.sites[i].incidents[slot];
            if (open->kind != CAUSE_FREE &&
                cause_restore(node->cause, i, slot, open, sim_time(sim)) != 0) {
                check_fail(&sim->check, sim, "an incident of %s was not restored",
                           sim->world.sites[i].id);
            }
        }
    }
    for (uint32_t i = 0; i < sim->world.device_count; i++) {
        restore_device(node, i);
    }
}
