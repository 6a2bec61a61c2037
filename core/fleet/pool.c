/* SPDX-License-Identifier: MIT */
#include "fleet/pool.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const void *owner, uint32_t number)
{
    const struct pool *pool = owner;
    return pool->texts[number].text;
}

void pool_init(struct pool *pool)
{
    *pool = (struct pool){.free = MAP_NONE};
    map_init(&pool->map, text_of, pool);
}

void pool_finish(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->count; i++) {
        free(pool->texts[i].text);
    }
    free(pool->texts);
    map_finish(&pool->map);
}

/* A free place of the table, not yet taken; MAP_NONE without memory. */
static uint32_t free_place(struct pool *pool)
{
    if (pool->free != MAP_NONE) {
        return pool->free;
    }
    if (pool->count == pool->capacity) {
        uint32_t capacity = pool->capacity > 0 ? pool->capacity * 2 : 64;
        struct pool_text *texts = realloc(pool->texts, capacity * sizeof(*texts));
        if (texts == NULL) {
            return MAP_NONE;
        }
        pool->texts = texts;
        pool->capacity = capacity;
    }
    pool->texts[pool->count] = (struct pool_text){.text = NULL, .uses = MAP_NONE};
    pool->free = pool->count++;
    return pool->free;
}

static const char *add(struct pool *pool, const char *text)
{
    uint32_t place = free_place(pool);
    char *copy = place != MAP_NONE ? strdup(text) : NULL;
    if (copy == NULL) {
        return NULL;
    }
    uint32_t next = pool->texts[place].uses;
    pool->texts[place] = (struct pool_text){.text = copy, .uses = 1};
    if (map_put(&pool->map, place) != 0) {
        pool->texts[place] = (struct pool_text){.text = NULL, .uses = next};
        free(copy);
        return NULL;
    }
    pool->free = next;
    return copy;
}

const char *pool_take(struct pool *pool, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return "";
    }
    uint32_t place = map_find(&pool->map, text);
    if (place == MAP_NONE) {
        return add(pool, text);
    }
    pool->texts[place].uses++;
    return pool->texts[place].text;
}

void pool_drop(struct pool *pool, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return;
    }
    uint32_t place = map_find(&pool->map, text);
    if (place == MAP_NONE || --pool->texts[place].uses > 0) {
        return;
    }
    map_remove(&pool->map, text);
    free(pool->texts[place].text);
    pool->texts[place] = (struct pool_text){.text = NULL, .uses = pool->free};
    pool->free = place;
}
