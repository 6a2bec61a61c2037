/* SPDX-License-Identifier: MIT */
/* Elements of one size under dense 32-bit handles. They never move; a handle is used again only after it
 * was released. */
#ifndef FLEET_SLAB_H
#define FLEET_SLAB_H

#include <stddef.h>
#include <stdint.h>

#define SLAB_NONE UINT32_MAX

struct slab {
    void **chunks;
    size_t chunk_count;
    size_t element;
    uint32_t *free; /* a stack of released handles */
    uint32_t free_count;
    uint32_t free_capacity;
    uint32_t end; /* one past the highest handle ever given */
};

void slab_init(struct slab *slab, size_t element);
void slab_finish(struct slab *slab);

/* A zeroed element; SLAB_NONE without memory. */
uint32_t slab_take(struct slab *slab);

/* Give it back. Cannot fail. */
void slab_release(struct slab *slab, uint32_t handle);

/* The element; handle < slab->end. */
void *slab_at(const struct slab *slab, uint32_t handle);

#endif
