/* SPDX-License-Identifier: MIT */
/* A set of row keys, each of one or two texts: what has changed and is still to be copied. */
#ifndef GATEWAY_KEYSET_H
#define GATEWAY_KEYSET_H

#include <stdint.h>

#include "base/map.h"

struct keyset {
    char **
        keys; /* part 1, its NUL, part 2, its NUL; the map knows them by part 1 and \x01 and part 2 */
    uint32_t count;
    uint32_t capacity;
    struct map map;
    uint64_t since_us; /* when the oldest came in; 0: it is empty */
};

void keyset_init(struct keyset *set);
void keyset_finish(struct keyset *set);
void keyset_clear(struct keyset *set);

/* 1: it is new, 0: it was there, VMM_E_NOMEM. */
int keyset_add(struct keyset *set, const char *part1, const char *part2, uint64_t now_us);

/* Take out at most `max` keys; they are the caller's, to be freed with free(). Returns how many. */
uint32_t keyset_take(struct keyset *set, uint32_t max, char **keys);

/* The parts of a key that was taken out. */
const char *keyset_part1(const char *key);
const char *keyset_part2(const char *key);

#endif
