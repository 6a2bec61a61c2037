/* SPDX-License-Identifier: MIT */
#include "fleet/plan_draft.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "fleet/fleet_export.h"

#define CLAIM_SIZE 96

static const char *draft_key(const void *owner, uint32_t number)
{
    const struct planner *planner = owner;
    return fields_id(&planner->drafts[number].now);
}

static const char *claim_key(const void *owner, uint32_t number)
{
    const struct planner *planner = owner;
    return planner->drafts[number].claim;
}

void planner_init(struct planner *planner)
{
    map_init(&planner->sites, draft_key, planner);
    map_init(&planner->things, draft_key, planner);
    map_init(&planner->claims, claim_key, planner);
}

void planner_finish(struct planner *planner)
{
    map_finish(&planner->sites);
    map_finish(&planner->things);
    map_finish(&planner->claims);
    free(planner->drafts);
}

static const struct map *map_of(const struct planner *planner, unsigned kind)
{
    return kind == FLEET_SITE ? &planner->sites : &planner->things;
}

static const struct draft *find(const struct planner *planner, unsigned kind, const char *id)
{
    uint32_t number = map_find(map_of(planner, kind), id);
    return number != MAP_NONE ? &planner->drafts[number] : NULL;
}

/* ---- Channels ---- */

static void channel_text(const char *nvr, uint32_t channel, char out[CLAIM_SIZE])
{
    text_format(out, CLAIM_SIZE, "%s/%u", nvr, channel);
}

static int claim(struct planner *planner, uint32_t number)
{
    struct draft *draft = &planner->drafts[number];
    const struct camera_record *camera = &draft->now.camera;
    char text[CLAIM_SIZE];
    if (draft->removed || draft->now.kind != FLEET_CAMERA || camera->nvr_id[0] == '\0') {
        return 0;
    }
    channel_text(camera->nvr_id, camera->nvr_channel, text);
    if (map_find(&planner->claims, text) != MAP_NONE) {
        return 0;
    }
    draft->claim = plan_memory_keep(planner->plan->memory, text);
    return draft->claim != NULL ? map_put(&planner->claims, number) : VMM_E_NOMEM;
}

int draft_claim_all(struct planner *planner)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < planner->count; i++) {
        rc = claim(planner, i);
    }
    return rc;
}

const char *draft_channel_owner(const struct planner *planner, const char *nvr, uint32_t channel,
                                const char *id)
{
    char text[CLAIM_SIZE];
    channel_text(nvr, channel, text);
    uint32_t number = map_find(&planner->claims, text);
    if (number != MAP_NONE && strcmp(planner->drafts[number].now.camera.id, id) != 0) {
        return planner->drafts[number].now.camera.id;
    }
    const struct fleet_nvr *known = fleet_find_nvr(planner->fleet, nvr);
    const struct fleet_camera *camera =
        known != NULL ? fleet_channel(planner->fleet, known->handle, channel) : NULL;
    /* A camera with a draft takes what the draft claims, not what it has in the fleet. */
    if (camera == NULL || find(planner, FLEET_CAMERA, camera->record.id) != NULL) {
        return NULL;
    }
    return strcmp(camera->record.id, id) != 0 ? camera->record.id : NULL;
}

/* ---- Drafts ---- */

static int make_room(struct planner *planner)
{
    if (planner->count < planner->capacity) {
        return 0;
    }
    size_t capacity = planner->capacity > 0 ? planner->capacity * 2 : 8;
    struct draft *drafts = realloc(planner->drafts, capacity * sizeof(*drafts));
    if (drafts == NULL) {
        return VMM_E_NOMEM;
    }
    planner->drafts = drafts;
    planner->capacity = capacity;
    return 0;
}

static int append(struct planner *planner, const struct fleet_thing *thing, bool existed,
                  struct draft **out)
{
    *out = NULL;
    if (make_room(planner) != 0) {
        return VMM_E_NOMEM;
    }
    struct draft *draft = &planner->drafts[planner->count];
    *draft = (struct draft){.now = *thing, .existed = existed};
    if (plan_memory_keep_thing(planner->plan->memory, &draft->now) != 0) {
        return VMM_E_NOMEM;
    }
    struct map *map = thing->kind == FLEET_SITE ? &planner->sites : &planner->things;
    if (map_put(map, (uint32_t)planner->count) != 0) {
        return VMM_E_NOMEM;
    }
    planner->count++;
    *out = draft;
    return 0;
}

int draft_open(struct planner *planner, unsigned kind, const char *id, struct draft **out)
{
    struct fleet_thing thing;
    struct draft *draft = (struct draft *)find(planner, kind, id);
    if (draft != NULL) {
        *out = draft->removed || draft->now.kind != kind ? NULL : draft;
        return 0;
    }
    *out = NULL;
    if (fleet_thing(planner->fleet, kind, id, &thing) != 0) {
        return 0;
    }
    return append(planner, &thing, true, out);
}

int draft_add(struct planner *planner, unsigned kind, const char *id, struct draft **out)
{
    struct fleet_thing thing;
    fields_defaults(kind, &thing);
    thing.site.id = id;
    thing.nvr.id = id;
    thing.camera.id = id;
    thing.device.id = id;
    if (planner->checks != NULL && planner->checks->node_id != NULL) {
        thing.site.owner_node = planner->checks->node_id;
    }
    return append(planner, &thing, false, out);
}

unsigned draft_kind_of(const struct planner *planner, unsigned kind, const char *id)
{
    const struct draft *draft = find(planner, kind, id);
    if (draft != NULL) {
        return draft->now.kind;
    }
    if (kind == FLEET_SITE) {
        return fleet_find_site(planner->fleet, id) != NULL ? FLEET_SITE : 0;
    }
    return fleet_find_nvr(planner->fleet, id) != NULL      ? FLEET_NVR
           : fleet_find_camera(planner->fleet, id) != NULL ? FLEET_CAMERA
                                                           : 0;
}

bool draft_look(const struct planner *planner, unsigned kind, const char *id,
                struct fleet_thing *thing)
{
    const struct draft *draft = find(planner, kind, id);
    if (draft != NULL) {
        *thing = draft->now;
        return !draft->removed && draft->now.kind == kind;
    }
    return fleet_thing(planner->fleet, kind, id, thing) == 0;
}
