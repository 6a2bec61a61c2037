/* SPDX-License-Identifier: MIT */
/* Structs of the ABI begin with their size and grow at the end: the reader takes the smaller of
 * both. */
#ifndef HOST_SIZED_H
#define HOST_SIZED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Copy what both sides know of a struct; the rest of `to` is zero. Returns the size the other side
 * gave. */
static inline uint32_t sized_copy(void *to, size_t to_size, const void *from)
{
    uint32_t size = 0;
    memcpy(&size, from, sizeof(size));
    memset(to, 0, to_size);
    memcpy(to, from, size < to_size ? size : to_size);
    return size;
}

#endif
