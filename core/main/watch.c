/* SPDX-License-Identifier: MIT */
/* The watch and the time: what is written when, and what a turn of the loop does. */
#include "main/watch.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/deliver.h"
#include "main/behind.h"
#include "main/endpoint.h"
#include "main/expected.h"
#include "main/identification.h"
#include "main/incidents.h"
#include "main/node.h"
#include "main/notify.h"
#include "main/off.h"
#include "main/policies.h"
#include "main/unwatched.h"
#include "main/visit.h"

#define DUE_BATCH     256u
#define TICK_US       1000000u
#define TIME_SHARES   10u     /* each device's time is judged every so many ticks */
#define GRID_US       10000u  /* looks due within so long go out together: waking up costs more */
#define SOFT_EVERY_US 250000u /* soft rows gather so long before the store gets them */

/* ---- batches ---- */

static void on_committed(void *arg, int rc)
{
    struct watch *watch = arg;
    if (rc == 0) {
        deliver_grown(watch->daemon->deliver);
        notify_grown(watch->daemon->notify);
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
    struct timeval tv = clock_span(us);
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
    unwatched_pause(watch->unwatched, gap_us);
    look_void_all(watch);
    verdict_pause(watch);
    incidents_void(watch->incidents);
    if (watch->daemon->plugins != NULL) {
        plugin_set_forgive(watch->daemon->plugins);
    }
    identification_forgive(watch->daemon->identification);
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
    struct timeval tv = clock_span(wait);
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
    vault_hold(watch->daemon->vault);
    for (size_t i = 0; i < count; i++) {
        watch_begin(watch, due[i]);
    }
    vault_release(watch->daemon->vault);
    watch_arm(watch);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct watch *watch = arg;
    watch_pulse(watch);
    look_sweep(watch);
    watch_check_providers(watch);
    for (uint32_t i = 0; i < watch->provider_count; i++) {
        watch_pump(watch, &watch->providers[i]);
    }
    off_turn(watch);
    verdict_time(watch, TIME_SHARES);
    node_time(watch->node);
    incidents_time(watch->incidents);
    watch_arm(watch);
}

/* ---- life ---- */

void watch_refresh(struct watch *watch)
{
    policies_forget(watch->policies);
    incidents_set_policy(watch->incidents, &watch->daemon->policy);
    if (watch->started) {
        node_set_references(watch->node);
    }
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

/* The first input after a state was read; UNKNOWN or not, it goes on where it stopped. */
static void restore_all(struct watch *watch)
{
    struct health_input input = {.kind = HEALTH_INPUT_RESTORE};
    for (uint32_t i = 0; i < watch->device_room; i++) {
        if (watch->devices[i].known) {
            incidents_restore_device(watch->incidents, i, watch->devices[i].member);
        }
    }
    for (uint32_t i = 0; i < watch->device_room; i++) {
        if (watch->devices[i].known) {
            sched_remove(watch->sched, i);
            watch_schedule(watch, i);
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
    struct timeval tick = clock_span(TICK_US);
    watch->pulse_us = clock_mono_us();
    watch->asleep_us = clock_boot_us() - watch->pulse_us;
    unwatched_start(watch->unwatched);
    restore_all(watch);
    off_begin(watch);
    watch_refresh(watch);
    sched_spread(watch->sched, watch->pulse_us,
                 (uint64_t)watch->daemon->config->core.watch.spread_ms * CLOCK_MS);
    watch->started = true;
    node_start(watch->node);
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
    watch->node = node_create(watch);
    watch->unwatched = unwatched_create(watch);
    watch->policies = policies_create();
    watch->zones = calloc(1, sizeof(*watch->zones));
    watch->due_timer = event_new(daemon->base, -1, 0, on_due, watch);
    watch->tick_timer = event_new(daemon->base, -1, EV_PERSIST, on_tick, watch);
    watch->flush = event_new(daemon->base, -1, 0, on_flush, watch);
    if (watch->providers == NULL || watch->sched == NULL || watch->ledger == NULL ||
        watch->endpoints == NULL || watch->incidents == NULL || watch->node == NULL ||
        watch->unwatched == NULL || watch->policies == NULL || watch->zones == NULL ||
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
    node_destroy(watch->node);
    unwatched_destroy(watch->unwatched);
    policies_destroy(watch->policies);
    incidents_destroy(watch->incidents);
    free(watch->zones);
    ledger_destroy(watch->ledger);
    sched_destroy(watch->sched);
    free(watch->providers);
    free(watch->devices);
    free(watch->channels);
    free(watch->channel_beside);
    free(watch->channel_before);
    free(watch->looks);
    free(watch);
}
