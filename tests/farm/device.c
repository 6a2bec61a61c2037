/* SPDX-License-Identifier: MIT */
#include "farm/device.h"

#include "farm/fault.h"
#include "farm/rng.h"

#include <fnmatch.h>
#include <stddef.h>

static uint64_t key_of(uint32_t address, uint16_t port)
{
    return (uint64_t)address << 16 | port;
}

void device_table_init(struct device_table *table, struct arena *arena, size_t count)
{
    size_t size = 16;
    while (size < count * 2) {
        size *= 2;
    }
    table->entries = arena_take(arena, size, sizeof *table->entries);
    table->mask = size - 1;
}

/* The entry that holds KEY, or the free one where it belongs. */
static struct device_table_entry *entry_of(const struct device_table *table, uint64_t key)
{
    size_t at = (size_t)rng_mix(key) & table->mask;
    while (table->entries[at].service != NULL && table->entries[at].key != key) {
        at = (at + 1) & table->mask;
    }
    return &table->entries[at];
}

bool device_table_add(struct device_table *table, struct service *service)
{
    uint64_t key = key_of(service->device->address, service->port);
    struct device_table_entry *entry = entry_of(table, key);
    if (entry->service != NULL) {
        return false;
    }
    *entry = (struct device_table_entry){key, service};
    return true;
}

struct service *device_table_find(const struct device_table *table, uint32_t address, uint16_t port)
{
    return entry_of(table, key_of(address, port))->service;
}

static void note_look(struct device_looks *looks, uint64_t now_us)
{
    if (looks->started_us != 0) {
        uint64_t gap = now_us - looks->started_us;
        looks->gap_min_us =
            looks->gap_min_us == 0 || gap < looks->gap_min_us ? gap : looks->gap_min_us;
        looks->gap_max_us = gap > looks->gap_max_us ? gap : looks->gap_max_us;
    }
    looks->started_us = now_us;
}

static void forget_given(struct device *device)
{
    for (size_t i = 0; i < device->service_count; i++) {
        device->services[i].given = 0;
    }
}

void device_note_arrival(struct device *device, uint64_t now_us, uint64_t quiet_us)
{
    struct device_looks *looks = &device->looks;
    device->counts.connections++;
    if (device->open + 1 > device->counts.connections_max) {
        device->counts.connections_max = device->open + 1;
    }
    bool quiet = looks->started_us == 0 || now_us - looks->closed_us >= quiet_us;
    if (device->open == 0 && quiet) {
        device->counts.looks++;
        forget_given(device);
        note_look(looks, now_us);
    }
    if (device->open == 0) {
        looks->closed_us = now_us; /* in case it is turned away at once */
    }
}

void device_note_request(struct device *device, const struct personality *personality,
                         const struct message *message, uint64_t now_us)
{
    device->counts.requests++;
    device->counts.methods[message->method]++;
    device->counts.writes += personality_writes(personality, message);
    device->looks.last_request_us = now_us;
}

void device_reset_counts(struct device *device)
{
    device->counts = (struct device_counts){.connections_max = device->open};
    device->looks.gap_min_us = 0;
    device->looks.gap_max_us = 0;
    device->looks.last_request_us = 0;
    device->last_bad_login = NULL;
    if (device->open == 0) {
        device->looks = (struct device_looks){0};
    }
}

void device_counts_add(struct device_counts *sum, const struct device_counts *add)
{
    /* All members are 64-bit counters: one loop, nothing forgotten when one is added. */
    uint64_t most =
        sum->connections_max > add->connections_max ? sum->connections_max : add->connections_max;
    uint64_t *to = (uint64_t *)sum;
    const uint64_t *from = (const uint64_t *)add;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) {
        to[i] += from[i];
    }
    sum->connections_max = most;
}

struct template_input device_template_input(const struct service *service, int64_t wall_us)
{
    const struct device *device = service->device;
    struct template_input input = {
        .id = device->id,
        .index = device->index,
        .address = device->address,
        .port = service->port,
        .values = device->values,
        .clock = device->clock,
        .wall_us = wall_us,
    };
    if (fault_is_on(device, FAULT_WRONG_CLOCK)) {
        input.clock.offset_s += fault_value(device, FAULT_WRONG_CLOCK);
    }
    return input;
}

bool device_matches(const struct device *device, const char *pattern)
{
    return fnmatch(pattern, device->id, 0) == 0;
}
