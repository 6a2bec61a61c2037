/* SPDX-License-Identifier: MIT */
#include "sim/heap.h"

#include <stdlib.h>

#include "sim/memory.h"

void heap_init(struct heap *heap)
{
    *heap = (struct heap){0};
}

void heap_finish(struct heap *heap, void (*destroy)(void *thing))
{
    for (size_t i = 0; i < heap->count; i++) {
        if (heap->items[i].thing != NULL) {
            destroy(heap->items[i].thing);
        }
    }
    free(heap->items);
    *heap = (struct heap){0};
}

struct happening *heap_place(struct heap *heap, int64_t when)
{
    heap->items = memory_grow(heap->items, &heap->room, heap->count + 1, sizeof(*heap->items));
    size_t at = heap->count++;
    for (; at > 0 && heap->items[at - 1].at <= when; at--) {
        heap->items[at] = heap->items[at - 1];
    }
    return &heap->items[at];
}

int64_t heap_next(const struct heap *heap)
{
    return heap->count > 0 ? heap->items[heap->count - 1].at : INT64_MAX;
}

struct happening heap_take(struct heap *heap)
{
    return heap->items[--heap->count];
}
