/* SPDX-License-Identifier: MIT */
/* The queues of what there is to do: devices to be asked, and incidents to be told. */
#include "cause/cause.h"
#include "cause/parts.h"

static void push(struct cause *cause, struct queue *queue, uint32_t handle, uint32_t *link)
{
    *link = CAUSE_NONE;
    if (queue->head == CAUSE_NONE) {
        queue->head = handle;
    } else if (queue == &cause->asks) {
        cause->devices[queue->tail].ask_next = handle;
    } else {
        cause->devices[queue->tail].own_next = handle;
    }
    queue->tail = handle;
}

void ask_device(struct cause *cause, struct device *device)
{
    if (!device->asked) {
        device->asked = true;
        push(cause, &cause->asks, device_handle(cause, device), &device->ask_next);
    }
}

void tell_own(struct cause *cause, struct device *device)
{
    if (!device->told_own) {
        device->told_own = true;
        push(cause, &cause->owns, device_handle(cause, device), &device->own_next);
    }
}

bool cause_next_ask(struct cause *cause, uint32_t *handle)
{
    while (cause->asks.head != CAUSE_NONE) {
        struct device *device = &cause->devices[cause->asks.head];
        *handle = cause->asks.head;
        cause->asks.head = device->ask_next;
        bool wanted = device->asked && device->known && device->expected;
        device->asked = false;
        if (wanted) {
            return true;
        }
    }
    return false;
}

void put_change(struct cause *cause, uint32_t what, uint32_t site, uint32_t slot)
{
    if (cause->change_count < CHANGES_MAX) {
        cause->changes[cause->change_count++] =
            (struct cause_change){.what = what,
                                  .site = site,
                                  .slot = slot,
                                  .device = CAUSE_NONE,
                                  .incident = cause->sites[site].incidents[slot]};
    }
}

static bool next_own(struct cause *cause, struct cause_change *change)
{
    while (cause->owns.head != CAUSE_NONE) {
        struct device *device = &cause->devices[cause->owns.head];
        uint32_t handle = cause->owns.head;
        cause->owns.head = device->own_next;
        bool wanted = device->told_own && device->known && device->lost;
        device->told_own = false;
        if (wanted) {
            *change = (struct cause_change){.what = CAUSE_OWN,
                                            .site = device->site,
                                            .slot = CAUSE_NONE,
                                            .device = handle,
                                            .incident = {.start_wall = device->left_wall}};
            return true;
        }
    }
    return false;
}

bool cause_next_change(struct cause *cause, struct cause_change *change)
{
    if (cause->change_taken < cause->change_count) {
        *change = cause->changes[cause->change_taken++];
        return true;
    }
    cause->change_taken = 0;
    cause->change_count = 0;
    return next_own(cause, change);
}
