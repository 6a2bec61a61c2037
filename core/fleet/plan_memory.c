/* SPDX-License-Identifier: MIT */
#include "fleet/plan_memory.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#define CHUNK 65536u

struct chunk {
    struct chunk *next;
    size_t used;
    size_t size;
    char bytes[];
};

struct fleet_plan_memory {
    struct chunk *first;
};

struct fleet_plan_memory *plan_memory_create(void)
{
    return calloc(1, sizeof(struct fleet_plan_memory));
}

void plan_memory_destroy(struct fleet_plan_memory *memory)
{
    while (memory != NULL && memory->first != NULL) {
        struct chunk *next = memory->first->next;
        free(memory->first);
        memory->first = next;
    }
    free(memory);
}

static struct chunk *chunk_for(struct fleet_plan_memory *memory, size_t size)
{
    struct chunk *chunk = memory->first;
    if (chunk != NULL && chunk->size - chunk->used >= size) {
        return chunk;
    }
    size_t room = size > CHUNK ? size : CHUNK;
    chunk = malloc(sizeof(*chunk) + room);
    if (chunk != NULL) {
        *chunk = (struct chunk){.next = memory->first, .size = room};
        memory->first = chunk;
    }
    return chunk;
}

const char *plan_memory_keep(struct fleet_plan_memory *memory, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return "";
    }
    size_t size = strlen(text) + 1;
    struct chunk *chunk = chunk_for(memory, size);
    if (chunk == NULL) {
        return NULL;
    }
    char *copy = chunk->bytes + chunk->used;
    memcpy(copy, text, size);
    chunk->used += size;
    return copy;
}

int plan_memory_keep_thing(struct fleet_plan_memory *memory, struct fleet_thing *thing)
{
    const char **texts[] = {
        &thing->site.id,
        &thing->site.tenant_id,
        &thing->site.name,
        &thing->site.timezone,
        &thing->site.language,
        &thing->site.profile,
        &thing->site.way,
        &thing->site.rules,
        &thing->camera.rules,
        &thing->site.owner_node,
        &thing->nvr.id,
        &thing->nvr.site_id,
        &thing->nvr.name,
        &thing->camera.id,
        &thing->camera.site_id,
        &thing->camera.nvr_id,
        &thing->camera.name,
        &thing->camera.tags,
        &thing->camera.expected,
        &thing->device.id,
        &thing->device.site_id,
        &thing->device.provider,
        &thing->device.effective_provider,
        &thing->device.effective_place,
        &thing->device.host,
        &thing->device.port_group,
        &thing->device.credential_id,
        &thing->device.options,
        &thing->device.model,
        &thing->device.firmware,
        &thing->device.serial,
        &thing->device.mac,
        &thing->device.link,
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i] = plan_memory_keep(memory, *texts[i]);
        if (*texts[i] == NULL) {
            return VMM_E_NOMEM;
        }
    }
    return 0;
}
