/* SPDX-License-Identifier: MIT */
/* Things by their id. A thing keeps its place as long as it is on the shelf, so a loop over the places may take things
 * off. */
#ifndef GATEWAY_SHELF_H
#define GATEWAY_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"

struct shelf {
    void **items;  /* by place; NULL: free */
    uint32_t room; /* places */
    uint32_t count;
    uint32_t free_from; /* no place before this is free */
    struct map by_id;
    const char *(*id)(const void *item);
};

void shelf_init(struct shelf *shelf, const char *(*id)(const void *item));

/* Release each thing by `destroy`, and the shelf. */
void shelf_finish(struct shelf *shelf, void (*destroy)(void *item));

/* NULL when there is none. */
void *shelf_find(const struct shelf *shelf, const char *id);

/* Put one on; its id must not be there. False without memory: it stays the caller's. */
bool shelf_put(struct shelf *shelf, void *item);

/* Take one off: it is the caller's. NULL when there is none. */
void *shelf_take(struct shelf *shelf, const char *id);

#endif
