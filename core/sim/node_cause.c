/* SPDX-License-Identifier: MIT */
#include "sim/node.h"

#include <stdlib.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "health/words.h"
#include "sim/memory.h"

/* ---- what there is ---- */

static const struct world *world_of(const void *arg)
{
    return &((const struct node *)arg)->sim->world;
}

static const struct health_state *on_state(void *arg, uint32_t device)
{
    return &((const struct node *)arg)->devices[device].state;
}

static const char *on_device(void *arg, uint32_t device, bool *is_nvr)
{
    const struct device *known = &world_of(arg)->devices[device];
    *is_nvr = known->is_nvr;
    return known->id;
}

/* All of the site that hangs on it stays there. */
static const char *on_link(void *arg, uint32_t site, uint32_t link)
{
    (void)site;
    return world_of(arg)->links[link];
}

static struct place_part part_of(const struct world *world, uint32_t device)
{
    const struct device *known = &world->devices[device];
    return (struct place_part){
        .id = known->id, .device = device, .recorder = known->parent, .is_nvr = known->is_nvr};
}

static void on_each(void *arg, uint32_t number, place_part_fn fn, void *fn_arg)
{
    const struct site *site = &world_of(arg)->sites[number];
    for (uint32_t i = site->first; i < site->first + site->count; i++) {
        struct place_part part = part_of(world_of(arg), i);
        fn(fn_arg, &part);
    }
}

static void on_each_behind(void *arg, uint32_t recorder, place_part_fn fn, void *fn_arg)
{
    const struct world *world = world_of(arg);
    const struct site *site = &world->sites[world->devices[recorder].site];
    for (uint32_t i = site->first; i < site->first + site->count; i++) {
        struct place_part part = part_of(world, i);
        if (part.recorder == recorder) {
            fn(fn_arg, &part);
        }
    }
}

/* ---- what is done ---- */

static void put_event(struct node *node, struct disk_event *row, const struct incident_place *place)
{
    struct sim *sim = node->sim;
    const char *site_id = sim->world.sites[row->site].id;
    char subject[INCIDENT_CAUSE_MAX] = "site";
    char id[INCIDENT_ID_MAX];
    char key[INCIDENT_KEY_MAX];
    if (row->device != WORLD_NONE) {
        const struct device *known = &sim->world.devices[row->device];
        text_format(subject, sizeof(subject), "%s:%s", known->is_nvr ? "nvr" : "camera", known->id);
    }
    struct incident_change change = {.subject = subject,
                                     .reason = reason_word(row->event.reason),
                                     .from = health_word(row->event.from_health),
                                     .to = health_word(row->event.to_health),
                                     .number = row->event.number};
    row->role = place->role;
    row->step = place->step;
    row->counted = place->counted;
    row->or_node = place->or_node;
    row->lost = place->lost;
    row->of = place->of;
    row->devices = place->counted ? json_array() : NULL;
    for (size_t i = 0; i < place->device_count; i++) {
        json_array_append_new(row->devices, json_string(place->devices[i]));
    }
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
    struct health_state *state = &node->devices[device].state;
    struct place_step step = {.site = node->sim->world.devices[device].site,
                              .device = device,
                              .before = before,
                              .after = state};
    struct placed placed;
    place_device(node->sites.cause, &node->sites.world, &step, event, &placed);
    if (placed.begins_wall != 0) {
        health_begin_incident(state, placed.begins_wall);
    }
    struct disk_event row = {.site = step.site, .device = device, .event = *event};
    put_event(node, &row, &placed.place);
}

static void on_tell(void *arg, uint32_t site, const struct health_event *event,
                    const struct placed *placed)
{
    struct disk_event row = {.site = site, .device = WORLD_NONE, .event = *event};
    put_event(arg, &row, &placed->place);
}

static bool on_write(void *arg, uint32_t site, const struct site_row *row)
{
    struct node *node = arg;
    disk_put_site(&node->sim->disk, site, row);
    sim_commit_soon(node->sim);
    return true;
}

static void on_step(void *arg, uint32_t device, struct health_input *input)
{
    node_step(arg, device, input);
}

static void on_ask(void *arg, uint32_t device)
{
    struct node *node = arg;
    struct node_turn *turn = &node->turns[device];
    if (turn->look == NODE_NONE) {
        turn->asked = true;
        sched_once(node->sched, device, (uint64_t)node->sim->now);
    }
}

bool node_each_lost(const struct node *node, uint32_t site, const char *id, place_part_fn fn,
                    void *fn_arg)
{
    return place_each_lost(node->sites.cause, &node->sites.world, site,
                           node->sim->world.sites[site].id, id, fn, fn_arg);
}

/* ---- what comes in ---- */

void node_cause_step(struct node *node, uint32_t device, const struct health_state *before,
                     const struct health_input *input)
{
    sites_step(&node->sites, device, before, &node->devices[device].state, input);
}

void node_cause_end(struct node *node, uint32_t device, const struct health_state *before,
                    const struct health_input *input)
{
    sites_end(&node->sites, node->sim->world.devices[device].site, device, before,
              &node->devices[device].state, input);
}

/* ---- life ---- */

void node_cause_init(struct node *node)
{
    struct place_world world = {.arg = node,
                                .state = on_state,
                                .device = on_device,
                                .link = on_link,
                                .each = on_each,
                                .each_behind = on_each_behind};
    struct sites_shell shell = {.arg = node, .step = on_step, .ask = on_ask};
    struct cause_policy times;
    if (!node->sim->plan.bare) {
        shell.write = on_write;
        shell.tell = on_tell;
    }
    if (sites_init(&node->sites, &world, &shell) != 0) {
        abort();
    }
    cause_policy_of(&node->policy, &times);
    cause_set_policy(node->sites.cause, &times);
}

void node_cause_restore(struct node *node)
{
    struct sim *sim = node->sim;
    for (uint32_t i = 0; i < sim->world.site_count; i++) {
        const struct site_row *row = &sim->disk.sites[i];
        if (row->verdict.written && sites_restore(&node->sites, i, row, sim_time(sim)) != 0) {
            check_fail(&sim->check, sim, "an incident of %s was not restored",
                       sim->world.sites[i].id);
        }
    }
    for (uint32_t i = 0; i < sim->world.device_count; i++) {
        const struct disk_device *row = &sim->disk.devices[i];
        struct cause_member none = {.slot = CAUSE_NONE};
        sites_restore_device(&node->sites, i, &node->devices[i].state,
                             row->written ? row->member : none);
    }
}
