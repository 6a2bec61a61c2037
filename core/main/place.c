/* SPDX-License-Identifier: MIT */
/* What the places of events ask of the fleet, and what explain tells of an incident. */
#include "base/clock.h"
#include "main/incidents.h"
#include "main/off.h"

static const struct fleet *fleet_of(const void *arg)
{
    return ((const struct incidents *)arg)->watch->daemon->fleet;
}

static const struct health_state *on_state(void *arg, uint32_t device)
{
    const struct watch *watch = ((const struct incidents *)arg)->watch;
    bool is_known = device < watch->device_room && watch->devices[device].known;
    return is_known ? &watch->devices[device].state : NULL;
}

static const char *on_device(void *arg, uint32_t device, bool *is_nvr)
{
    const struct fleet_device *record = fleet_device(fleet_of(arg), device);
    *is_nvr = record != NULL && record->record.kind == DEVICE_NVR;
    return record != NULL ? record->record.id : "?";
}

/* ---- links ---- */

static const char *link_of(const struct fleet *fleet, uint32_t device, uint32_t link)
{
    const struct fleet_device *record = device != FLEET_NONE ? fleet_device(fleet, device) : NULL;
    return record != NULL && incidents_link(record->record.link) == link ? record->record.link
                                                                         : NULL;
}

/* The name of a switch or line, from one of the devices of the site that hang on it. */
static const char *on_link(void *arg, uint32_t site, uint32_t link)
{
    const struct fleet *fleet = fleet_of(arg);
    const struct fleet_site *record = fleet_site(fleet, site);
    const char *name = NULL;
    if (record == NULL) {
        return NULL;
    }
    for (uint32_t at = record->first_camera; at != FLEET_NONE && name == NULL;
         at = fleet_camera(fleet, at)->next) {
        name = link_of(fleet, fleet_camera(fleet, at)->device, link);
    }
    for (uint32_t at = record->first_nvr; at != FLEET_NONE && name == NULL;
         at = fleet_nvr(fleet, at)->next) {
        name = link_of(fleet, fleet_nvr(fleet, at)->device, link);
    }
    return name;
}

/* ---- parts ---- */

_Static_assert(FLEET_NONE == CAUSE_NONE, "nobody is nobody to both");

static struct place_part camera_part(const struct incidents *incidents,
                                     const struct fleet_camera *camera)
{
    const struct daemon *daemon = incidents->watch->daemon;
    const struct camera_record *record = &camera->record;
    return (struct place_part){
        .id = record->id,
        .device = camera->device,
        .recorder =
            camera->nvr != FLEET_NONE ? fleet_nvr(daemon->fleet, camera->nvr)->device : CAUSE_NONE,
        .is_off = !record->enabled || off_of(daemon, record->site_id, record->id) != NULL};
}

static void on_each(void *arg, uint32_t site, place_part_fn fn, void *fn_arg)
{
    const struct fleet *fleet = fleet_of(arg);
    const struct fleet_site *record = fleet_site(fleet, site);
    if (record == NULL) {
        return;
    }
    for (uint32_t at = record->first_nvr; at != FLEET_NONE; at = fleet_nvr(fleet, at)->next) {
        const struct fleet_nvr *nvr = fleet_nvr(fleet, at);
        struct place_part part = {
            .id = nvr->record.id, .device = nvr->device, .recorder = CAUSE_NONE, .is_nvr = true};
        fn(fn_arg, &part);
    }
    for (uint32_t at = record->first_camera; at != FLEET_NONE; at = fleet_camera(fleet, at)->next) {
        struct place_part part = camera_part(arg, fleet_camera(fleet, at));
        fn(fn_arg, &part);
    }
}

static void on_each_behind(void *arg, uint32_t recorder, place_part_fn fn, void *fn_arg)
{
    const struct fleet *fleet = fleet_of(arg);
    const struct fleet_nvr *nvr = fleet_nvr(fleet, fleet_device(fleet, recorder)->owner);
    for (uint32_t at = nvr->first_camera; at != FLEET_NONE;
         at = fleet_camera(fleet, at)->nvr_next) {
        struct place_part part = camera_part(arg, fleet_camera(fleet, at));
        fn(fn_arg, &part);
    }
}

const struct place_world incidents_world = {.state = on_state,
                                            .device = on_device,
                                            .link = on_link,
                                            .each = on_each,
                                            .each_behind = on_each_behind};

/* ---- places ---- */

bool incidents_each_lost(const struct incidents *incidents, const char *site_id, const char *id,
                         place_part_fn fn, void *fn_arg)
{
    const struct fleet_site *site = fleet_find_site(fleet_of(incidents), site_id);
    return site != NULL && place_each_lost(incidents->sites.cause, &incidents->sites.world,
                                           site->handle, site_id, id, fn, fn_arg);
}

void incidents_place(const struct incidents *incidents, uint32_t device,
                     const struct health_state *before, const struct health_event *event,
                     struct placed *placed)
{
    struct place_step step = {.site = fleet_device(fleet_of(incidents), device)->site,
                              .device = device,
                              .before = before,
                              .after = &incidents->watch->devices[device].state};
    place_device(incidents->sites.cause, &incidents->sites.world, &step, event, placed);
}

static uint32_t recorder_of(const struct fleet *fleet, const struct fleet_camera *camera)
{
    return camera->nvr != FLEET_NONE ? fleet_nvr(fleet, camera->nvr)->device : CAUSE_NONE;
}

struct cause_before incidents_channel_before(const struct incidents *incidents, uint32_t camera,
                                             const struct health_state *state)
{
    const struct fleet *fleet = fleet_of(incidents);
    return place_channel_before(incidents->sites.cause, &incidents->sites.world,
                                recorder_of(fleet, fleet_camera(fleet, camera)), state);
}

void incidents_place_channel(const struct incidents *incidents, uint32_t camera,
                             const struct health_event *event, const struct health_event *recorder,
                             struct placed *placed)
{
    const struct fleet *fleet = fleet_of(incidents);
    const struct fleet_camera *record = fleet_camera(fleet, camera);
    struct place_channel channel = {.id = record->record.id,
                                    .site = record->site,
                                    .recorder = recorder_of(fleet, record),
                                    .follows = recorder,
                                    .before = incidents->watch->channel_before[camera]};
    place_channel(incidents->sites.cause, &incidents->sites.world, &channel, event, placed);
}

/* ---- explain ---- */

json_t *incidents_explain(const struct incidents *incidents, uint32_t device,
                          const struct fleet_camera *channel)
{
    const struct watch *watch = incidents->watch;
    const struct fleet *fleet = watch->daemon->fleet;
    const struct fleet_device *record = fleet_device(fleet, device);
    const struct health_state *state = channel != NULL  ? &watch->channels[channel->handle]
                                       : record != NULL ? &watch->devices[device].state
                                                        : NULL;
    if (state == NULL || state->health == VMM_HEALTH_OK) {
        return json_null();
    }
    char id[INCIDENT_ID_MAX];
    struct placed placed;
    struct health_event event = {.ts_wall = state->since_wall,
                                 .incident_wall = state->incident_wall,
                                 .to_health = state->health,
                                 .reason = state->reason};
    if (channel != NULL) {
        incidents_place_channel(incidents, channel->handle, &event, NULL, &placed);
    } else {
        incidents_place(incidents, device, state, &event, &placed);
    }
    char since[CLOCK_TEXT_SIZE];
    const char *site = channel != NULL ? channel->record.site_id : record->record.site_id;
    if (placed.place.start_wall == 0) {
        return json_null(); /* never looked at, switched off */
    }
    return json_pack("{s:s, s:s, s:s, s:s}", "id", incident_id(site, &placed.place, id), "cause",
                     placed.place.cause, "role", incident_role_word(placed.place.role), "since",
                     clock_text(placed.place.start_wall, since));
}
