/* SPDX-License-Identifier: MIT */
/* Looks asked for by people: who waits for which. */
#include <stdlib.h>

#include <vmm/errors.h>

#include "main/watch.h"

struct probe_waiter {
    struct probe_waiter *next;
    uint32_t device;
    uint64_t look; /* id of the look it waits for; 0: lost, and not begun again yet */
    watch_probed_fn done;
    void *arg;
};

static void on_probe_committed(void *arg, int rc)
{
    struct probe_waiter *waiter = arg;
    if (waiter->done != NULL) {
        waiter->done(waiter->arg, waiter->device, rc);
    }
    free(waiter);
}

void probe_ended(struct watch *watch, uint32_t device, uint64_t look_id)
{
    struct probe_waiter **link = &watch->waiters;
    while (*link != NULL) {
        struct probe_waiter *waiter = *link;
        if (waiter->device != device || waiter->look != look_id) {
            link = &waiter->next;
            continue;
        }
        *link = waiter->next;
        watch_flush(watch);
        struct store_batch *batch = watch_can_write(watch) ? store_batch_create() : NULL;
        if (batch == NULL) {
            on_probe_committed(waiter, VMM_E_IO);
        } else {
            store_submit(watch->daemon->store, batch, on_probe_committed, waiter);
        }
    }
}

void probe_moved(struct watch *watch, uint32_t device, uint64_t from, uint64_t to)
{
    for (struct probe_waiter *waiter = watch->waiters; waiter != NULL; waiter = waiter->next) {
        if (waiter->device == device && waiter->look == from) {
            waiter->look = to;
        }
    }
}

/* The schedule gives it out like any other look, so that it is in flight for it too. */
static void take_from_schedule(struct watch *watch, uint32_t device)
{
    if (sched_in_flight(watch->sched, device)) {
        return;
    }
    sched_once(watch->sched, device, 0);
    uint32_t taken = WATCH_NONE;
    while (taken != device && sched_due(watch->sched, watch->pulse_us, &taken, 1) == 1) {
        if (taken != device) {
            watch_begin(watch, taken);
        }
    }
}

int watch_probe(struct watch *watch, uint32_t device, watch_probed_fn done, void *arg)
{
    struct watched *watched = &watch->devices[device];
    if (!watched->known || health_scope(&watched->state) == HEALTH_SCOPE_NONE) {
        return VMM_E_STATE;
    }
    struct probe_waiter *waiter = calloc(1, sizeof(*waiter));
    if (waiter == NULL) {
        return VMM_E_NOMEM;
    }
    *waiter = (struct probe_waiter){.device = device, .done = done, .arg = arg};
    if (watched->look == WATCH_NONE) {
        if (!watch_has_room(watch, device)) {
            free(waiter);
            return VMM_E_AGAIN;
        }
        watch_unqueue(watch, device);
        take_from_schedule(watch, device);
        watched->asked = false; /* a whole look was asked for */
        if (!look_begin(watch, device, watched->suspect.suspect)) {
            free(waiter);
            return VMM_E_AGAIN;
        }
    }
    if (watched->look == WATCH_NONE) {
        free(waiter);
        return VMM_E_AGAIN;
    }
    waiter->look = watch->looks[watched->look].id;
    waiter->next = watch->waiters;
    watch->waiters = waiter;
    return 0;
}

void probe_clear(struct watch *watch)
{
    while (watch->waiters != NULL) {
        struct probe_waiter *next = watch->waiters->next;
        free(watch->waiters);
        watch->waiters = next;
    }
}
