/* SPDX-License-Identifier: MIT */
#include "store/vault_arena.h"

#include <string.h>

#include <sodium.h>

#include <vmm/errors.h>

void vault_arena_finish(struct vault_arena *arena)
{
    sodium_free(arena->slots); /* wipes it; NULL is accepted */
    *arena = (struct vault_arena){0};
}

static int grow(struct vault_arena *arena)
{
    size_t capacity = arena->capacity == 0 ? 16 : arena->capacity * 2;
    struct vault_slot *slots = sodium_allocarray(capacity, sizeof(*slots));
    if (slots == NULL) {
        return VMM_E_NOMEM;
    }
    memset(slots, 0, capacity * sizeof(*slots));
    if (arena->slots != NULL) {
        sodium_mprotect_readonly(arena->slots);
        memcpy(slots, arena->slots, arena->count * sizeof(*slots));
    }
    sodium_free(arena->slots);
    arena->slots = slots;
    arena->capacity = capacity;
    if (arena->unlocked == 0) {
        sodium_mprotect_noaccess(arena->slots);
    }
    return 0;
}

int vault_arena_add(struct vault_arena *arena, size_t *slot)
{
    int rc = arena->count == arena->capacity ? grow(arena) : 0;
    if (rc == 0) {
        *slot = arena->count++;
    }
    return rc;
}

void vault_arena_unlock(struct vault_arena *arena)
{
    bool opens = arena->unlocked == 0;
    if (arena->held > 0 && !arena->stays) {
        arena->stays = true;
        arena->unlocked++;
    }
    arena->unlocked++;
    if (opens && arena->slots != NULL) {
        sodium_mprotect_readwrite(arena->slots);
    }
}

void vault_arena_lock(struct vault_arena *arena)
{
    arena->unlocked--;
    if (arena->unlocked == 0 && arena->slots != NULL) {
        sodium_mprotect_noaccess(arena->slots);
    }
}

void vault_arena_hold(struct vault_arena *arena)
{
    arena->held++;
}

void vault_arena_release(struct vault_arena *arena)
{
    arena->held--;
    if (arena->held == 0 && arena->stays) {
        arena->stays = false;
        vault_arena_lock(arena);
    }
}

struct vault_slot *vault_arena_slot(struct vault_arena *arena, size_t slot)
{
    return &arena->slots[slot];
}
