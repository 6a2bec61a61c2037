/* SPDX-License-Identifier: MIT */
/* Texts kept once each and counted: a million devices share their sites, providers and options. */
#ifndef FLEET_POOL_H
#define FLEET_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

struct pool_text {
    char *text; /* NULL: free; `uses` is then the next free one */
    uint32_t uses;
};

struct pool {
    struct map map;
    struct pool_text *texts;
    uint32_t count;
    uint32_t capacity;
    uint32_t free;
};

/* The pool must stay where it is. */
void pool_init(struct pool *pool);
void pool_finish(struct pool *pool);

/* The one copy of a text, used once more; "" for NULL and "". NULL without memory. */
const char *pool_take(struct pool *pool, const char *text);

/* One use less of what pool_take() gave. NULL is allowed. */
void pool_drop(struct pool *pool, const char *text);

#endif
