/* SPDX-License-Identifier: MIT */
/* The devices that are watched, and the channels: arrays beside the fleet. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/hash.h"
#include "main/endpoint.h"
#include "main/incidents.h"
#include "main/policies.h"
#include "main/watch.h"

/* ---- arrays ---- */

static int grow_devices(struct watch *watch, uint32_t device)
{
    if (device < watch->device_room) {
        return 0;
    }
    uint32_t room = watch->device_room > 0 ? watch->device_room : 64;
    while (room <= device) {
        room *= 2;
    }
    struct watched *devices = realloc(watch->devices, room * sizeof(*devices));
    if (devices == NULL) {
        return VMM_E_NOMEM;
    }
    memset(devices + watch->device_room, 0, (room - watch->device_room) * sizeof(*devices));
    watch->devices = devices;
    watch->device_room = room;
    return 0;
}

static int grow_channels(struct watch *watch, uint32_t camera)
{
    if (camera < watch->channel_room) {
        return 0;
    }
    uint32_t room = watch->channel_room > 0 ? watch->channel_room : 64;
    while (room <= camera) {
        room *= 2;
    }
    struct health_state *channels = realloc(watch->channels, room * sizeof(*channels));
    if (channels == NULL) {
        return VMM_E_NOMEM;
    }
    watch->channels = channels;
    struct health_beside *beside = realloc(watch->channel_beside, room * sizeof(*beside));
    if (beside == NULL) {
        return VMM_E_NOMEM;
    }
    watch->channel_beside = beside;
    struct cause_before *before = realloc(watch->channel_before, room * sizeof(*before));
    if (before == NULL) {
        return VMM_E_NOMEM;
    }
    watch->channel_before = before;
    for (uint32_t i = watch->channel_room; i < room; i++) {
        health_state_init(&channels[i]);
        beside[i] = (struct health_beside){0};
        before[i] = (struct cause_before){0};
    }
    watch->channel_room = room;
    return 0;
}

/* ---- devices ---- */

static int add_account(struct watch *watch, struct watched *watched, const char *endpoint,
                       const struct fleet_device *device)
{
    const struct credential_record *credential =
        device->record.credential_id[0] != '\0'
            ? vault_find(watch->daemon->vault, device->record.credential_id)
            : NULL;
    watched->account = LEDGER_NONE;
    if (credential == NULL) {
        return 0;
    }
    char key[ENDPOINT_KEY_MAX];
    watched->account =
        endpoint_number(watch->endpoints, account_key(endpoint, credential->id, key));
    struct ledger_record record;
    int rc = ledger_account(watch->ledger, watched->account, credential->generation, &record);
    if (rc == 1) {
        store_put_ledger(watch_durable(watch), key, &record, sizeof(record));
    }
    return rc < 0 ? rc : 0;
}

static int add_endpoint(struct watch *watch, struct watched *watched,
                        const struct fleet_device *device)
{
    char endpoint[FLEET_ENDPOINT_MAX];
    fleet_endpoint(&device->record, endpoint);
    watched->endpoint = endpoint_number(watch->endpoints, endpoint);
    int rc = ledger_endpoint(watch->ledger, watched->endpoint, 1, device->record.connections,
                             device->site);
    return rc != 0 ? rc : add_account(watch, watched, endpoint, device);
}

int watch_schedule(struct watch *watch, uint32_t device)
{
    const struct watched *watched = &watch->devices[device];
    const struct watch_settings *settings = &watch->daemon->config->core.watch;
    int64_t seen = watched->state.confirmed_wall > watched->state.last_seen_wall
                       ? watched->state.confirmed_wall
                       : watched->state.last_seen_wall;
    int64_t age = seen > 0 ? clock_wall_us() - seen : -1;
    struct sched_device entry = {.id_hash = watched->id_hash,
                                 .window_us = (uint64_t)settings->spread_ms * CLOCK_MS};
    if (age >= 0 && (uint64_t)age < watch->pulse_us) {
        entry.last_us = watch->pulse_us - (uint64_t)age;
    }
    if (watched->state.rhythm != HEALTH_RHYTHM_REST) {
        health_rhythm_times(policy_of_device(watch, device), watched->state.rhythm,
                            &entry.interval_us, &entry.jitter_us);
    }
    return sched_add(watch->sched, device, &entry, watch->pulse_us);
}

void watch_look_soon(struct watch *watch, uint32_t device)
{
    if (health_scope(&watch->devices[device].state) != HEALTH_SCOPE_NONE) {
        sched_once(watch->sched, device, watch->pulse_us);
        watch_arm(watch);
    }
}

/* A camera that was only a channel until now goes on with the verdict it had. */
static void take_over_channel(struct watch *watch, struct watched *watched,
                              const struct fleet_device *device)
{
    if (device->record.kind == DEVICE_CAMERA && device->owner < watch->channel_room) {
        watched->state = watch->channels[device->owner];
        watched->beside = watch->channel_beside[device->owner];
        watch_remove_channel(watch, device->owner);
    }
}

/* It is no longer seen through its recorder alone. */
static void own_address(struct watch *watch, uint32_t device)
{
    struct health_input input = {.kind = HEALTH_INPUT_PARENT, .parent = HEALTH_PARENT_UP};
    if (watch->devices[device].state.parent != HEALTH_PARENT_UP) {
        verdict_step(watch, device, &input);
    }
}

void watch_keep_as_channel(struct watch *watch, uint32_t device, uint32_t camera)
{
    if (device < watch->device_room && watch->devices[device].known &&
        grow_channels(watch, camera) == 0) {
        watch->channels[camera] = watch->devices[device].state;
        watch->channel_beside[camera] = watch->devices[device].beside;
    }
}

static uint64_t address_hash(const struct device_record *record, uint16_t provider)
{
    return hash_bytes(record->host, strlen(record->host), (uint64_t)provider << 32 | record->port);
}

/* What looks at it, or where, is another: what was counted, and kept with it, belongs to the past. */
static void start_afresh(struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    struct health_input input = {.kind = HEALTH_INPUT_AFRESH};
    free(watched->note);
    watched->note = NULL;
    watched->pace = (struct pace){0};
    watched->suspect = (struct suspect){0};
    verdict_step(watch, device, &input);
}

static void init_watched(struct watched *watched, const struct fleet_device *device)
{
    health_state_init(&watched->state);
    watched->id_hash = hash_bytes(device->record.id, strlen(device->record.id), 0);
    watched->look = WATCH_NONE;
    watched->member = (struct cause_member){.slot = CAUSE_NONE};
    watched->known = true;
}

int watch_add(struct watch *watch, uint32_t device)
{
    const struct fleet_device *record = fleet_device(watch->daemon->fleet, device);
    int rc = grow_devices(watch, device);
    if (rc != 0) {
        return rc;
    }
    struct watched *watched = &watch->devices[device];
    bool is_new = !watched->known;
    if (is_new) {
        init_watched(watched, record);
        take_over_channel(watch, watched, record);
    } else {
        watch_unqueue(watch, device);
        look_orphan(watch, device);
        sched_done(watch->sched, device, watch->pulse_us);
    }
    uint16_t provider = watch_provider(watch, fleet_speaker(&record->record));
    if (provider == WATCH_PROVIDERS_MAX) {
        return VMM_E_TOOBIG;
    }
    uint64_t address = address_hash(&record->record, provider);
    bool is_elsewhere = !is_new && address != watched->address_hash;
    watched->provider = provider;
    watched->address_hash = address;
    if (is_elsewhere) {
        start_afresh(watch, device);
    }
    rc = add_endpoint(watch, watched, record);
    rc = rc == 0 ? incidents_add(watch->incidents, device) : rc;
    rc = rc == 0 && is_new ? watch_schedule(watch, device) : rc;
    /* Before the start its stored state is not there yet. */
    if (rc == 0 && watch->started) {
        own_address(watch, device);
        verdict_settings(watch, device);
        verdict_rhythm(watch, device);
        watch_look_soon(watch, device);
    }
    return rc;
}

void watch_leave(struct watch *watch, uint32_t device, bool leaving)
{
    if (device >= watch->device_room || !watch->devices[device].known) {
        return;
    }
    watch->devices[device].leaving = leaving;
    if (leaving) {
        watch_unqueue(watch, device);
        look_orphan(watch, device);
        sched_done(watch->sched, device, watch->pulse_us);
        watch_arm(watch);
    }
}

void watch_remove(struct watch *watch, uint32_t device)
{
    if (device >= watch->device_room || !watch->devices[device].known) {
        return;
    }
    struct watched *watched = &watch->devices[device];
    watch_unqueue(watch, device);
    look_orphan(watch, device);
    incidents_remove(watch->incidents, device);
    sched_remove(watch->sched, device);
    free(watched->note);
    free(watched->trace);
    *watched = (struct watched){.look = WATCH_NONE};
}

int watch_add_channel(struct watch *watch, uint32_t camera)
{
    return grow_channels(watch, camera);
}

void watch_remove_channel(struct watch *watch, uint32_t camera)
{
    if (camera < watch->channel_room) {
        health_state_init(&watch->channels[camera]);
        watch->channel_beside[camera] = (struct health_beside){0};
        watch->channel_before[camera] = (struct cause_before){0};
    }
}

/* ---- their verdicts ---- */

const struct health_state *watch_nvr_state(const struct watch *watch, const struct fleet_nvr *nvr)
{
    return nvr->device < watch->device_room ? &watch->devices[nvr->device].state : NULL;
}

const struct health_state *watch_camera_state(const struct watch *watch,
                                              const struct fleet_camera *camera)
{
    if (camera->device != FLEET_NONE) {
        return camera->device < watch->device_room ? &watch->devices[camera->device].state : NULL;
    }
    return camera->handle < watch->channel_room ? &watch->channels[camera->handle] : NULL;
}
