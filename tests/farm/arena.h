/* SPDX-License-Identifier: MIT */
/*
 * Memory that lives as long as the farm: devices, personalities, compiled answers. It is taken in
 * blocks and given back all at once, so that nothing built at start-up needs a destructor.
 * Out of memory ends the process: a simulator has no better answer.
 */
#ifndef FARM_ARENA_H
#define FARM_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
};

/* Zeroed memory for COUNT things of SIZE bytes, aligned for any type. Never NULL. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of LENGTH bytes at TEXT. Never NULL. */
char *arena_text(struct arena *arena, const char *text, size_t length);

/* Gives everything back. The arena may be used again afterwards. */
void arena_finish(struct arena *arena);

#endif
