/* SPDX-License-Identifier: MIT */
#include "fleet/plan_remove.h"

#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "fleet/plan_check.h"

/* What is removed, and what was found to depend on it. */
struct removal {
    struct planner *planner;
    unsigned kind;
    const char *id;
    bool cascade;
    size_t nvrs;
    size_t cameras;
};

static bool depends(const struct removal *removal, const struct fleet_thing *thing)
{
    if (removal->kind == FLEET_SITE) {
        return strcmp(fields_site(thing), removal->id) == 0;
    }
    return thing->kind == FLEET_CAMERA && strcmp(thing->camera.nvr_id, removal->id) == 0;
}

/* A camera with an address of its own outlives its NVR, and loses only the channel. */
static void take_along(const struct removal *removal, struct draft *draft)
{
    if (removal->kind == FLEET_NVR && fields_has_device(&draft->now)) {
        draft->now.camera.nvr_id = "";
        draft->now.camera.nvr_channel = 0;
    } else {
        draft->removed = true;
    }
}

static int meet(struct removal *removal, unsigned kind, const char *id)
{
    struct fleet_thing thing;
    struct draft *draft = NULL;
    if (!draft_look(removal->planner, kind, id, &thing) || !depends(removal, &thing)) {
        return 0;
    }
    removal->nvrs += kind == FLEET_NVR ? 1 : 0;
    removal->cameras += kind == FLEET_CAMERA ? 1 : 0;
    if (!removal->cascade) {
        return 0;
    }
    int rc = draft_open(removal->planner, kind, id, &draft);
    if (rc == 0) {
        take_along(removal, draft);
    }
    return rc;
}

static int meet_cameras_of_site(struct removal *removal, const struct fleet_site *site)
{
    const struct fleet *fleet = removal->planner->fleet;
    int rc = 0;
    for (uint32_t at = site->first_camera; rc == 0 && at != FLEET_NONE;
         at = fleet_camera(fleet, at)->next) {
        rc = meet(removal, FLEET_CAMERA, fleet_camera(fleet, at)->record.id);
    }
    for (uint32_t at = site->first_nvr; rc == 0 && at != FLEET_NONE;
         at = fleet_nvr(fleet, at)->next) {
        rc = meet(removal, FLEET_NVR, fleet_nvr(fleet, at)->record.id);
    }
    return rc;
}

static int meet_channels(struct removal *removal, const struct fleet_nvr *nvr)
{
    const struct fleet *fleet = removal->planner->fleet;
    int rc = 0;
    for (uint32_t at = nvr->first_camera; rc == 0 && at != FLEET_NONE;
         at = fleet_camera(fleet, at)->nvr_next) {
        rc = meet(removal, FLEET_CAMERA, fleet_camera(fleet, at)->record.id);
    }
    return rc;
}

/* Those that only this plan puts there. */
static int meet_drafts(struct removal *removal, size_t count)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct fleet_thing *thing = &removal->planner->drafts[i].now;
        if (thing->kind != FLEET_SITE && !removal->planner->drafts[i].removed) {
            rc = meet(removal, thing->kind, fields_id(thing));
        }
    }
    return rc;
}

static int refuse_dependents(const struct removal *removal)
{
    char problem[160];
    text_format(problem, sizeof(problem), "%zu NVRs and %zu cameras depend on it", removal->nvrs,
                removal->cameras);
    return plan_refuse_as(removal->planner, VMM_E_STATE, "", problem,
                          removal->kind == FLEET_SITE
                              ? "remove them first, or all of it with --cascade"
                              : "remove or free them first, or all of it with --cascade");
}

int plan_remove(struct planner *planner, const struct fleet_request *request)
{
    struct removal removal = {
        .planner = planner, .kind = request->kind, .id = request->id, .cascade = request->cascade};
    size_t drafts = planner->count;
    const struct fleet_site *site =
        request->kind == FLEET_SITE ? fleet_find_site(planner->fleet, request->id) : NULL;
    const struct fleet_nvr *nvr =
        request->kind == FLEET_NVR ? fleet_find_nvr(planner->fleet, request->id) : NULL;
    struct draft *draft = NULL;
    int rc = request->kind != FLEET_CAMERA ? meet_drafts(&removal, drafts) : 0;
    size_t seen = removal.nvrs + removal.cameras;
    if (rc == 0 && site != NULL) {
        rc = meet_cameras_of_site(&removal, site);
    } else if (rc == 0 && nvr != NULL) {
        rc = meet_channels(&removal, nvr);
    }
    if (rc == 0 && !removal.cascade && seen + removal.nvrs + removal.cameras > 0) {
        return refuse_dependents(&removal);
    }
    if (rc == 0) {
        rc = draft_open(planner, request->kind, request->id, &draft);
    }
    if (rc == 0 && draft != NULL) {
        draft->removed = true;
        draft->request = request;
    }
    return rc;
}

int plan_remove_check(struct planner *planner, const struct draft *draft)
{
    struct removal removal = {.planner = planner, .kind = FLEET_NVR, .id = draft->now.nvr.id};
    const struct fleet_nvr *nvr =
        draft->now.kind == FLEET_NVR ? fleet_find_nvr(planner->fleet, removal.id) : NULL;
    int rc = nvr != NULL ? meet_channels(&removal, nvr) : 0;
    return rc == 0 && removal.cameras > 0 ? refuse_dependents(&removal) : rc;
}
