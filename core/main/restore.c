/* SPDX-License-Identifier: MIT */
#include "main/restore.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/deliver.h"
#include "main/endpoint.h"
#include "main/incidents.h"
#include "main/node.h"
#include "main/note.h"
#include "main/notify.h"
#include "main/record.h"
#include "main/unwatched.h"
#include "main/watch.h"

/* A row that refers to nothing is a fault of the store; the rest is watched all the same. */
static int forgive(int rc, const char *kind, const char *id)
{
    if (rc == VMM_E_NOMEM || rc == 0) {
        return rc;
    }
    log_error("store", "%s %s does not fit the rest of the fleet and is left out", kind, id);
    return 0;
}

static int on_site(void *arg, const struct site_record *site)
{
    return forgive(fleet_put_site(((struct daemon *)arg)->fleet, site), "site", site->id);
}

static int on_nvr(void *arg, const struct nvr_record *nvr)
{
    return forgive(fleet_put_nvr(((struct daemon *)arg)->fleet, nvr), "nvr", nvr->id);
}

static int on_camera(void *arg, const struct camera_record *camera)
{
    return forgive(fleet_put_camera(((struct daemon *)arg)->fleet, camera), "camera", camera->id);
}

static int on_device(void *arg, const struct device_record *device)
{
    return forgive(fleet_put_device(((struct daemon *)arg)->fleet, device), "device", device->id);
}

/* ---- states, notes and logins; a row that no longer fits is left out with a line in the log ---- */

/* The state a component's row belongs to, and its device; NULL when nothing of that name is watched. */
static struct health_state *
state_of_component(struct watch *watch, const struct store_component *row, struct watched **watched)
{
    const struct fleet *fleet = watch->daemon->fleet;
    const char *id = strchr(row->component, ':');
    *watched = NULL;
    if (id == NULL) {
        return NULL;
    }
    const struct fleet_device *device = fleet_find_device(fleet, id + 1);
    if (device != NULL && strcmp(device->record.site_id, row->site_id) == 0 &&
        device->handle < watch->device_room && watch->devices[device->handle].known) {
        *watched = &watch->devices[device->handle];
        return &(*watched)->state;
    }
    const struct fleet_camera *camera = fleet_find_camera(fleet, id + 1);
    bool is_here = camera != NULL && strcmp(camera->record.site_id, row->site_id) == 0;
    return is_here && camera->handle < watch->channel_room ? &watch->channels[camera->handle]
                                                           : NULL;
}

static int on_component(void *arg, const struct store_component *row, const void *note, size_t size)
{
    struct watch *watch = ((struct daemon *)arg)->watch;
    struct watched *watched = NULL;
    struct health_state *state = state_of_component(watch, row, &watched);
    struct health_beside_values told = {0};
    struct cause_member member = {.slot = CAUSE_NONE};
    if (strcmp(row->component, "site") == 0) {
        incidents_restore_site(watch->incidents, row);
    } else if (strncmp(row->component, "node:", 5) == 0) {
        node_restore(watch->node, row);
    }
    if (state == NULL) {
        return 0;
    }
    if (row->state_size > 0 &&
        journal_get_state(row->state, row->state_size, state, &member, &told) != 0) {
        log_warn("watch", "%s: its stored state is of another version; it starts as UNKNOWN",
                 row->component);
        health_state_init(state);
    }
    if (state->last_seen_wall < row->last_seen_at) {
        state->last_seen_wall = row->last_seen_at;
    }
    struct health_beside *beside =
        watched != NULL ? &watched->beside : &watch->channel_beside[state - watch->channels];
    health_beside_restore(beside, &told);
    if (watched != NULL) {
        watched->member = member;
        note_read(watched, note, size);
    } else {
        watch->channel_before[state - watch->channels] = member.before;
    }
    return 0;
}

static int on_ledger(void *arg, const char *key, const void *bytes, size_t size)
{
    struct watch *watch = ((struct daemon *)arg)->watch;
    struct ledger_record record;
    struct ledger_record changed;
    if (size != sizeof(record)) {
        log_warn("watch",
                 "a row of the login ledger is of another version; its account is unproven");
        return 0;
    }
    memcpy(&record, bytes, sizeof(record));
    record.account = endpoint_number(watch->endpoints, key);
    struct ledger_time now = {.mono_us = clock_mono_us(), .wall_us = clock_wall_us()};
    int rc = ledger_restore(watch->ledger, &record, now, &changed);
    if (rc == 1) {
        store_put_ledger(watch_durable(watch), key, &changed, sizeof(changed));
    }
    return rc == VMM_E_NOMEM ? rc : 0;
}

static int on_cursor(void *arg, const char *destination, int64_t seq)
{
    struct daemon *daemon = arg;
    if (strcmp(destination, NOTIFY_CURSOR) == 0) {
        notify_restore_cursor(daemon->notify, seq);
        return 0;
    }
    return record_restore(daemon->record, destination, seq)
               ? 0
               : deliver_restore(daemon->deliver, destination, seq);
}

static int on_watched(void *arg, int64_t at)
{
    unwatched_restore(((struct daemon *)arg)->watch->unwatched, at);
    return 0;
}

/* The fleet, the ledger and the cursors come first: devices refer to accounts, states to devices. */
static int take_in_fleet(struct daemon *daemon)
{
    int rc = 0;
    for (uint32_t i = 0; i < fleet_device_end(daemon->fleet) && rc == 0; i++) {
        rc = fleet_device(daemon->fleet, i) != NULL ? watch_add(daemon->watch, i) : 0;
    }
    for (uint32_t i = 0; i < fleet_camera_end(daemon->fleet) && rc == 0; i++) {
        rc = fleet_camera(daemon->fleet, i) != NULL ? watch_add_channel(daemon->watch, i) : 0;
    }
    return rc;
}

int restore_fleet(struct daemon *daemon)
{
    struct store_loader fleet = {.arg = daemon,
                                 .site = on_site,
                                 .nvr = on_nvr,
                                 .camera = on_camera,
                                 .device = on_device,
                                 .ledger = on_ledger,
                                 .cursor = on_cursor,
                                 .watched = on_watched};
    struct store_loader states = {.arg = daemon, .component = on_component};
    int rc = store_load(daemon->store, &fleet);
    rc = rc == 0 ? take_in_fleet(daemon) : rc;
    rc = rc == 0 ? store_load(daemon->store, &states) : rc;
    rc = rc == 0 ? notify_restore(daemon->notify) : rc;
    if (rc != 0) {
        log_error("store", "the stored fleet cannot be read (error %d)", rc);
    } else if (store_set_aside(daemon->store) != NULL) {
        log_error(
            "store",
            "the database was damaged and lies at %s; the fleet starts empty, the credentials of"
            " %s are kept: load the last export with `vmmctl fleet load FILE`, or what"
            " `sqlite3 %s .recover` still finds",
            store_set_aside(daemon->store), daemon->config->core.vault_path,
            store_set_aside(daemon->store));
    }
    return rc;
}
