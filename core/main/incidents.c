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
    struct site_row row;
};

_Static_assert(sizeof(struct stored_site) <= STORE_STATE_MAX, "a site fits its column");

static struct cause_time time_now(const struct incidents *incidents)
{
    return (struct cause_time){.wall_us = clock_wall_us(),
                               .mono_us = (int64_t)incidents->watch->pulse_us};
}

/* ---- what is done ---- */

static struct journal_subject subject_of(const struct incidents *incidents,
                                         const struct fleet_site *site)
{
    return (struct journal_subject){.site_id = site->record.id,
                                    .id = "",
                                    .is_site = true,
                                    .nvr_id = "",
                                    .node_id = incidents->watch->daemon->config->core.node_id,
                                    .epoch = site->record.epoch};
}

static bool on_write(void *arg, uint32_t number, const struct site_row *site_row)
{
    struct incidents *incidents = arg;
    const struct fleet_site *site = fleet_site(incidents->watch->daemon->fleet, number);
    struct stored_site stored = {.version = SITE_VERSION, .size = sizeof(stored), .row = *site_row};
    if (site == NULL) {
        return false;
    }
    struct journal_subject subject = subject_of(incidents, site);
    struct store_component row = {.site_id = subject.site_id,
                                  .component = "site",
                                  .health = site_row->verdict.health,
                                  .severity = site_row->verdict.severity,
                                  .consecutive_failures =
                                      cause_lost(incidents->sites.cause, number),
                                  .node_id = subject.node_id,
                                  .epoch = subject.epoch,
                                  .state = &stored,
                                  .state_size = sizeof(stored)};
    store_put_component(watch_durable(incidents->watch), &row);
    return true;
}

static void on_tell(void *arg, uint32_t number, const struct health_event *event,
                    const struct placed *placed)
{
    struct incidents *incidents = arg;
    struct watch *watch = incidents->watch;
    const struct fleet_site *site = fleet_site(watch->daemon->fleet, number);
    if (site == NULL) {
        return;
    }
    struct journal_subject subject = subject_of(incidents, site);
    journal_put_event(watch_durable(watch), &subject, event, &placed->place, clock_wall_us());
    watch->durable_has_event = true;
    watch->events++;
    log_info("incident", "%s: %s %s, %u cameras and %u recorders of %u and %u", subject.site_id,
             placed->cause, incident_step_word(placed->place.step), placed->place.lost.cameras,
             placed->place.lost.nvrs, placed->place.of.cameras, placed->place.of.nvrs);
}

static void on_step(void *arg, uint32_t device, struct health_input *input)
{
    verdict_step(((struct incidents *)arg)->watch, device, input);
}

static void on_ask(void *arg, uint32_t device)
{
    struct watch *watch = ((struct incidents *)arg)->watch;
    struct watched *watched = &watch->devices[device];
    if (watched->known && watched->look == WATCH_NONE && !watched->leaving) {
        watched->asked = true;
        sched_once(watch->sched, device, watch->pulse_us);
    }
}

static const struct sites_shell incidents_shell = {
    .step = on_step, .ask = on_ask, .write = on_write, .tell = on_tell};

/* ---- what comes in ---- */

void incidents_step(struct incidents *incidents, uint32_t device, const struct health_state *before,
                    const struct health_input *input)
{
    sites_step(&incidents->sites, device, before, &incidents->watch->devices[device].state, input);
}

void incidents_end(struct incidents *incidents, uint32_t device, const struct health_state *before,
                   const struct health_input *input)
{
    const struct fleet *fleet = incidents->watch->daemon->fleet;
    sites_end(&incidents->sites, fleet_device(fleet, device)->site, device, before,
              &incidents->watch->devices[device].state, input);
}

void incidents_time(struct incidents *incidents)
{
    sites_time(&incidents->sites, time_now(incidents));
}

int64_t incidents_answered(const struct incidents *incidents)
{
    return cause_answered(incidents->sites.cause);
}

void incidents_void(struct incidents *incidents)
{
    cause_void(incidents->sites.cause);
}

void incidents_set_policy(struct incidents *incidents, const struct health_policy *policy)
{
    struct cause_policy times;
    cause_policy_of(policy, &times);
    cause_set_policy(incidents->sites.cause, &times);
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
    return cause_put(incidents->sites.cause, device, record->site, ties);
}

void incidents_remove(struct incidents *incidents, uint32_t device)
{
    sites_remove(&incidents->sites, device, time_now(incidents));
}

struct cause_member incidents_member(const struct incidents *incidents, uint32_t device)
{
    return sites_member(&incidents->sites, device);
}

/* ---- what was stored ---- */

void incidents_restore_site(struct incidents *incidents, const struct store_component *row)
{
    struct stored_site stored;
    const struct fleet_site *site = fleet_find_site(incidents->watch->daemon->fleet, row->site_id);
    if (site == NULL) { /* it was removed while its last incident ended */
        store_del_component(watch_durable(incidents->watch), row->site_id, row->component);
        return;
    }
    if (row->state_size != sizeof(stored)) {
        return;
    }
    memcpy(&stored, row->state, sizeof(stored));
    bool is_known = stored.version == SITE_VERSION && stored.size == sizeof(stored);
    if (!is_known || sites_restore(&incidents->sites, site->handle, &stored.row,
                                   time_now(incidents)) == VMM_E_INVAL) {
        log_warn("incident", "%s: its stored row is of another version", row->site_id);
    }
}

void incidents_restore_device(struct incidents *incidents, uint32_t device,
                              struct cause_member member)
{
    sites_restore_device(&incidents->sites, device, &incidents->watch->devices[device].state,
                         member);
}

/* ---- life ---- */

struct incidents *incidents_create(struct watch *watch)
{
    struct incidents *incidents = calloc(1, sizeof(*incidents));
    struct place_world world = incidents_world;
    struct sites_shell shell = incidents_shell;
    if (incidents == NULL) {
        return NULL;
    }
    incidents->watch = watch;
    world.arg = incidents;
    shell.arg = incidents;
    if (sites_init(&incidents->sites, &world, &shell) != 0) {
        free(incidents);
        return NULL;
    }
    return incidents;
}

void incidents_destroy(struct incidents *incidents)
{
    if (incidents != NULL) {
        sites_finish(&incidents->sites);
        free(incidents);
    }
}
