/* SPDX-License-Identifier: MIT */
#include "sim/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_end(void *memory)
{
    if (memory == NULL) {
        fputs("vmm-sim: no memory\n", stderr);
        exit(2);
    }
    return memory;
}

void *memory_zeroed(size_t count, size_t size)
{
    size_t lines = (count * size + MEMORY_LINE - 1) / MEMORY_LINE;
    size_t room = (lines > 0 ? lines : 1) * MEMORY_LINE;
    return memset(or_end(aligned_alloc(MEMORY_LINE, room)), 0, room);
}

void *memory_grow(void *items, size_t *room, size_t count, size_t size)
{
    if (count <= *room) {
        return items;
    }
    size_t more = *room > 0 ? *room * 2 : 16;
    more = more > count ? more : count;
    items = or_end(realloc(items, more * size));
    *room = more;
    return items;
}

char *memory_text(const char *text)
{
    return or_end(strdup(text));
}
