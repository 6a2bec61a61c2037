/* SPDX-License-Identifier: MIT */
/* The devices that are watched, and the time. */
#include "main/watch.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "main/deliver.h"
#include "main/behind.h"
#include "main/endpoint.h"
#include "main/expected.h"
#include "main/incidents.h"
#include "main/visit.h"

#define DUE_BATCH     256u
#define TICK_US       1000000u
#define TIME_SHARES   10u       /* each device's time is judged every so many ticks */
#define GRID_US       10000u    /* looks due within so long go out together: waking up costs more */
#define SOFT_EVERY_US 250000u   /* soft rows gather so long before the store gets them */
#define UNREADY_US    15000000u /* a provider without a host for so long makes its devices UNKNOWN */

/* ---- arrays beside the fleet ---- */

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
    for (uint32_t i = watch->channel_room; i < room; i++) {
        health_state_init(&channels[i]);
    }
    watch->channels = channels;
    watch->channel_room = room;
    return 0;
}

/* ---- batches ---- */

static void on_committed(void *arg, int rc)
{
    struct watch *watch = arg;
    if (rc == 0) {
        deliver_grown(watch->daemon->deliver);
    }
}

void watch_flush(struct watch *watch)
{
    struct store *store = watch->daemon->store;
    struct store_batch *durable = watch->durable;
    struct store_batch *soft = watch->soft;
    watch->durable = NULL;
    watch->soft = NULL;
    if (durable != NULL) {
        store_submit(store, durable, watch->durable_has_event ? on_committed : NULL, watch);
        watch->durable_has_event = false;
    }
    if (soft != NULL) {
        store_submit(store, soft, NULL, NULL);
    }
}

bool watch_can_write(const struct watch *watch)
{
    struct store_health health;
    store_health(watch->daemon->store, &health);
    return health.working;
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    watch_flush(arg);
}

static void flush_after(struct watch *watch, uint64_t us)
{
    struct timeval tv = {.tv_usec = (suseconds_t)us};
    event_add(watch->flush, &tv);
}

struct store_batch *watch_durable(struct watch *watch)
{
    if (watch->durable == NULL) {
        watch->durable = store_batch_create();
        event_active(watch->flush, 0, 0);
    }
    return watch->durable;
}

struct store_batch *watch_soft(struct watch *watch)
{
    if (watch->soft == NULL) {
        watch->soft = store_batch_create();
        flush_after(watch, SOFT_EVERY_US);
    }
    return watch->soft;
}

/* ---- time ---- */

/* The loop stood still (stopped, starved, the machine asleep): nobody is judged by what was under way. */
static void resume(struct watch *watch, uint64_t gap_us)
{
    log_warn("watch",
             "stood still for %llu s; looks under way are void, the schedule is spread anew",
             (unsigned long long)(gap_us / CLOCK_S));
    look_void_all(watch);
    verdict_pause(watch);
    if (watch->daemon->plugins != NULL) {
        plugin_set_forgive(watch->daemon->plugins);
    }
    sched_spread(watch->sched, watch->pulse_us,
                 (uint64_t)watch->daemon->config->core.watch.spread_ms * CLOCK_MS);
}

void watch_pulse(struct watch *watch)
{
    uint64_t now = clock_mono_us();
    uint64_t asleep = clock_boot_us() - now; /* in all, since the machine was booted */
    uint64_t gap = now - watch->pulse_us + (asleep - watch->asleep_us);
    watch->pulse_us = now;
    watch->asleep_us = asleep;
    if (watch->started && gap > (uint64_t)watch->daemon->config->core.watch.pause_ms * CLOCK_MS) {
        resume(watch, gap);
    }
}

void watch_arm(struct watch *watch)
{
    uint64_t next = watch->started ? sched_next(watch->sched, watch->pulse_us) : SCHED_NEVER;
    if (next == SCHED_NEVER) {
        event_del(watch->due_timer);
        return;
    }
    uint64_t wait = 0;
    if (next > watch->pulse_us) {
        wait = (next + GRID_US - 1) / GRID_US * GRID_US - watch->pulse_us;
    }
    struct timeval tv = {.tv_sec = (time_t)(wait / CLOCK_S),
                         .tv_usec = (suseconds_t)(wait % CLOCK_S)};
    event_add(watch->due_timer, &tv);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct watch *watch = arg;
    watch_pulse(watch);
    uint32_t due[DUE_BATCH];
    size_t count = sched_due(watch->sched, watch->pulse_us, due, DUE_BATCH);
    for (size_t i = 0; i < count; i++) {
        watch_begin(watch, due[i]);
    }
    watch_arm(watch);
}

/* Providers that have had no host for too long, or have one again. */
static void check_providers(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->provider_count; i++) {
        struct provider *provider = &watch->providers[i];
        bool failed =
            provider->unready_since != 0 && watch->pulse_us - provider->unready_since > UNREADY_US;
        if (failed == provider->failed) {
            continue;
        }
        provider->failed = failed;
        for (uint32_t k = 0; k < watch->device_room; k++) {
            if (watch->devices[k].known && watch->devices[k].provider == i) {
                verdict_settings(watch, k);
            }
        }
    }
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct watch *watch = arg;
    watch_pulse(watch);
    look_sweep(watch);
    check_providers(watch);
    for (uint32_t i = 0; i < watch->provider_count; i++) {
        watch_pump(watch, &watch->providers[i]);
    }
    verdict_time(watch, TIME_SHARES);
    incidents_time(watch->incidents);
    watch_arm(watch);
}

/* ---- devices ---- */

static const char *provider_of(const struct fleet_device *device)
{
    return device->record.effective_provider[0] != '\0' ? device->record.effective_provider
                                                        : device->record.provider;
}

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

static int add_to_schedule(struct watch *watch, uint32_t device)
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
        health_rhythm_times(&watch->daemon->policy, watched->state.rhythm, &entry.interval_us,
                            &entry.jitter_us);
    }
    return sched_add(watch->sched, device, &entry, watch->pulse_us);
}

/* A device whose settings have changed is looked at soon, not only on its next slot. */
static void look_soon(struct watch *watch, uint32_t device)
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
        health_state_init(&watch->channels[device->owner]);
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
    watched->suspect = (struct suspect){0};
    verdict_step(watch, device, &input);
}

static void init_watched(struct watched *watched, const struct fleet_device *device)
{
    health_state_init(&watched->state);
    watched->id_hash = hash_bytes(device->record.id, strlen(device->record.id), 0);
    watched->look = WATCH_NONE;
    watched->slot = UINT8_MAX;
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
    uint16_t provider = watch_provider(watch, provider_of(record));
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
    rc = rc == 0 && is_new ? add_to_schedule(watch, device) : rc;
    /* Before the start its stored state is not there yet. */
    if (rc == 0 && watch->started) {
        own_address(watch, device);
        verdict_settings(watch, device);
        look_soon(watch, device);
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
    }
}

/* ---- what was stored ---- */

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

static void restore_note(struct watched *watched, const void *bytes, size_t size)
{
    struct note head;
    if (size < sizeof(head)) {
        return;
    }
    memcpy(&head, bytes, sizeof(head));
    if (size != sizeof(head) + head.host_size + head.plugin_size ||
        head.host_size > NOTE_HOST_MAX || head.plugin_size > VMM_NOTE_MAX) {
        return;
    }
    watched->note = malloc(size);
    if (watched->note != NULL) {
        memcpy(watched->note, bytes, size);
    }
}

int watch_restore_component(struct watch *watch, const struct store_component *row,
                            const void *note, size_t note_size)
{
    struct watched *watched = NULL;
    struct health_state *state = state_of_component(watch, row, &watched);
    uint32_t slot = CAUSE_NONE;
    if (strcmp(row->component, "site") == 0) {
        incidents_restore_site(watch->incidents, row);
    }
    if (state == NULL) {
        return 0;
    }
    if (row->state_size > 0 && journal_get_state(row->state, row->state_size, state, &slot) != 0) {
        log_warn("watch", "%s: its stored state is of another version; it starts as UNKNOWN",
                 row->component);
        health_state_init(state);
    }
    if (state->last_seen_wall < row->last_seen_at) {
        state->last_seen_wall = row->last_seen_at;
    }
    if (watched != NULL) {
        watched->slot = slot < CAUSE_OPEN_MAX ? (uint8_t)slot : UINT8_MAX;
        restore_note(watched, note, note_size);
    }
    return 0;
}

int watch_restore_ledger(struct watch *watch, const char *key, const void *bytes, size_t size)
{
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

/* ---- plugins and settings ---- */

/* What made another build of this provider crash is looked at by this one as anything else. */
static void acquit(struct watch *watch, uint16_t provider)
{
    for (uint32_t i = 0; i < watch->device_room; i++) {
        struct watched *watched = &watch->devices[i];
        bool was_out = suspect_is_out(&watched->suspect, watch->pulse_us);
        if (!watched->known || watched->provider != provider || !watched->suspect.suspect) {
            continue;
        }
        bool queued = watched->queued != NULL;
        watch_unqueue(watch, i);
        watched->suspect = (struct suspect){0};
        if (queued) {
            watch_requeue(watch, i);
        }
        if (was_out) {
            verdict_settings(watch, i);
            look_soon(watch, i);
        }
    }
}

void watch_plugin_ready(struct watch *watch, struct plugin *plugin)
{
    uint16_t number = watch_provider(watch, plugin_name(plugin));
    if (number == WATCH_PROVIDERS_MAX) {
        return;
    }
    struct provider *provider = &watch->providers[number];
    provider->plugin = plugin;
    provider->unready_since = 0;
    /* A new generation may declare other options, and not crash any more. */
    options_clear(&provider->options);
    if (provider->generation != plugin_generation(plugin)) {
        provider->generation = plugin_generation(plugin);
        acquit(watch, number);
    }
    check_providers(watch);
    watch_pump(watch, provider);
}

void watch_plugin_unready(struct watch *watch, struct plugin *plugin)
{
    uint16_t number = watch_provider(watch, plugin_name(plugin));
    if (number == WATCH_PROVIDERS_MAX) {
        return;
    }
    struct provider *provider = &watch->providers[number];
    provider->plugin = plugin;
    if (provider->unready_since == 0) {
        provider->unready_since = watch->pulse_us;
    }
}

void watch_plugin_removed(struct watch *watch, struct plugin *plugin)
{
    for (uint32_t i = 0; i < watch->provider_count; i++) {
        if (watch->providers[i].plugin == plugin) {
            watch->providers[i].plugin = NULL;
            watch->providers[i].unready_since = watch->pulse_us;
        }
    }
}

void watch_refresh(struct watch *watch)
{
    incidents_set_policy(watch->incidents, &watch->daemon->policy);
    for (uint32_t i = 0; i < watch->device_room; i++) {
        if (watch->devices[i].known) {
            verdict_settings(watch, i);
            verdict_rhythm(watch, i);
        }
    }
    uint32_t leases = watch->daemon->config->core.limits.looks_per_way;
    for (uint32_t site = 0; site < fleet_site_end(watch->daemon->fleet); site++) {
        ledger_way(watch->ledger, site, leases);
    }
    watch_arm(watch);
}

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

/* ---- life ---- */

/* The first input after a state was read; UNKNOWN or not, it goes on where it stopped. */
static void restore_all(struct watch *watch)
{
    struct health_input input = {.kind = HEALTH_INPUT_RESTORE};
    for (uint32_t i = 0; i < watch->device_room; i++) {
        if (watch->devices[i].known) {
            incidents_restore_device(watch->incidents, i, watch->devices[i].slot);
        }
    }
    for (uint32_t i = 0; i < watch->device_room; i++) {
        if (watch->devices[i].known) {
            sched_remove(watch->sched, i);
            add_to_schedule(watch, i);
            verdict_step(watch, i, &input);
        }
    }
    for (uint32_t i = 0; i < watch->channel_room; i++) {
        if (verdict_is_channel(watch, i)) {
            verdict_step_channel(watch, i, &input, NULL);
            behind_channel(watch, i);
        }
    }
}

int watch_start(struct watch *watch)
{
    struct timeval tick = {.tv_usec = TICK_US % CLOCK_S, .tv_sec = TICK_US / CLOCK_S};
    watch->pulse_us = clock_mono_us();
    watch->asleep_us = clock_boot_us() - watch->pulse_us;
    restore_all(watch);
    watch_refresh(watch);
    sched_spread(watch->sched, watch->pulse_us,
                 (uint64_t)watch->daemon->config->core.watch.spread_ms * CLOCK_MS);
    watch->started = true;
    watch_arm(watch);
    return event_add(watch->tick_timer, &tick) == 0 ? 0 : VMM_E_NOMEM;
}

struct watch *watch_create(struct daemon *daemon)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL) {
        return NULL;
    }
    watch->daemon = daemon;
    watch->look_free = WATCH_NONE;
    watch->pulse_us = clock_mono_us();
    watch->providers = calloc(WATCH_PROVIDERS_MAX, sizeof(*watch->providers));
    watch->sched = sched_create(64, watch->pulse_us);
    watch->ledger = ledger_create(NULL);
    watch->endpoints = endpoint_table_create();
    watch->incidents = incidents_create(watch);
    watch->zones = calloc(1, sizeof(*watch->zones));
    watch->due_timer = event_new(daemon->base, -1, 0, on_due, watch);
    watch->tick_timer = event_new(daemon->base, -1, EV_PERSIST, on_tick, watch);
    watch->flush = event_new(daemon->base, -1, 0, on_flush, watch);
    if (watch->providers == NULL || watch->sched == NULL || watch->ledger == NULL ||
        watch->endpoints == NULL || watch->incidents == NULL || watch->zones == NULL ||
        watch->due_timer == NULL || watch->tick_timer == NULL || watch->flush == NULL) {
        watch_destroy(watch);
        return NULL;
    }
    return watch;
}

static void free_event(struct event *event)
{
    if (event != NULL) {
        event_free(event);
    }
}

void watch_destroy(struct watch *watch)
{
    if (watch == NULL) {
        return;
    }
    for (uint32_t i = 0; i < watch->device_room; i++) {
        free(watch->devices[i].note);
        free(watch->devices[i].trace);
    }
    visit_end_all(watch);
    for (uint32_t i = 0; i < watch->provider_count; i++) {
        options_clear(&watch->providers[i].options);
    }
    probe_clear(watch);
    store_batch_destroy(watch->durable);
    store_batch_destroy(watch->soft);
    free_event(watch->due_timer);
    free_event(watch->tick_timer);
    free_event(watch->flush);
    endpoint_table_destroy(watch->endpoints);
    incidents_destroy(watch->incidents);
    free(watch->zones);
    ledger_destroy(watch->ledger);
    sched_destroy(watch->sched);
    free(watch->providers);
    free(watch->devices);
    free(watch->channels);
    free(watch->looks);
    free(watch);
}
