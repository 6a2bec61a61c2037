/* SPDX-License-Identifier: MIT */
/* The slots of looks: a look is known by its slot and a number that no other look of that slot has had. */
#include "main/slots.h"

#include <stdlib.h>

#include <vmm/errors.h>

#define SLOT_BITS 20u

static int grow_slots(struct watch *watch)
{
    uint32_t room = watch->look_room > 0 ? watch->look_room * 2 : 256;
    if (room > 1u << SLOT_BITS) {
        return VMM_E_TOOBIG;
    }
    struct look *looks = realloc(watch->looks, room * sizeof(*looks));
    if (looks == NULL) {
        return VMM_E_NOMEM;
    }
    for (uint32_t i = watch->look_room; i < room; i++) {
        looks[i] = (struct look){.next_free = i + 1 < room ? i + 1 : WATCH_NONE};
    }
    watch->looks = looks;
    watch->look_free = watch->look_room;
    watch->look_room = room;
    return 0;
}

struct look *slot_take(struct watch *watch)
{
    if (watch->look_free == WATCH_NONE && grow_slots(watch) != 0) {
        return NULL;
    }
    uint32_t slot = watch->look_free;
    struct look *look = &watch->looks[slot];
    watch->look_free = look->next_free;
    watch->look_number++;
    *look = (struct look){.id = watch->look_number << SLOT_BITS | slot, .state = LOOK_COMMITTING};
    watch->looks_out++;
    return look;
}

uint32_t slot_number(const struct watch *watch, const struct look *look)
{
    return (uint32_t)(look - watch->looks);
}

struct look *slot_find(struct watch *watch, uint64_t id)
{
    uint64_t slot = id & ((1u << SLOT_BITS) - 1);
    struct look *look = slot < watch->look_room ? &watch->looks[slot] : NULL;
    return look != NULL && look->state != LOOK_FREE && look->id == id ? look : NULL;
}

void slot_detach(struct watch *watch, struct look *look)
{
    if (look->orphan) {
        return;
    }
    struct provider *provider = &watch->providers[look->provider];
    if (look->visit == NULL) {
        watch->devices[look->device].look = WATCH_NONE;
    }
    if (look->isolated) {
        provider->suspect_look = WATCH_NONE;
    } else {
        provider->in_flight--;
    }
}

void slot_free(struct watch *watch, struct look *look)
{
    look->state = LOOK_FREE;
    look->next_free = watch->look_free;
    watch->look_free = slot_number(watch, look);
    watch->looks_out--;
}
