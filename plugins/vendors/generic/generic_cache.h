/* SPDX-License-Identifier: MIT */
/*
 * The plans in use, found by the hash of their options; the 1,024 used last are kept.
 */
#ifndef GENERIC_CACHE_H
#define GENERIC_CACHE_H

#include "generic_plan.h"

#define GENERIC_CACHE_MAX 1024u

struct generic_cache;

/* An empty cache whose plans read answers with `read` and begin dialogues with `start`. NULL without memory. */
struct generic_cache *generic_cache_create(generic_reader read, generic_starter start);

/* Release the cache and its plans; NULL is allowed. No plan may be in use. */
void generic_cache_destroy(struct generic_cache *cache);

/* The plan of these options, made when it is not there. In use until generic_cache_give_back(),
 * even when it falls out of the cache meanwhile. NULL without memory. */
struct generic_plan *generic_cache_take(struct generic_cache *cache, uint64_t hash,
                                        const char *options);
void generic_cache_give_back(struct generic_plan *plan);

/* How many plans are kept, and how many were ever made. */
size_t generic_cache_size(const struct generic_cache *cache);
uint64_t generic_cache_made(const struct generic_cache *cache);

#endif
