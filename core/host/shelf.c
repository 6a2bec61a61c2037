/* SPDX-License-Identifier: MIT */
#include "host/shelf.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SLAB      65536u           /* bytes, and what its address is a multiple of */
#define LINE      64u              /* bytes of the cache's lines */
#define COLOURS   16u              /* a power of 2 */
#define LEAD      (COLOURS * LINE) /* in front of a slab's blocks */
#define STEP      16u              /* sizes of blocks are multiples of it */
#define SMALL_MAX 6144u            /* curl's handles are among them */
#define SHELVES                                                                                    \
    (SMALL_MAX / STEP + 1) /* the first, which no small block needs, is of curl's receive buffers */
#define BUFFER (16384u + STEP)
#define ALONE                                                                                      \
    SHELVES /* the class of a block that has a slab for itself, and goes back to the C library */

/* In front of the blocks of one class. */
struct head {
    size_t class;
    size_t room; /* bytes of a block */
};

/* The blocks of one class that nobody uses. */
struct shelf {
    void **waiting;
    size_t count;
    size_t blocks;  /* in all slabs of the class: `waiting` has room for them */
    uint8_t *fresh; /* where the newest slab goes on */
    size_t left;    /* blocks in it that were never taken */
};

/* A block that another thread has given back: it waits for the owner. */
struct stray {
    struct stray *next;
};

static struct shelf shelves[SHELVES];
static _Thread_local bool is_owner;
static _Atomic(struct stray *) strays;

void shelf_own(void)
{
    is_owner = true;
}

static size_t class_for(size_t size)
{
    if (size <= SMALL_MAX) {
        return size > 0 ? (size + STEP - 1) / STEP : 1;
    }
    return size > BUFFER / 2 && size <= BUFFER ? 0 : ALONE;
}

static size_t room_of(size_t class)
{
    return class == 0 ? BUFFER : class * STEP;
}

static uint8_t *slab_of(const void *block)
{
    return (uint8_t *)((uintptr_t)block & ~(uintptr_t)(SLAB - 1));
}

/* Slabs lie a multiple of their size apart: with all heads in the same place they would push each other out of the
 * cache, which finds a line by the low bits of its address. */
static struct head *head_in(uint8_t *slab)
{
    uintptr_t number = (uintptr_t)slab / SLAB;
    return (struct head *)(slab + (number ^ number / COLOURS) % COLOURS * LINE);
}

static struct head *head_of(const void *block)
{
    return head_in(slab_of(block));
}

/* Where the blocks of a new slab begin, or NULL. */
static uint8_t *create_slab(size_t class, size_t room, size_t size)
{
    size_t whole = (size + SLAB - 1) / SLAB * SLAB;
    uint8_t *slab = whole >= size ? aligned_alloc(SLAB, whole) : NULL;
    if (slab == NULL) {
        return NULL;
    }
    struct head *head = head_in(slab);
    *head = (struct head){.class = class, .room = room};
    return (uint8_t *)head + LINE;
}

static void *take_alone(size_t size)
{
    return size <= SIZE_MAX - LEAD ? create_slab(ALONE, size, LEAD + size) : NULL;
}

static void put(void *block)
{
    struct shelf *shelf = &shelves[head_of(block)->class];
    shelf->waiting[shelf->count] = block;
    shelf->count++;
}

static void leave(void *block)
{
    struct stray *stray = block;
    stray->next = atomic_load(&strays);
    while (!atomic_compare_exchange_weak(&strays, &stray->next, stray)) {
    }
}

static void collect_strays(void)
{
    for (struct stray *at = atomic_exchange(&strays, NULL); at != NULL;) {
        struct stray *next = at->next;
        put(at);
        at = next;
    }
}

static bool add_slab(struct shelf *shelf, size_t class)
{
    size_t more = (SLAB - LEAD) / room_of(class);
    void **waiting = realloc(shelf->waiting, (shelf->blocks + more) * sizeof(*waiting));
    if (waiting == NULL) {
        return false;
    }
    shelf->waiting = waiting;
    uint8_t *fresh = create_slab(class, room_of(class), SLAB);
    if (fresh == NULL) {
        return false;
    }
    shelf->blocks += more;
    shelf->fresh = fresh;
    shelf->left = more;
    return true;
}

void *shelf_take(size_t size)
{
    size_t class = class_for(size);
    if (class == ALONE || !is_owner) {
        return take_alone(size);
    }
    struct shelf *shelf = &shelves[class];
    if (shelf->count == 0 && shelf->left == 0) {
        collect_strays();
    }
    if (shelf->count > 0) {
        shelf->count--;
        return shelf->waiting[shelf->count];
    }
    if (shelf->left == 0 && !add_slab(shelf, class)) {
        return NULL;
    }
    void *block = shelf->fresh;
    shelf->fresh += room_of(class);
    shelf->left--;
    return block;
}

void shelf_give(void *block)
{
    if (block == NULL) {
        return;
    }
    if (head_of(block)->class == ALONE) {
        free(slab_of(block));
    } else if (is_owner) {
        put(block);
    } else {
        leave(block);
    }
}

void *shelf_resize(void *block, size_t size)
{
    const struct head *head = block != NULL ? head_of(block) : NULL;
    if (head != NULL && head->class != ALONE && head->class == class_for(size)) {
        return block;
    }
    void *moved = shelf_take(size);
    if (moved != NULL && head != NULL) {
        memcpy(moved, block, size < head->room ? size : head->room);
        shelf_give(block);
    }
    return moved;
}

void *shelf_take_zeroed(size_t count, size_t size)
{
    size_t all = 0;
    void *block = __builtin_mul_overflow(count, size, &all) ? NULL : shelf_take(all);
    if (block != NULL) {
        memset(block, 0, all);
    }
    return block;
}

char *shelf_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *block = shelf_take(size);
    if (block != NULL) {
        memcpy(block, text, size);
    }
    return block;
}
