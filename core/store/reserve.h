/* SPDX-License-Identifier: MIT */
/* A file that only takes room, to be given up when the disk is full. */
#ifndef STORE_RESERVE_H
#define STORE_RESERVE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Make the file in its full size (mode 0600) when the disk has room for it three times over. True
 * when it is there.
 */
bool store_reserve_hold(const char *path, size_t bytes);

/* The file is there, and the disk has too little room besides for databases to be opened. */
bool store_reserve_is_needed(const char *path);

/* Give it up. True when that set something free. */
bool store_reserve_release(const char *path);

#endif
