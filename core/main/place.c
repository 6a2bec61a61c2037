/* SPDX-License-Identifier: MIT */
/* Where an event belongs: its incident, its role in it, and how much is lost. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "main/incidents.h"
#include "main/off.h"

static const char *link_of(const struct fleet *fleet, uint32_t device, uint32_t link)
{
    const struct fleet_device *record = device != FLEET_NONE ? fleet_device(fleet, device) : NULL;
    return record != NULL && incidents_link(record->record.link) == link ? record->record.link
                                                                         : NULL;
}

/* The name of a switch or line, from one of the devices of the site that hang on it; NULL when none does any more. */
static const char *link_name(const struct fleet *fleet, uint32_t site, uint32_t link)
{
    const struct fleet_site *record = link != 0 ? fleet_site(fleet, site) : NULL;
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

/* "site", "group" or "link:<name>". */
static const char *kind_word(const struct fleet *fleet, uint32_t site, uint32_t kind, uint32_t link,
                             char out[INCIDENT_CAUSE_MAX])
{
    const char *name = kind == CAUSE_GROUP ? link_name(fleet, site, link) : NULL;
    text_format(out, INCIDENT_CAUSE_MAX, "%s%s",
                name != NULL         ? "link:"
                : kind == CAUSE_SITE ? "site"
                                     : "group",
                name != NULL ? name : "");
    return out;
}

static const char *device_cause(const struct fleet *fleet, uint32_t device,
                                char out[INCIDENT_CAUSE_MAX])
{
    const struct fleet_device *record = fleet_device(fleet, device);
    bool is_nvr = record != NULL && record->record.kind == DEVICE_NVR;
    text_format(out, INCIDENT_CAUSE_MAX, "%s:%s", is_nvr ? "nvr" : "camera",
                record != NULL ? record->record.id : "?");
    return out;
}

/* ---- how much is lost ---- */

/* What of a site is counted as lost: members of a slot, or what hangs on one recorder, or whatever cannot be reached. */
struct scope {
    const struct incidents *incidents;
    const struct fleet *fleet;
    uint32_t slot; /* CAUSE_NONE: not by slot */
    uint32_t root; /* CAUSE_NONE: not by recorder */
};

static bool is_lost(const struct scope *scope, uint32_t device)
{
    const struct watch *watch = scope->incidents->watch;
    if (device >= watch->device_room || !watch->devices[device].known) {
        return false;
    }
    if (scope->root != CAUSE_NONE) {
        return device == scope->root;
    }
    return scope->slot != CAUSE_NONE ? incidents_slot(scope->incidents, device) == scope->slot
                                     : health_is_lost(&watch->devices[device].state);
}

/* A camera that only its recorder sees is lost with it. */
static bool is_camera_lost(const struct scope *scope, const struct fleet_camera *camera)
{
    if (camera->device != FLEET_NONE) {
        return is_lost(scope, camera->device);
    }
    return camera->nvr != FLEET_NONE &&
           is_lost(scope, fleet_nvr(scope->fleet, camera->nvr)->device);
}

/* Keep the first names in the order of the alphabet. */
static void add_name(struct placed *placed, const char *id)
{
    size_t at = placed->place.device_count;
    while (at > 0 && strcmp(placed->names[at - 1], id) > 0) {
        at--;
    }
    if (at == INCIDENT_NAMES_MAX) {
        return;
    }
    if (placed->place.device_count < INCIDENT_NAMES_MAX) {
        placed->place.device_count++;
    }
    memmove(&placed->names[at + 1], &placed->names[at],
            (placed->place.device_count - at - 1) * sizeof(placed->names[0]));
    placed->names[at] = id;
}

/* One that is off on purpose is neither lost nor counted. */
static bool is_on(const struct scope *scope, const struct fleet_camera *camera)
{
    const struct daemon *daemon = scope->incidents->watch->daemon;
    return camera->record.enabled &&
           off_of(daemon, camera->record.site_id, camera->record.id) == NULL;
}

static void count_camera(const struct scope *scope, const struct fleet_camera *camera,
                         struct placed *placed)
{
    bool on = is_on(scope, camera);
    bool lost = on && is_camera_lost(scope, camera);
    placed->place.of.cameras += on;
    placed->place.lost.cameras += lost;
    if (lost) {
        add_name(placed, camera->record.id);
    }
}

static void count_nvr(const struct scope *scope, const struct fleet_nvr *nvr, struct placed *placed)
{
    bool lost = is_lost(scope, nvr->device);
    placed->place.of.nvrs++;
    placed->place.lost.nvrs += lost;
    if (lost) {
        add_name(placed, nvr->record.id);
    }
}

static void begin_count(struct placed *placed)
{
    placed->place.counted = true;
    placed->place.devices = placed->names;
}

static void count_site(const struct scope *scope, uint32_t site, struct placed *placed)
{
    const struct fleet_site *record = fleet_site(scope->fleet, site);
    begin_count(placed);
    for (uint32_t at = record->first_nvr; at != FLEET_NONE;
         at = fleet_nvr(scope->fleet, at)->next) {
        count_nvr(scope, fleet_nvr(scope->fleet, at), placed);
    }
    for (uint32_t at = record->first_camera; at != FLEET_NONE;
         at = fleet_camera(scope->fleet, at)->next) {
        count_camera(scope, fleet_camera(scope->fleet, at), placed);
    }
}

/* A recorder, with the cameras that it alone shows. */
static void count_recorder(const struct scope *scope, const struct fleet_nvr *nvr, bool lost,
                           struct placed *placed)
{
    begin_count(placed);
    placed->place.of.nvrs = 1;
    placed->place.lost.nvrs = lost;
    for (uint32_t at = nvr->first_camera; at != FLEET_NONE;
         at = fleet_camera(scope->fleet, at)->nvr_next) {
        const struct fleet_camera *camera = fleet_camera(scope->fleet, at);
        bool on = is_on(scope, camera);
        placed->place.of.cameras += on;
        if (lost && on && camera->device == FLEET_NONE) {
            placed->place.lost.cameras++;
            add_name(placed, camera->record.id);
        }
    }
}

/* ---- places ---- */

void incidents_place_site(const struct incidents *incidents, const struct cause_change *change,
                          struct placed *placed)
{
    static const uint32_t steps[] = {[CAUSE_OPENED] = INCIDENT_OPENED,
                                     [CAUSE_GREW] = INCIDENT_GOES_ON,
                                     [CAUSE_CLOSED] = INCIDENT_CLOSED};
    bool closed = change->what == CAUSE_CLOSED;
    struct scope scope = {.incidents = incidents,
                          .fleet = incidents->watch->daemon->fleet,
                          .slot = closed ? CAUSE_NONE : change->slot,
                          .root = CAUSE_NONE};
    memset(placed, 0, sizeof(*placed));
    const struct cause_incident *incident = &change->incident;
    kind_word(scope.fleet, change->site, incident->kind, incident->link, placed->cause);
    kind_word(scope.fleet, change->site, incident->opened_as, incident->opened_link,
              placed->opened_as);
    placed->place =
        (struct incident_place){.cause = placed->cause,
                                .opened_as = placed->opened_as,
                                .start_wall = change->incident.start_wall,
                                .role = INCIDENT_CAUSE,
                                .step = steps[change->what],
                                .or_node = !closed && change->incident.kind == CAUSE_SITE &&
                                           cause_is_total(incidents->cause, change->site)};
    count_site(&scope, change->site, placed);
}

/* The start of an incident that a device itself opens, or will open once its verdict stands. */
static int64_t start_of_root(const struct watch *watch, uint32_t root)
{
    const struct health_state *state = &watch->devices[root].state;
    return state->incident_wall != 0 ? state->incident_wall : state->fail_since_wall;
}

static void place_in(const struct incidents *incidents, uint32_t site,
                     const struct follow_place *where, struct placed *placed)
{
    const struct watch *watch = incidents->watch;
    const struct fleet *fleet = watch->daemon->fleet;
    placed->place.role = where->role;
    placed->place.step = where->step;
    placed->place.start_wall = where->start_wall;
    placed->place.cause = placed->cause;
    if (where->kind == CAUSE_DEVICE) {
        device_cause(fleet, where->root, placed->cause);
        placed->place.start_wall = start_of_root(watch, where->root);
    } else {
        kind_word(fleet, site, where->kind, where->link, placed->cause);
        placed->place.opened_as =
            kind_word(fleet, site, where->opened_as, where->opened_link, placed->opened_as);
    }
}

/* It cannot be reached, and nothing else answers either: with a single device that is all there is to know. */
static bool is_all(const struct incidents *incidents, uint32_t device)
{
    const struct watch *watch = incidents->watch;
    return health_is_lost(&watch->devices[device].state) &&
           cause_is_total(incidents->cause, fleet_device(watch->daemon->fleet, device)->site);
}

void incidents_place(const struct incidents *incidents, uint32_t device,
                     const struct health_state *before, const struct health_event *event,
                     struct placed *placed)
{
    const struct watch *watch = incidents->watch;
    const struct fleet *fleet = watch->daemon->fleet;
    const struct fleet_device *record = fleet_device(fleet, device);
    struct follow_place where =
        follow_place(incidents->cause, device, before, &watch->devices[device].state, event);
    memset(placed, 0, sizeof(*placed));
    placed->begins_wall = where.begins_wall;
    if (where.kind != CAUSE_FREE) {
        place_in(incidents, record->site, &where, placed);
        return;
    }
    placed->place = (struct incident_place){.cause = device_cause(fleet, device, placed->cause),
                                            .start_wall = where.start_wall,
                                            .role = where.role,
                                            .step = where.step,
                                            .or_node = is_all(incidents, device)};
    const struct fleet_nvr *nvr =
        record->record.kind == DEVICE_NVR ? fleet_nvr(fleet, record->owner) : NULL;
    if (nvr != NULL && nvr->first_camera != FLEET_NONE) {
        struct scope scope = {.incidents = incidents, .fleet = fleet, .root = device};
        count_recorder(&scope, nvr, event->to_health == VMM_HEALTH_DOWN, placed);
    }
}

static uint32_t channel_step(const struct health_event *event)
{
    bool opens = event->to_health == VMM_HEALTH_DOWN || event->reason == VMM_REASON_STALE;
    return opens ? INCIDENT_OPENED : INCIDENT_CLOSED;
}

/* The start of the open incident that a recorder belongs to; 0: nothing is wrong with it. */
static int64_t open_at(const struct incidents *incidents, uint32_t recorder)
{
    const struct cause_incident *incident = cause_of(incidents->cause, recorder, NULL);
    return incident != NULL && incident->kind != CAUSE_DEVICE
               ? incident->start_wall
               : incidents->watch->devices[recorder].state.incident_wall;
}

/* As the recorder's own event was, or will be, placed. */
static void place_behind(const struct incidents *incidents, uint32_t recorder,
                         const struct health_event *event, int64_t start_wall,
                         struct placed *placed)
{
    uint32_t site = fleet_device(incidents->watch->daemon->fleet, recorder)->site;
    const struct cause_incident *incident = cause_of(incidents->cause, recorder, NULL);
    struct follow_place where = {.kind = CAUSE_DEVICE,
                                 .root = recorder,
                                 .role = INCIDENT_CONSEQUENCE,
                                 .step = channel_step(event)};
    if (incident != NULL) {
        where.kind = incident->kind;
        where.opened_as = incident->opened_as;
        where.root = incident->root;
        where.link = incident->link;
        where.opened_link = incident->opened_link;
        where.start_wall = incident->start_wall;
    }
    place_in(incidents, site, &where, placed);
    if (incident == NULL && start_wall != 0) {
        placed->place.start_wall = start_wall;
    }
}

static void place_own(const char *id, const struct health_event *event, struct placed *placed)
{
    bool over = event->to_health == VMM_HEALTH_OK || event->to_health == VMM_HEALTH_DISABLED;
    bool first = event->incident_wall == event->ts_wall;
    text_format(placed->cause, sizeof(placed->cause), "camera:%s", id);
    placed->place = (struct incident_place){.cause = placed->cause,
                                            .start_wall = event->incident_wall,
                                            .role = INCIDENT_CAUSE,
                                            .step = over    ? INCIDENT_CLOSED
                                                    : first ? INCIDENT_OPENED
                                                            : INCIDENT_GOES_ON};
}

/* What a recorder's incident does to a camera that only it shows. */
struct behind {
    uint32_t recorder;
    int64_t start_wall; /* of that incident; 0: none is open */
    bool fell;          /* the camera is lost, or not to be seen, because of it */
    bool rose;          /* it was, until now */
};

/* The recorder is down; or it answers and does not let its cameras be seen: what is not confirmed then follows from what
 * is wrong with the recorder. */
static struct behind behind_of(const struct incidents *incidents, const struct fleet_camera *camera,
                               const struct health_event *event)
{
    const struct fleet *fleet = incidents->watch->daemon->fleet;
    struct behind behind = {.recorder = FLEET_NONE};
    if (camera->nvr == FLEET_NONE) {
        return behind;
    }
    behind.recorder = fleet_nvr(fleet, camera->nvr)->device;
    behind.start_wall = open_at(incidents, behind.recorder);
    bool follows = behind.start_wall != 0 && event->incident_wall == behind.start_wall;
    bool begins = behind.start_wall != 0 && event->incident_wall == event->ts_wall;
    behind.fell = event->reason == VMM_REASON_RECORDER_DOWN ||
                  (event->reason == VMM_REASON_STALE && (follows || begins));
    behind.rose = event->from_reason == VMM_REASON_RECORDER_DOWN ||
                  (event->from_reason == VMM_REASON_STALE && follows);
    return behind;
}

void incidents_place_channel(const struct incidents *incidents, uint32_t camera,
                             const struct health_event *event, const struct health_event *recorder,
                             struct placed *placed)
{
    const struct fleet *fleet = incidents->watch->daemon->fleet;
    const struct fleet_camera *record = fleet_camera(fleet, camera);
    struct behind behind = behind_of(incidents, record, event);
    bool over = event->to_health == VMM_HEALTH_OK || event->to_health == VMM_HEALTH_UNKNOWN ||
                event->to_health == VMM_HEALTH_DISABLED;
    memset(placed, 0, sizeof(*placed));
    if (behind.fell || (behind.rose && over)) {
        place_behind(incidents, behind.recorder, event,
                     recorder != NULL ? recorder->incident_wall : 0, placed);
        placed->begins_wall = event->reason == VMM_REASON_STALE ? placed->place.start_wall
                                                                : 0; /* its end is known by it */
        return;
    }
    place_own(record->record.id, event, placed);
    if (behind.rose) { /* the recorder is back, and this is news of its own */
        placed->place.start_wall = event->ts_wall;
        placed->place.step = INCIDENT_OPENED;
        placed->begins_wall = event->ts_wall;
    }
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
