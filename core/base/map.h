/* SPDX-License-Identifier: MIT */
/* From a text key to a dense 32-bit number: open addressing, the caller keeps the keys. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define MAP_NONE UINT32_MAX

/* Gives the key of a number; the text must stay the same while the number is in the map. */
typedef const char *(*map_key_fn)(const void *owner, uint32_t number);

struct map {
    uint32_t *slots; /* MAP_NONE: free; MAP_NONE - 1: removed */
    size_t capacity; /* a power of two */
    size_t used;     /* slots that are not free */
    size_t count;    /* numbers in the map */
    map_key_fn key;
    const void *owner;
};

void map_init(struct map *map, map_key_fn key, const void *owner);
void map_finish(struct map *map);

/* The number of a key, or MAP_NONE. */
uint32_t map_find(const struct map *map, const char *key);

/* Put a number in; its key must not be there. 0 or VMM_E_NOMEM. */
int map_put(struct map *map, uint32_t number);

/* Take a key out; nothing happens when it is not there. */
void map_remove(struct map *map, const char *key);

#endif
