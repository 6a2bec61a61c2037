/* SPDX-License-Identifier: MIT */
#include "farm/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)64 * 1024)
#define ALIGNMENT   _Alignof(max_align_t)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    max_align_t bytes[];
};

static struct arena_block *block_create(size_t size, struct arena_block *next)
{
    struct arena_block *block = calloc(1, sizeof *block + size);
    if (block == NULL) {
        fputs("vmm-farm: out of memory\n", stderr);
        abort();
    }
    block->size = size;
    block->next = next;
    return block;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX / 2 - BLOCK_BYTES) / size) {
        fputs("vmm-farm: impossible allocation\n", stderr);
        abort();
    }
    size_t need = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < need) {
        block = block_create(need > BLOCK_BYTES ? need : BLOCK_BYTES, block);
        arena->blocks = block;
    }
    void *memory = (char *)block->bytes + block->used;
    block->used += need;
    return memory;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_take(arena, length + 1, 1);
    if (length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

void arena_finish(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
