/* SPDX-License-Identifier: MIT */
#include "main/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"

struct endpoint_table {
    struct map map;
    char **keys;
    uint32_t count;
    uint32_t room;
};

static const char *key_of(const void *owner, uint32_t number)
{
    return ((const struct endpoint_table *)owner)->keys[number];
}

struct endpoint_table *endpoint_table_create(void)
{
    struct endpoint_table *table = calloc(1, sizeof(*table));
    if (table != NULL) {
        map_init(&table->map, key_of, table);
    }
    return table;
}

void endpoint_table_destroy(struct endpoint_table *table)
{
    if (table == NULL) {
        return;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        free(table->keys[i]);
    }
    free(table->keys);
    map_finish(&table->map);
    free(table);
}

static int grow(struct endpoint_table *table)
{
    uint32_t room = table->room > 0 ? table->room * 2 : 64;
    char **keys = realloc(table->keys, room * sizeof(*keys));
    if (keys == NULL) {
        return -1;
    }
    table->keys = keys;
    table->room = room;
    return 0;
}

uint32_t endpoint_number(struct endpoint_table *table, const char *key)
{
    uint32_t number = map_find(&table->map, key);
    if (number != MAP_NONE) {
        return number;
    }
    if (table->count == table->room && grow(table) != 0) {
        return UINT32_MAX;
    }
    char *copy = strdup(key);
    if (copy == NULL) {
        return UINT32_MAX;
    }
    table->keys[table->count] = copy;
    if (map_put(&table->map, table->count) != 0) {
        free(copy);
        return UINT32_MAX;
    }
    return table->count++;
}

uint32_t endpoint_count(const struct endpoint_table *table)
{
    return table->count;
}

const char *endpoint_key(const struct endpoint_table *table, uint32_t number)
{
    return number < table->count ? table->keys[number] : "";
}

const char *account_key(const char *endpoint, const char *credential, char out[ENDPOINT_KEY_MAX])
{
    text_format(out, ENDPOINT_KEY_MAX, "%s|%s", endpoint, credential);
    return out;
}
