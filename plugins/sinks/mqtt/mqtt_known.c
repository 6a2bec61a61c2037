/* SPDX-License-Identifier: MIT */
#include "mqtt_known.h"

#include <stdlib.h>

#define ROOM_FIRST 64u

/* FNV-1a, and never 0. */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++) {
        hash = (hash ^ *c) * 0x100000001b3u;
    }
    hash ^= hash >> 32;
    return hash != 0 ? hash : 1;
}

static uint64_t *slot_of(uint64_t *slots, size_t room, uint64_t hash)
{
    size_t at = (size_t)hash & (room - 1);
    while (slots[at] != 0 && slots[at] != hash) {
        at = (at + 1) & (room - 1);
    }
    return &slots[at];
}

static bool grow(struct mqtt_known *known)
{
    size_t room = known->room > 0 ? known->room * 2 : ROOM_FIRST;
    uint64_t *slots = calloc(room, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < known->room; i++) {
        if (known->slots[i] != 0) {
            *slot_of(slots, room, known->slots[i]) = known->slots[i];
        }
    }
    free(known->slots);
    known->slots = slots;
    known->room = room;
    return true;
}

bool mqtt_known_add(struct mqtt_known *known, const char *name)
{
    if (known->count * 2 >= known->room && !grow(known)) {
        return true;
    }
    uint64_t hash = hash_of(name);
    uint64_t *slot = slot_of(known->slots, known->room, hash);
    bool is_new = *slot == 0;
    *slot = hash;
    known->count += is_new ? 1 : 0;
    return is_new;
}

void mqtt_known_finish(struct mqtt_known *known)
{
    free(known->slots);
    *known = (struct mqtt_known){0};
}
