/* SPDX-License-Identifier: MIT */
#include "farm/conn_state.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLAB_CONNS 64

struct conn_slab {
    struct conn_slab *next;
    struct conn conns[SLAB_CONNS];
};

static void *must(void *memory)
{
    if (memory == NULL) {
        fputs("vmm-farm: out of memory\n", stderr);
        abort();
    }
    return memory;
}

struct conn_pool *conn_pool_create(void)
{
    struct conn_pool *pool = must(calloc(1, sizeof *pool));
    memset(pool->filler, '#', sizeof pool->filler);
    return pool;
}

void conn_pool_destroy(struct conn_pool *pool)
{
    while (pool != NULL && pool->slabs != NULL) {
        struct conn_slab *next = pool->slabs->next;
        free(pool->slabs);
        pool->slabs = next;
    }
    free(pool);
}

struct conn *conn_pool_take(struct conn_pool *pool)
{
    if (pool->free == NULL) {
        /* Not zeroed as a whole: the input buffers become memory only when they are used. */
        struct conn_slab *slab = must(malloc(sizeof *slab));
        slab->next = pool->slabs;
        pool->slabs = slab;
        for (int i = 0; i < SLAB_CONNS; i++) {
            slab->conns[i].next = pool->free;
            pool->free = &slab->conns[i];
        }
    }
    struct conn *conn = pool->free;
    pool->free = conn->next;
    memset(conn, 0, offsetof(struct conn, input));
    return conn;
}
