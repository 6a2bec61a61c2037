/* SPDX-License-Identifier: MIT */
/* Memory for a program that has nothing better to do than to end when there is none. */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stddef.h>

#define MEMORY_LINE 64u /* bytes that come from memory together */

/* Zeroed, and begins with a line; never NULL. */
void *memory_zeroed(size_t count, size_t size);

/* Room for at least `count` items; `room` is what there is. What is added is not zeroed. */
void *memory_grow(void *items, size_t *room, size_t count, size_t size);

/* A copy of a text; never NULL. */
char *memory_text(const char *text);

/* It will be needed soon: bring it near. */
static inline void memory_fetch(const void *memory, size_t size)
{
    for (size_t at = 0; at < size; at += MEMORY_LINE) {
        __builtin_prefetch((const char *)memory + at);
    }
}

#endif
