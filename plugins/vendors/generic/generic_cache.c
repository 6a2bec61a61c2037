/* SPDX-License-Identifier: MIT */
#include "generic_cache.h"

#include <stdlib.h>

#define BUCKETS 2048u

struct generic_cache {
    generic_reader read;
    generic_starter start;
    size_t size;
    uint64_t made;
    struct generic_plan *newest;
    struct generic_plan *oldest;
    struct generic_plan *buckets[BUCKETS];
};

struct generic_cache *generic_cache_create(generic_reader read, generic_starter start)
{
    struct generic_cache *cache = calloc(1, sizeof(*cache));
    if (cache != NULL) {
        cache->read = read;
        cache->start = start;
    }
    return cache;
}

static struct generic_plan **bucket_of(struct generic_cache *cache, uint64_t hash)
{
    return &cache->buckets[(hash ^ hash >> 32) % BUCKETS];
}

/* ---- The order of use ---- */

static void order_remove(struct generic_cache *cache, struct generic_plan *plan)
{
    *(plan->newer != NULL ? &plan->newer->older : &cache->newest) = plan->older;
    *(plan->older != NULL ? &plan->older->newer : &cache->oldest) = plan->newer;
}

static void order_add(struct generic_cache *cache, struct generic_plan *plan)
{
    plan->newer = NULL;
    plan->older = cache->newest;
    *(plan->older != NULL ? &plan->older->newer : &cache->oldest) = plan;
    cache->newest = plan;
}

/* ---- Plans ---- */

static void drop_plan(struct generic_cache *cache, struct generic_plan *plan)
{
    struct generic_plan **at = bucket_of(cache, plan->hash);
    while (*at != plan) {
        at = &(*at)->chain;
    }
    *at = plan->chain;
    order_remove(cache, plan);
    cache->size--;
    generic_cache_give_back(plan);
}

static struct generic_plan *add_plan(struct generic_cache *cache, uint64_t hash,
                                     const char *options)
{
    struct generic_plan *plan = generic_plan_create(options, cache->read, cache->start);
    if (plan == NULL) {
        return NULL;
    }
    if (cache->size == GENERIC_CACHE_MAX) {
        drop_plan(cache, cache->oldest);
    }
    struct generic_plan **bucket = bucket_of(cache, hash);
    plan->hash = hash;
    plan->chain = *bucket;
    *bucket = plan;
    order_add(cache, plan);
    cache->size++;
    cache->made++;
    return plan;
}

struct generic_plan *generic_cache_take(struct generic_cache *cache, uint64_t hash,
                                        const char *options)
{
    struct generic_plan *plan = *bucket_of(cache, hash);
    while (plan != NULL && plan->hash != hash) {
        plan = plan->chain;
    }
    if (plan != NULL) {
        order_remove(cache, plan);
        order_add(cache, plan);
    } else {
        plan = add_plan(cache, hash, options);
    }
    if (plan != NULL) {
        plan->users++;
    }
    return plan;
}

void generic_cache_give_back(struct generic_plan *plan)
{
    plan->users--;
    if (plan->users == 0) {
        generic_plan_destroy(plan);
    }
}

size_t generic_cache_size(const struct generic_cache *cache)
{
    return cache->size;
}

uint64_t generic_cache_made(const struct generic_cache *cache)
{
    return cache->made;
}

void generic_cache_destroy(struct generic_cache *cache)
{
    while (cache != NULL && cache->newest != NULL) {
        drop_plan(cache, cache->newest);
    }
    free(cache);
}
