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

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void heap_put(struct heap *heap, struct happening what)
{
    heap->items = memory_grow(heap->items, &heap->room, heap->count + 1, sizeof(*heap->items));
    what.order = heap->order++;
    size_t at = heap->count++;
    while (at > 0 && is_before(&what, &heap->items[(at - 1) / 2])) {
        heap->items[at] = heap->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->items[at] = what;
}

int64_t heap_next(const struct heap *heap)
{
    return heap->count > 0 ? heap->items[0].at : INT64_MAX;
}

struct happening heap_take(struct heap *heap)
{
    struct happening first = heap->items[0];
    struct happening last = heap->items[--heap->count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count && is_before(&heap->items[child + 1], &heap->items[child])) {
            child++;
        }
        if (!is_before(&heap->items[child], &last)) {
            break;
        }
        heap->items[at] = heap->items[child];
        at = child;
    }
    heap->items[at] = last;
    return first;
}
