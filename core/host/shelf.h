/* SPDX-License-Identifier: MIT */
/*
 * Memory for curl. A transfer takes and gives back some seventy small blocks, while hundreds of others are under way; a
 * general allocator spends a tenth of a look on that, most of it waiting for memory that is not in the cache. Here a
 * block's size is told by its address, and the addresses of free ones stand side by side: neither taking nor giving
 * back reads the block. What the busiest moment needed stays.
 *
 * One thread owns the shelves. Blocks of other threads (curl's resolver) come from the C library; any thread may give
 * back any block.
 */
#ifndef HOST_SHELF_H
#define HOST_SHELF_H

#include <stddef.h>

/* The calling thread owns the shelves from now on. Once in a process. */
void shelf_own(void);

/* As malloc(), free(), realloc(), strdup() and calloc(). */
void *shelf_take(size_t size);
void shelf_give(void *block);
void *shelf_resize(void *block, size_t size);
char *shelf_copy(const char *text);
void *shelf_take_zeroed(size_t count, size_t size);

#endif
