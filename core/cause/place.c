/* SPDX-License-Identifier: MIT */
#include "cause/place.h"

#include <string.h>

#include "base/text.h"
#include "cause/follow.h"

/* ---- words ---- */

/* "site", "group" or "link:<name>". */
static const char *kind_word(const struct place_world *world, uint32_t site, uint32_t kind,
                             uint32_t link, char out[INCIDENT_CAUSE_MAX])
{
    bool is_named = kind == CAUSE_GROUP && link != 0;
    const char *name = is_named ? world->link(world->arg, site, link) : NULL;
    text_format(out, INCIDENT_CAUSE_MAX, "%s%s",
                name != NULL         ? "link:"
                : kind == CAUSE_SITE ? "site"
                                     : "group",
                name != NULL ? name : "");
    return out;
}

static const char *device_cause(const struct place_world *world, uint32_t device,
                                char out[INCIDENT_CAUSE_MAX])
{
    bool is_nvr = false;
    const char *id = world->device(world->arg, device, &is_nvr);
    text_format(out, INCIDENT_CAUSE_MAX, "%s:%s", is_nvr ? "nvr" : "camera", id);
    return out;
}

/* ---- how much is lost ---- */

/* What of a site is counted as lost: members of a slot, or those that an incident left behind. */
struct scope {
    const struct cause *cause;
    const struct place_world *world;
    uint32_t slot;      /* CAUSE_NONE: it is closed */
    int64_t start_wall; /* of the incident */
    struct placed *placed;
};

static bool is_lost(const struct scope *scope, uint32_t device)
{
    uint32_t slot = CAUSE_NONE;
    const struct health_state *state =
        device != CAUSE_NONE ? scope->world->state(scope->world->arg, device) : NULL;
    if (state == NULL) {
        return false;
    }
    if (scope->slot == CAUSE_NONE) {
        return cause_is_left(scope->cause, device, scope->start_wall);
    }
    return cause_of(scope->cause, device, &slot) != NULL && slot == scope->slot;
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

static void count(struct placed *placed, const struct place_part *part, bool lost)
{
    struct incident_place *place = &placed->place;
    *(part->is_nvr ? &place->of.nvrs : &place->of.cameras) += 1;
    if (lost) {
        *(part->is_nvr ? &place->lost.nvrs : &place->lost.cameras) += 1;
        add_name(placed, part->id);
    }
}

/* A camera that only its recorder sees is lost with it. */
static void count_part(void *arg, const struct place_part *part)
{
    const struct scope *scope = arg;
    uint32_t device = part->device != CAUSE_NONE ? part->device : part->recorder;
    if (!part->is_off) {
        count(scope->placed, part, is_lost(scope, device));
    }
}

static void begin_count(struct placed *placed)
{
    placed->place.counted = true;
    placed->place.devices = placed->names;
}

/* A recorder, with the cameras behind it: those that it alone shows are lost with it. */
static void count_behind(void *arg, const struct place_part *part)
{
    struct placed *placed = arg;
    begin_count(placed);
    if (!part->is_off) {
        count(placed, part, placed->place.lost.nvrs > 0 && part->device == CAUSE_NONE);
    }
}

static void count_recorder(const struct place_world *world, uint32_t recorder, bool lost,
                           struct placed *placed)
{
    placed->place.of.nvrs = 1;
    placed->place.lost.nvrs = lost;
    world->each_behind(world->arg, recorder, count_behind, placed);
    if (!placed->place.counted) { /* it shows nothing */
        placed->place.of.nvrs = 0;
        placed->place.lost.nvrs = 0;
    }
}

/* ---- places ---- */

void place_site(const struct cause *cause, const struct place_world *world,
                const struct cause_change *change, struct placed *placed)
{
    static const uint32_t steps[] = {[CAUSE_OPENED] = INCIDENT_OPENED,
                                     [CAUSE_GREW] = INCIDENT_GOES_ON,
                                     [CAUSE_CLOSED] = INCIDENT_CLOSED};
    const struct cause_incident *incident = &change->incident;
    bool closed = change->what == CAUSE_CLOSED;
    struct scope scope = {.cause = cause,
                          .world = world,
                          .slot = closed ? CAUSE_NONE : change->slot,
                          .start_wall = incident->start_wall,
                          .placed = placed};
    memset(placed, 0, sizeof(*placed));
    kind_word(world, change->site, incident->kind, incident->link, placed->cause);
    kind_word(world, change->site, incident->opened_as, incident->opened_link, placed->opened_as);
    placed->place = (struct incident_place){.cause = placed->cause,
                                            .opened_as = placed->opened_as,
                                            .start_wall = incident->start_wall,
                                            .role = INCIDENT_CAUSE,
                                            .step = steps[change->what],
                                            .or_node = !closed && incident->kind == CAUSE_SITE &&
                                                       cause_is_total(cause, change->site)};
    begin_count(placed);
    world->each(world->arg, change->site, count_part, &scope);
}

/* The slot of the open incident of this name; CAUSE_NONE: it is not open. */
static uint32_t find_slot(const struct cause *cause, const struct place_world *world, uint32_t site,
                          const char *site_id, const char *id)
{
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *open = cause_incident(cause, site, slot);
        char name[INCIDENT_CAUSE_MAX];
        char other[INCIDENT_ID_MAX];
        if (open == NULL || open->kind == CAUSE_DEVICE) {
            continue;
        }
        struct incident_place place = {
            .cause = kind_word(world, site, open->opened_as, open->opened_link, name),
            .start_wall = open->start_wall};
        if (strcmp(incident_id(site_id, &place, other), id) == 0) {
            return slot;
        }
    }
    return CAUSE_NONE;
}

/* Who asks for those that are lost. */
struct search {
    struct scope scope;
    place_part_fn fn;
    void *fn_arg;
};

static void pick_part(void *arg, const struct place_part *part)
{
    const struct search *search = arg;
    uint32_t device = part->device != CAUSE_NONE ? part->device : part->recorder;
    if (!part->is_off && is_lost(&search->scope, device)) {
        search->fn(search->fn_arg, part);
    }
}

bool place_each_lost(const struct cause *cause, const struct place_world *world, uint32_t site,
                     const char *site_id, const char *id, place_part_fn fn, void *fn_arg)
{
    uint32_t slot = find_slot(cause, world, site, site_id, id);
    struct search search = {
        .scope = {.cause = cause, .world = world, .slot = slot}, .fn = fn, .fn_arg = fn_arg};
    if (slot != CAUSE_NONE) {
        world->each(world->arg, site, pick_part, &search);
    }
    return slot != CAUSE_NONE;
}

/* The start of an incident that a device itself opens, or will open once its verdict stands. */
static int64_t start_of_root(const struct place_world *world, uint32_t root)
{
    const struct health_state *state = world->state(world->arg, root);
    if (state == NULL) {
        return 0;
    }
    return state->incident_wall != 0 ? state->incident_wall : state->fail_since_wall;
}

static void place_in(const struct place_world *world, uint32_t site,
                     const struct follow_place *where, struct placed *placed)
{
    placed->place.role = where->role;
    placed->place.step = where->step;
    placed->place.start_wall = where->start_wall;
    placed->place.cause = placed->cause;
    if (where->kind == CAUSE_DEVICE) {
        device_cause(world, where->root, placed->cause);
        placed->place.start_wall = start_of_root(world, where->root);
    } else {
        kind_word(world, site, where->kind, where->link, placed->cause);
        placed->place.opened_as =
            kind_word(world, site, where->opened_as, where->opened_link, placed->opened_as);
    }
}

void place_device(const struct cause *cause, const struct place_world *world,
                  const struct place_step *step, const struct health_event *event,
                  struct placed *placed)
{
    struct follow_place where = follow_place(cause, step->device, step->before, step->after, event);
    bool is_nvr = false;
    memset(placed, 0, sizeof(*placed));
    placed->begins_wall = where.begins_wall;
    if (where.kind != CAUSE_FREE) {
        place_in(world, step->site, &where, placed);
        return;
    }
    /* When nothing else answers either: with a single device that is all there is to know. */
    placed->place = (struct incident_place){
        .cause = device_cause(world, step->device, placed->cause),
        .start_wall = where.start_wall,
        .role = where.role,
        .step = where.step,
        .or_node = health_is_lost(step->after) && cause_is_total(cause, step->site)};
    (void)world->device(world->arg, step->device, &is_nvr);
    if (is_nvr) {
        count_recorder(world, step->device, event->to_health == VMM_HEALTH_DOWN, placed);
    }
}

/* ---- channels ---- */

static uint32_t channel_step(const struct health_event *event)
{
    bool opens = event->to_health == VMM_HEALTH_DOWN || event->reason == VMM_REASON_STALE;
    return opens ? INCIDENT_OPENED : INCIDENT_CLOSED;
}

/* The start of the open incident that a recorder belongs to; 0: nothing is wrong with it. */
static int64_t open_at(const struct cause *cause, const struct place_world *world,
                       uint32_t recorder)
{
    const struct cause_incident *incident = cause_of(cause, recorder, NULL);
    const struct health_state *state = world->state(world->arg, recorder);
    return incident != NULL && incident->kind != CAUSE_DEVICE ? incident->start_wall
           : state != NULL                                    ? state->incident_wall
                                                              : 0;
}

/* As the recorder's own event was, or will be, placed. */
static void place_behind(const struct cause *cause, const struct place_world *world,
                         const struct place_channel *channel, const struct health_event *event,
                         struct placed *placed)
{
    const struct cause_incident *incident = cause_of(cause, channel->recorder, NULL);
    int64_t start_wall = channel->follows != NULL ? channel->follows->incident_wall : 0;
    struct follow_place where = {.kind = CAUSE_DEVICE,
                                 .root = channel->recorder,
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
    place_in(world, channel->site, &where, placed);
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
    bool fell; /* the camera is lost, or not to be seen, because of it */
    bool rose; /* it was, until now */
};

/* The recorder is down; or it answers and does not let its cameras be seen: what is not confirmed then follows from what
 * is wrong with the recorder. */
static struct behind behind_of(const struct cause *cause, const struct place_world *world,
                               uint32_t recorder, const struct health_event *event)
{
    if (recorder == CAUSE_NONE) {
        return (struct behind){0};
    }
    int64_t start_wall = open_at(cause, world, recorder); /* 0: no incident is open */
    bool follows = start_wall != 0 && event->incident_wall == start_wall;
    bool begins = start_wall != 0 && event->incident_wall == event->ts_wall;
    return (struct behind){.fell = event->reason == VMM_REASON_RECORDER_DOWN ||
                                   (event->reason == VMM_REASON_STALE && (follows || begins)),
                           .rose = event->from_reason == VMM_REASON_RECORDER_DOWN ||
                                   (event->from_reason == VMM_REASON_STALE && follows)};
}

/* What is wrong with the recorder is no incident of the camera's own. */
struct cause_before place_channel_before(const struct cause *cause, const struct place_world *world,
                                         uint32_t recorder, const struct health_state *state)
{
    const struct health_state *of = world->state(world->arg, recorder);
    bool is_own = state->incident_wall != 0 &&
                  state->incident_wall != open_at(cause, world, recorder) &&
                  (of == NULL || state->incident_wall != of->incident_wall);
    return is_own ? (struct cause_before){state->health, state->reason} : (struct cause_before){0};
}

/* Its recorder is back, and an incident of its own is open from before: with the same fault, or not seen again yet,
 * nothing is told; else that incident ends, or goes on with what is wrong now. */
static void place_back(const struct cause *cause, const struct place_world *world,
                       const struct place_channel *channel, const struct health_event *event,
                       struct placed *placed)
{
    bool same =
        channel->before.health == event->to_health && channel->before.reason == event->reason;
    if (same || event->to_health == VMM_HEALTH_UNKNOWN) {
        place_behind(cause, world, channel, event, placed);
        placed->place.step = INCIDENT_CLOSED;
    } else {
        place_own(channel->id, event, placed);
    }
}

void place_channel(const struct cause *cause, const struct place_world *world,
                   const struct place_channel *channel, const struct health_event *event,
                   struct placed *placed)
{
    struct behind behind = behind_of(cause, world, channel->recorder, event);
    bool over = event->to_health == VMM_HEALTH_OK || event->to_health == VMM_HEALTH_UNKNOWN ||
                event->to_health == VMM_HEALTH_DISABLED;
    bool had_own =
        event->from_reason == VMM_REASON_RECORDER_DOWN && channel->before.reason != VMM_REASON_NONE;
    memset(placed, 0, sizeof(*placed));
    if (had_own && !behind.fell) {
        place_back(cause, world, channel, event, placed);
        return;
    }
    if (behind.fell || (behind.rose && over)) {
        place_behind(cause, world, channel, event, placed);
        placed->begins_wall = event->reason == VMM_REASON_STALE ? placed->place.start_wall
                                                                : 0; /* its end is known by it */
        return;
    }
    place_own(channel->id, event, placed);
    if (behind.rose) { /* the recorder is back, and this is news of its own */
        placed->place.start_wall = event->ts_wall;
        placed->place.step = INCIDENT_OPENED;
        placed->begins_wall = event->ts_wall;
    }
}
