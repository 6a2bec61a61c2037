/* SPDX-License-Identifier: MIT */
#include "gateway/shelf.h"

#include <stdlib.h>
#include <string.h>

static const char *key_of(const void *owner, uint32_t place)
{
    const struct shelf *shelf = owner;
    return shelf->id(shelf->items[place]);
}

void shelf_init(struct shelf *shelf, const char *(*id)(const void *item))
{
    *shelf = (struct shelf){.id = id};
    map_init(&shelf->by_id, key_of, shelf);
}

void shelf_finish(struct shelf *shelf, void (*destroy)(void *item))
{
    map_finish(&shelf->by_id);
    for (uint32_t i = 0; i < shelf->room; i++) {
        if (shelf->items[i] != NULL) {
            destroy(shelf->items[i]);
        }
    }
    free(shelf->items);
    shelf_init(shelf, shelf->id);
}

void *shelf_find(const struct shelf *shelf, const char *id)
{
    uint32_t place = shelf->count > 0 ? map_find(&shelf->by_id, id) : MAP_NONE;
    return place != MAP_NONE ? shelf->items[place] : NULL;
}

/* A free place; the room itself without memory. */
static uint32_t free_place(struct shelf *shelf)
{
    while (shelf->free_from < shelf->room && shelf->items[shelf->free_from] != NULL) {
        shelf->free_from++;
    }
    if (shelf->free_from < shelf->room) {
        return shelf->free_from;
    }
    uint32_t room = shelf->room == 0 ? 32 : shelf->room * 2;
    void **items = realloc(shelf->items, room * sizeof(void *));
    if (items == NULL) {
        return shelf->room;
    }
    memset(items + shelf->room, 0, (room - shelf->room) * sizeof(void *));
    shelf->items = items;
    shelf->room = room;
    return shelf->free_from;
}

bool shelf_put(struct shelf *shelf, void *item)
{
    uint32_t place = free_place(shelf);
    if (place == shelf->room) {
        return false;
    }
    shelf->items[place] = item;
    if (map_put(&shelf->by_id, place) != 0) {
        shelf->items[place] = NULL;
        return false;
    }
    shelf->count++;
    return true;
}

void *shelf_take(struct shelf *shelf, const char *id)
{
    uint32_t place = shelf->count > 0 ? map_find(&shelf->by_id, id) : MAP_NONE;
    if (place == MAP_NONE) {
        return NULL;
    }
    void *item = shelf->items[place];
    map_remove(&shelf->by_id, id);
    shelf->items[place] = NULL;
    shelf->count--;
    shelf->free_from = place < shelf->free_from ? place : shelf->free_from;
    return item;
}
