/* SPDX-License-Identifier: MIT */
#include "gateway/keyset.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

/* A key is one text for the map, "part1\x01part2", followed by the two texts as they are. */
#define BOUND '\x01'

static const char *key_of(const void *owner, uint32_t number)
{
    return ((const struct keyset *)owner)->keys[number];
}

void keyset_init(struct keyset *set)
{
    *set = (struct keyset){0};
    map_init(&set->map, key_of, set);
}

void keyset_clear(struct keyset *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        free(set->keys[i]);
    }
    set->count = 0;
    set->since_us = 0;
    map_finish(&set->map);
}

void keyset_finish(struct keyset *set)
{
    keyset_clear(set);
    free(set->keys);
    keyset_init(set);
}

static char *make_key(const char *part1, const char *part2)
{
    size_t size1 = strlen(part1);
    size_t size2 = strlen(part2);
    char *key = malloc(2 * (size1 + size2 + 2));
    if (key == NULL) {
        return NULL;
    }
    memcpy(key, part1, size1);
    key[size1] = BOUND;
    memcpy(key + size1 + 1, part2, size2 + 1);
    char *parts = key + size1 + size2 + 2;
    memcpy(parts, part1, size1 + 1);
    memcpy(parts + size1 + 1, part2, size2 + 1);
    return key;
}

static int make_room(struct keyset *set)
{
    if (set->count < set->capacity) {
        return 0;
    }
    uint32_t capacity = set->capacity > 0 ? set->capacity * 2 : 64;
    char **keys = realloc(set->keys, capacity * sizeof(*keys));
    if (keys == NULL) {
        return VMM_E_NOMEM;
    }
    set->keys = keys;
    set->capacity = capacity;
    return 0;
}

int keyset_add(struct keyset *set, const char *part1, const char *part2, uint64_t now_us)
{
    char *key = make_key(part1, part2);
    if (key == NULL) {
        return VMM_E_NOMEM;
    }
    if (map_find(&set->map, key) != MAP_NONE) {
        free(key);
        return 0;
    }
    int rc = make_room(set);
    if (rc == 0) {
        set->keys[set->count] = key;
        rc = map_put(&set->map, set->count);
    }
    if (rc != 0) {
        free(key);
        return rc;
    }
    set->since_us = set->count == 0 ? now_us : set->since_us;
    set->count++;
    return 1;
}

uint32_t keyset_take(struct keyset *set, uint32_t max, char **keys)
{
    uint32_t taken = 0;
    while (taken < max && set->count > 0) {
        keys[taken] = set->keys[set->count - 1];
        map_remove(&set->map, keys[taken]);
        set->count--;
        taken++;
    }
    set->since_us = set->count == 0 ? 0 : set->since_us;
    return taken;
}

const char *keyset_part1(const char *key)
{
    return key + strlen(key) + 1;
}

const char *keyset_part2(const char *key)
{
    const char *part1 = keyset_part1(key);
    return part1 + strlen(part1) + 1;
}
