/* SPDX-License-Identifier: MIT */
/*
 * Locked memory for opened secrets, in equal slots. Without access except between unlock and lock,
 * which may be nested.
 */
#ifndef STORE_VAULT_ARENA_H
#define STORE_VAULT_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/vault.h"

struct vault_slot {
    uint16_t size;
    char secret[VAULT_SECRET_MAX + 2]; /* followed by a NUL */
};

struct vault_arena {
    struct vault_slot *slots; /* sodium_malloc() */
    size_t count;
    size_t capacity;
    uint32_t unlocked; /* how often */
    uint32_t held;     /* how often */
    bool stays;        /* unlocked until it is held no more */
};

void vault_arena_finish(struct vault_arena *arena);

/* A further slot, its number in `slot`. 0 or VMM_E_NOMEM. */
int vault_arena_add(struct vault_arena *arena, size_t *slot);

/* Allow access until vault_arena_lock() was called as often. */
void vault_arena_unlock(struct vault_arena *arena);
void vault_arena_lock(struct vault_arena *arena);

/* Between these, access stays allowed from the first vault_arena_unlock() on: many follow each other, and each change
 * costs a system call. */
void vault_arena_hold(struct vault_arena *arena);
void vault_arena_release(struct vault_arena *arena);

/* A slot, while access is allowed; good until the next vault_arena_add(). */
struct vault_slot *vault_arena_slot(struct vault_arena *arena, size_t slot);

#endif
