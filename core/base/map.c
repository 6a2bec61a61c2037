/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/hash.h"

#define REMOVED (MAP_NONE - 1)

void map_init(struct map *map, map_key_fn key, const void *owner)
{
    *map = (struct map){.key = key, .owner = owner};
}

void map_finish(struct map *map)
{
    free(map->slots);
    map_init(map, map->key, map->owner);
}

static size_t first_slot(const struct map *map, const char *key)
{
    return (size_t)hash_bytes(key, strlen(key), 0) & (map->capacity - 1);
}

/* The slot of the key, or SIZE_MAX. */
static size_t find_slot(const struct map *map, const char *key)
{
    if (map->capacity == 0) {
        return SIZE_MAX;
    }
    for (size_t i = first_slot(map, key);; i = (i + 1) & (map->capacity - 1)) {
        uint32_t number = map->slots[i];
        if (number == MAP_NONE) {
            return SIZE_MAX;
        }
        if (number != REMOVED && strcmp(map->key(map->owner, number), key) == 0) {
            return i;
        }
    }
}

uint32_t map_find(const struct map *map, const char *key)
{
    size_t slot = find_slot(map, key);
    return slot == SIZE_MAX ? MAP_NONE : map->slots[slot];
}

static void place(struct map *map, uint32_t number)
{
    size_t i = first_slot(map, map->key(map->owner, number));
    while (map->slots[i] != MAP_NONE) {
        i = (i + 1) & (map->capacity - 1);
    }
    map->slots[i] = number;
    map->used++;
    map->count++;
}

static int rebuild(struct map *map)
{
    size_t capacity = 16;
    while (capacity < (map->count + 1) * 2) {
        capacity *= 2;
    }
    uint32_t *slots = malloc(capacity * sizeof(*slots));
    if (slots == NULL) {
        return VMM_E_NOMEM;
    }
    memset(slots, 0xff, capacity * sizeof(*slots));
    struct map old = *map;
    *map = (struct map){.slots = slots, .capacity = capacity, .key = old.key, .owner = old.owner};
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i] < REMOVED) {
            place(map, old.slots[i]);
        }
    }
    free(old.slots);
    return 0;
}

int map_put(struct map *map, uint32_t number)
{
    if ((map->used + 1) * 4 > map->capacity * 3) {
        int rc = rebuild(map);
        if (rc != 0) {
            return rc;
        }
    }
    place(map, number);
    return 0;
}

void map_remove(struct map *map, const char *key)
{
    size_t slot = find_slot(map, key);
    if (slot != SIZE_MAX) {
        map->slots[slot] = REMOVED;
        map->count--;
    }
}
