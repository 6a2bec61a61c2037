/* SPDX-License-Identifier: MIT */
#include "sched/sched.h"

#include <stdlib.h>
#include <string.h>
#include <vmm/errors.h>

#include "sched/slot.h"
#include "sched/wheel.h"

#define CAPACITY_FIRST 64u

#define LINE 64u /* bytes that come from memory together */

enum { FREE, WAITING, FLYING };

/* Each look needs another one: no entry lies in two lines. */
struct entry {
    uint64_t id_hash;
    uint64_t interval_us; /* 0: rests */
    uint64_t jitter_us;
    uint64_t last_us;    /* the last look began; 0: never */
    uint64_t regular_us; /* due by the rhythm */
    uint64_t once_us;    /* due out of turn */
    uint64_t window_us;
    uint32_t state;
};

_Static_assert(sizeof(struct entry) == LINE, "an entry is a line");

struct sched {
    struct entry *entries;
    struct wheel_link *links; /* beside the entries: the wheel walks nothing else */
    uint32_t capacity;
    size_t waiting;
    size_t flying;
    struct wheel wheel;
};

/* More entries; the old ones are released when that succeeds. */
static struct entry *grow_entries(struct entry *old, uint32_t count, uint32_t capacity)
{
    struct entry *entries = aligned_alloc(LINE, (size_t)capacity * sizeof(*entries));
    if (entries == NULL) {
        return NULL;
    }
    if (count > 0) {
        memcpy(entries, old, count * sizeof(*entries));
    }
    for (uint32_t i = count; i < capacity; i++) {
        entries[i].state = FREE;
    }
    free(old);
    return entries;
}

struct sched *sched_create(uint32_t capacity, uint64_t now)
{
    struct sched *sched = calloc(1, sizeof(*sched));
    if (sched == NULL) {
        return NULL;
    }
    sched->capacity = capacity > 0 ? capacity : CAPACITY_FIRST;
    sched->entries = grow_entries(NULL, 0, sched->capacity);
    sched->links = calloc(sched->capacity, sizeof(*sched->links));
    if (sched->entries == NULL || sched->links == NULL) {
        sched_destroy(sched);
        return NULL;
    }
    wheel_init(&sched->wheel, now);
    return sched;
}

void sched_destroy(struct sched *sched)
{
    if (sched == NULL) {
        return;
    }
    free(sched->entries);
    free(sched->links);
    free(sched);
}

static int reserve(struct sched *sched, uint32_t handle)
{
    if (handle < sched->capacity) {
        return 0;
    }
    if (handle == UINT32_MAX) {
        return VMM_E_RANGE;
    }
    uint64_t wanted = (uint64_t)sched->capacity * 2;
    wanted = wanted > handle ? wanted : (uint64_t)handle + 1;
    uint32_t capacity = wanted < UINT32_MAX ? (uint32_t)wanted : UINT32_MAX;
    struct entry *entries = grow_entries(sched->entries, sched->capacity, capacity);
    if (entries == NULL) {
        return VMM_E_NOMEM;
    }
    sched->entries = entries;
    struct wheel_link *links = realloc(sched->links, capacity * sizeof(*links));
    if (links == NULL) {
        return VMM_E_NOMEM;
    }
    sched->links = links;
    sched->capacity = capacity;
    return 0;
}

static struct entry *find(const struct sched *sched, uint32_t handle)
{
    bool known = handle < sched->capacity && sched->entries[handle].state != FREE;
    return known ? &sched->entries[handle] : NULL;
}

static uint64_t due_of(const struct entry *entry)
{
    return entry->regular_us < entry->once_us ? entry->regular_us : entry->once_us;
}

/* The regular look after the last one; never in the past. */
static uint64_t regular_after(const struct entry *entry, uint64_t now)
{
    if (entry->interval_us == 0) {
        return SCHED_NEVER;
    }
    uint64_t due =
        slot_following(entry->id_hash, entry->interval_us, entry->jitter_us, entry->last_us);
    return due > now ? due : now;
}

/* A look that nothing before it tells the time of: within the window that many share. */
static uint64_t regular_spread(const struct entry *entry, uint64_t now)
{
    if (entry->interval_us == 0) {
        return SCHED_NEVER;
    }
    uint64_t window = entry->window_us < entry->interval_us ? entry->window_us : entry->interval_us;
    return now + slot_spread(entry->id_hash, window);
}

/* The first look, or the first after a rest: on its slot when that is still to come. */
static uint64_t regular_first(const struct entry *entry, uint64_t now)
{
    uint64_t due = entry->last_us != 0 ? regular_after(entry, now) : now;
    return due > now ? due : regular_spread(entry, now);
}

static void put_in(struct sched *sched, uint32_t handle)
{
    uint64_t due = due_of(&sched->entries[handle]);
    if (due != SCHED_NEVER) {
        wheel_insert(&sched->wheel, sched->links, handle, due);
    }
}

static void put_again(struct sched *sched, uint32_t handle)
{
    if (sched->entries[handle].state == WAITING) {
        wheel_remove(&sched->wheel, sched->links, handle);
        put_in(sched, handle);
    }
}

static bool rhythm_valid(uint64_t interval_us, uint64_t jitter_us)
{
    return interval_us == 0 || jitter_us < interval_us;
}

int sched_add(struct sched *sched, uint32_t handle, const struct sched_device *device, uint64_t now)
{
    if (!rhythm_valid(device->interval_us, device->jitter_us)) {
        return VMM_E_RANGE;
    }
    int error = reserve(sched, handle);
    if (error != 0) {
        return error;
    }
    if (sched->entries[handle].state != FREE) {
        return VMM_E_EXIST;
    }
    struct entry entry = {.id_hash = device->id_hash,
                          .interval_us = device->interval_us,
                          .jitter_us = device->jitter_us,
                          .window_us = device->window_us,
                          .last_us = device->last_us,
                          .once_us = SCHED_NEVER,
                          .state = WAITING};
    entry.regular_us = regular_first(&entry, now);
    sched->entries[handle] = entry;
    sched->links[handle].tick = WHEEL_NOWHERE;
    sched->waiting++;
    put_in(sched, handle);
    return 0;
}

void sched_remove(struct sched *sched, uint32_t handle)
{
    struct entry *entry = find(sched, handle);
    if (entry == NULL) {
        return;
    }
    if (entry->state == WAITING) {
        wheel_remove(&sched->wheel, sched->links, handle);
        sched->waiting--;
    } else {
        sched->flying--;
    }
    entry->state = FREE;
}

int sched_set(struct sched *sched, uint32_t handle, uint64_t interval_us, uint64_t jitter_us,
              uint64_t now)
{
    struct entry *entry = find(sched, handle);
    if (entry == NULL) {
        return VMM_E_NOENT;
    }
    if (!rhythm_valid(interval_us, jitter_us)) {
        return VMM_E_RANGE;
    }
    if (entry->interval_us == interval_us && entry->jitter_us == jitter_us) {
        return 0;
    }
    bool rested = entry->interval_us == 0;
    entry->interval_us = interval_us;
    entry->jitter_us = jitter_us;
    if (entry->state == FLYING) {
        return 0; /* sched_done() goes by the new rhythm */
    }
    if (rested || interval_us == 0) {
        entry->regular_us = regular_first(entry, now);
    } else if (entry->last_us != 0) {
        entry->regular_us = regular_after(entry, now);
    }
    put_again(sched, handle);
    return 0;
}

int sched_once(struct sched *sched, uint32_t handle, uint64_t at)
{
    struct entry *entry = find(sched, handle);
    if (entry == NULL) {
        return VMM_E_NOENT;
    }
    entry->once_us = at;
    put_again(sched, handle);
    return 0;
}

size_t sched_due(struct sched *sched, uint64_t now, uint32_t *out, size_t max)
{
    wheel_advance(&sched->wheel, sched->links, now);
    size_t count = 0;
    while (count < max) {
        uint32_t handle = wheel_take(&sched->wheel, sched->links);
        if (handle == WHEEL_NIL) {
            break;
        }
        struct entry *entry = &sched->entries[handle];
        entry->state = FLYING;
        entry->last_us = now;
        entry->once_us = SCHED_NEVER;
        out[count] = handle;
        count++;
    }
    sched->waiting -= count;
    sched->flying += count;
    return count;
}

void sched_done(struct sched *sched, uint32_t handle, uint64_t now)
{
    struct entry *entry = find(sched, handle);
    if (entry == NULL || entry->state != FLYING) {
        return;
    }
    entry->state = WAITING;
    entry->regular_us =
        entry->last_us != 0 ? regular_after(entry, now) : regular_spread(entry, now);
    sched->flying--;
    sched->waiting++;
    put_in(sched, handle);
}

uint64_t sched_next(struct sched *sched, uint64_t now)
{
    wheel_advance(&sched->wheel, sched->links, now);
    return wheel_ready(&sched->wheel) != WHEEL_NIL ? now : wheel_next_us(&sched->wheel);
}

uint32_t sched_upcoming(const struct sched *sched, uint32_t skip)
{
    uint32_t handle = wheel_upcoming(&sched->wheel, skip);
    if (handle != WHEEL_NIL) {
        __builtin_prefetch(&sched->entries[handle]);
    }
    return handle;
}

size_t sched_spread(struct sched *sched, uint64_t now, uint64_t window_us)
{
    size_t moved = 0;
    for (uint32_t i = 0; i < sched->capacity; i++) {
        struct entry *entry = &sched->entries[i];
        if (entry->state == FLYING) {
            entry->last_us = 0; /* what is under way is void: sched_done() spreads it too */
        }
        if (entry->state != WAITING || due_of(entry) > now) {
            continue;
        }
        entry->once_us = SCHED_NEVER;
        entry->regular_us = now + slot_spread(entry->id_hash, window_us);
        put_again(sched, i);
        moved++;
    }
    return moved;
}

uint64_t sched_due_at(const struct sched *sched, uint32_t handle)
{
    const struct entry *entry = find(sched, handle);
    return entry != NULL && entry->state == WAITING ? due_of(entry) : SCHED_NEVER;
}

bool sched_in_flight(const struct sched *sched, uint32_t handle)
{
    const struct entry *entry = find(sched, handle);
    return entry != NULL && entry->state == FLYING;
}

size_t sched_waiting(const struct sched *sched)
{
    return sched->waiting;
}

size_t sched_flying(const struct sched *sched)
{
    return sched->flying;
}
