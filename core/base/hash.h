/* SPDX-License-Identifier: MIT */
/* A fast hash for tables, phases and jitter; equal on every machine, no defence against an attacker. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): each input bit changes half of the output's. */
static inline uint64_t hash_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The hash as a number from 0 to n - 1, by its upper bits; n > 0. */
static inline uint64_t hash_below(uint64_t hash, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)hash * n) >> 64);
}

/* FNV-1a over the bytes, then mixed. */
static inline uint64_t hash_bytes(const void *bytes, size_t size, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < size; i++) {
        h = (h ^ p[i]) * 0x100000001b3u;
    }
    return hash_mix(h);
}

#endif
