/* SPDX-License-Identifier: MIT */
/*
 * A token bucket that keeps a quota of messages per minute: in no 60 seconds more are given out. A quarter of the
 * quota may come at once, the rest drops in evenly.
 */
#ifndef GATEWAY_BUCKET_H
#define GATEWAY_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    uint32_t quota; /* messages per 60 s; 0: no limit */
    uint64_t level; /* in shares of a token: BUCKET_TOKEN of them are one */
    uint64_t at_us; /* when `level` held */
};

#define BUCKET_TOKEN 60000000ull

/* Begin full, or with one token: then a restart exceeds the quota by that one at most. */
void bucket_init(struct bucket *bucket, uint32_t quota, bool full, uint64_t now_us);

/* Another quota; what is in the bucket stays, up to what it holds now. */
void bucket_set(struct bucket *bucket, uint32_t quota, uint64_t now_us);

/* Whole tokens in it; UINT32_MAX without a limit. */
uint32_t bucket_tokens(struct bucket *bucket, uint64_t now_us);

/* Take one. False when there is none. */
bool bucket_take(struct bucket *bucket, uint64_t now_us);

/* When the next token is there: now or later. */
uint64_t bucket_next(const struct bucket *bucket);

#endif
