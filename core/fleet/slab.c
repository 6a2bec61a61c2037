/* SPDX-License-Identifier: MIT */
#include "fleet/slab.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 1024u /* elements */

void slab_init(struct slab *slab, size_t element)
{
    *slab = (struct slab){.element = element};
}

void slab_finish(struct slab *slab)
{
    for (size_t i = 0; i < slab->chunk_count; i++) {
        free(slab->chunks[i]);
    }
    free(slab->chunks);
    free(slab->free);
    slab_init(slab, slab->element);
}

/* The stack of free handles grows with the chunks, so that a release needs no memory. */
static int grow(struct slab *slab)
{
    size_t count = slab->chunk_count + 1;
    void **chunks = realloc(slab->chunks, count * sizeof(*chunks));
    if (chunks == NULL) {
        return -1;
    }
    slab->chunks = chunks;
    uint32_t *stack = realloc(slab->free, count * CHUNK * sizeof(*stack));
    if (stack == NULL) {
        return -1;
    }
    slab->free = stack;
    slab->free_capacity = (uint32_t)(count * CHUNK);
    chunks[slab->chunk_count] = calloc(CHUNK, slab->element);
    if (chunks[slab->chunk_count] == NULL) {
        return -1;
    }
    slab->chunk_count = count;
    return 0;
}

uint32_t slab_take(struct slab *slab)
{
    if (slab->free_count > 0) {
        uint32_t handle = slab->free[--slab->free_count];
        memset(slab_at(slab, handle), 0, slab->element);
        return handle;
    }
    if (slab->end == slab->chunk_count * CHUNK && grow(slab) != 0) {
        return SLAB_NONE;
    }
    return slab->end++;
}

void slab_release(struct slab *slab, uint32_t handle)
{
    memset(slab_at(slab, handle), 0, slab->element);
    slab->free[slab->free_count++] = handle;
}

void *slab_at(const struct slab *slab, uint32_t handle)
{
    return (char *)slab->chunks[handle / CHUNK] + (handle % CHUNK) * slab->element;
}
