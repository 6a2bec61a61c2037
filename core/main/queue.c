/* SPDX-License-Identifier: MIT */
/* In which order looks start: a queue a provider, and one for devices that have to be looked at alone. */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "main/watch.h"

static void push(struct watch *watch, struct queue *queue, uint32_t device, bool front)
{
    struct watched *watched = &watch->devices[device];
    watched->queued = queue;
    watched->queue_next = front ? queue->head : WATCH_NONE;
    watched->queue_previous = front ? WATCH_NONE : queue->tail;
    if (watched->queue_next != WATCH_NONE) {
        watch->devices[watched->queue_next].queue_previous = device;
    } else {
        queue->tail = device;
    }
    if (watched->queue_previous != WATCH_NONE) {
        watch->devices[watched->queue_previous].queue_next = device;
    } else {
        queue->head = device;
    }
    queue->count++;
}

static void take_out(struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    struct queue *queue = watched->queued;
    if (watched->queue_next != WATCH_NONE) {
        watch->devices[watched->queue_next].queue_previous = watched->queue_previous;
    } else {
        queue->tail = watched->queue_previous;
    }
    if (watched->queue_previous != WATCH_NONE) {
        watch->devices[watched->queue_previous].queue_next = watched->queue_next;
    } else {
        queue->head = watched->queue_next;
    }
    queue->count--;
    watched->queued = NULL;
}

static uint32_t pop(struct watch *watch, struct queue *queue)
{
    uint32_t device = queue->head;
    if (device != WATCH_NONE) {
        take_out(watch, device);
    }
    return device;
}

uint16_t watch_provider(struct watch *watch, const char *name)
{
    for (uint32_t i = 0; i < watch->provider_count; i++) {
        if (strcmp(watch->providers[i].name, name) == 0) {
            return (uint16_t)i;
        }
    }
    if (watch->provider_count == WATCH_PROVIDERS_MAX) {
        return WATCH_PROVIDERS_MAX;
    }
    struct provider *provider = &watch->providers[watch->provider_count];
    static const struct queue empty = {.head = WATCH_NONE, .tail = WATCH_NONE};
    *provider = (struct provider){.queue = empty,
                                  .suspects = empty,
                                  .suspect_look = WATCH_NONE,
                                  .unready_since = watch->pulse_us};
    text_format(provider->name, sizeof(provider->name), "%s", name);
    return (uint16_t)watch->provider_count++;
}

void watch_unqueue(struct watch *watch, uint32_t device)
{
    if (watch->devices[device].queued != NULL) {
        take_out(watch, device);
    }
}

static bool has_room(const struct watch *watch, const struct provider *provider)
{
    return provider->plugin != NULL && plugin_is_ready(provider->plugin) &&
           provider->in_flight < watch->daemon->config->core.limits.looks_per_provider;
}

bool watch_has_room(const struct watch *watch, uint32_t device)
{
    const struct watched *watched = &watch->devices[device];
    const struct provider *provider = &watch->providers[watched->provider];
    return watched->suspect.suspect
               ? provider->plugin != NULL && provider->suspect_look == WATCH_NONE &&
                     plugin_pick_isolation(provider->plugin) != NULL
               : has_room(watch, provider);
}

static void pump_suspects(struct watch *watch, struct provider *provider)
{
    if (provider->plugin == NULL || provider->suspect_look != WATCH_NONE ||
        provider->suspects.count == 0) {
        return;
    }
    /* Started when first asked for; its readiness pumps again. */
    if (plugin_pick_isolation(provider->plugin) == NULL) {
        return;
    }
    look_begin(watch, pop(watch, &provider->suspects), true);
}

void watch_pump(struct watch *watch, struct provider *provider)
{
    /* Each one that waits once: what cannot start goes back into the queue. */
    for (uint32_t left = provider->queue.count; left > 0 && provider->queue.count > 0; left--) {
        if (!has_room(watch, provider)) {
            break;
        }
        look_begin(watch, pop(watch, &provider->queue), false);
    }
    pump_suspects(watch, provider);
}

static void enqueue(struct watch *watch, uint32_t device, bool front)
{
    struct watched *watched = &watch->devices[device];
    struct provider *provider = &watch->providers[watched->provider];
    if (watched->queued == NULL) {
        push(watch, watched->suspect.suspect ? &provider->suspects : &provider->queue, device,
             front);
    }
}

void watch_begin(struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    if (!watched->known || watched->look != WATCH_NONE || watched->queued != NULL) {
        return;
    }
    if (watched->leaving || health_scope(&watched->state) == HEALTH_SCOPE_NONE) {
        sched_done(watch->sched, device, watch->pulse_us);
        return;
    }
    struct provider *provider = &watch->providers[watched->provider];
    if (!watched->suspect.suspect && provider->queue.count == 0 && has_room(watch, provider)) {
        look_begin(watch, device, false);
        return;
    }
    enqueue(watch, device, false);
    watch_pump(watch, provider);
}

void watch_requeue(struct watch *watch, uint32_t device)
{
    enqueue(watch, device, true);
}

void watch_again(struct watch *watch, uint32_t device)
{
    enqueue(watch, device, true);
    watch_pump(watch, &watch->providers[watch->devices[device].provider]);
}

void watch_release_isolation(struct provider *provider)
{
    if (provider->suspects.count == 0 && provider->plugin != NULL) {
        plugin_release_isolation(provider->plugin);
    }
}
