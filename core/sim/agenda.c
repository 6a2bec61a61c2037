/* SPDX-License-Identifier: MIT */
#include "sim/agenda.h"

#include <stdlib.h>

#include "sim/memory.h"

void agenda_init(struct agenda *agenda)
{
    *agenda = (struct agenda){0};
}

void agenda_finish(struct agenda *agenda, void (*destroy)(void *thing))
{
    for (size_t i = 0; i < agenda->count; i++) {
        if (agenda->items[i].thing != NULL) {
            destroy(agenda->items[i].thing);
        }
    }
    free(agenda->items);
    *agenda = (struct agenda){0};
}

struct happening *agenda_place(struct agenda *agenda, int64_t when)
{
    agenda->items =
        memory_grow(agenda->items, &agenda->room, agenda->count + 1, sizeof(*agenda->items));
    size_t at = agenda->count++;
    for (; at > 0 && agenda->items[at - 1].at <= when; at--) {
        agenda->items[at] = agenda->items[at - 1];
    }
    return &agenda->items[at];
}

int64_t agenda_next(const struct agenda *agenda)
{
    return agenda->count > 0 ? agenda->items[agenda->count - 1].at : INT64_MAX;
}

struct happening agenda_take(struct agenda *agenda)
{
    return agenda->items[--agenda->count];
}
