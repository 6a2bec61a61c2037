/* SPDX-License-Identifier: MIT */
#include "main/upkeep.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "gateway/json_text.h"
#include "health/words.h"
#include "main/journal.h"
#include "main/notify.h"
#include "main/watch.h"
#include "store/notify.h"

#define TURN_S   10
#define LIST_MAX 200u /* devices of one event */
#define SECOND   ((int64_t)CLOCK_S)
#define KEY_MAX  128

/* A maintenance that is under way at a site. */
struct running {
    char id[QUIET_ID_MAX];
    char site[72];
    int64_t since;
    int64_t until;
};

struct upkeep {
    struct notify *notify;
    struct event *timer;
    struct running *items;
    size_t count;
    size_t room;
};

/* ---- events ---- */

/* An event of a site, or of one of its devices; `metadata` is a new reference. */
static void put_event(struct notify *notify, const struct store_event *event, json_t *metadata)
{
    const struct fleet_site *site = fleet_find_site(notify->daemon->fleet, event->site_id);
    struct store_batch *batch = notify_batch(notify);
    const char *node_id = notify->daemon->config->core.node_id;
    struct store_event row = *event;
    row.severity = VMM_SEVERITY_NORMAL;
    row.node_id = node_id;
    row.epoch = site != NULL ? site->record.epoch : 1;
    json_object_set_new(metadata, "node_id", json_string(node_id));
    if (batch == NULL) {
        json_decref(metadata);
        return;
    }
    journal_put(batch, &row, metadata, clock_wall_us());
    notify->journalled = true;
}

static void tell_began(struct notify *notify, const struct quiet_entry *entry,
                       const struct running *running, json_t *devices, size_t part)
{
    char key[KEY_MAX + 64];
    char since[CLOCK_TEXT_SIZE];
    char until[CLOCK_TEXT_SIZE];
    text_format(key, sizeof(key), "%s/maintenance/%s/%lld/began/%zu", running->site, running->id,
                (long long)running->since, part);
    json_t *metadata =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "maintenance_id", running->id, "owner", entry->owner,
                  "why", entry->reason, "since", clock_text(running->since, since), "until",
                  clock_text(running->until, until));
    if (devices != NULL) {
        json_object_set_new(metadata, "devices", devices);
    }
    struct store_event event = {.site_id = running->site,
                                .camera_id = "",
                                .type = "maintenance.began",
                                .ts_event = running->since,
                                .dedup_key = key};
    put_event(notify, &event, metadata);
}

static void tell_ended(struct notify *notify, const struct running *running, int64_t at)
{
    char key[KEY_MAX + 64];
    text_format(key, sizeof(key), "%s/maintenance/%s/%lld/ended", running->site, running->id,
                (long long)running->since);
    struct store_event event = {.site_id = running->site,
                                .camera_id = "",
                                .type = "maintenance.ended",
                                .ts_event = at,
                                .dedup_key = key};
    put_event(notify, &event, json_pack("{s:s}", "maintenance_id", running->id));
}

/* ---- whom it is for ---- */

/* True when it is for all of a site that it is for at all. */
static bool is_whole(const struct quiet_entry *entry)
{
    return entry->camera[0] == '\0' && entry->tag[0] == '\0';
}

static bool is_for(struct notify *notify, const struct quiet_entry *entry, const char *id)
{
    return (entry->camera[0] == '\0' || text_matches(entry->camera, id)) &&
           (entry->tag[0] == '\0' || notify_world.has_tag(notify, id, entry->tag));
}

static void add_device(json_t *list, const char *kind, const char *id)
{
    json_array_append_new(list, json_sprintf("%s:%s", kind, id));
}

/* A new reference. */
static json_t *devices_of(struct notify *notify, const struct quiet_entry *entry,
                          const struct fleet_site *site)
{
    const struct fleet *fleet = notify->daemon->fleet;
    json_t *list = json_array();
    for (uint32_t at = site->first_camera; at != FLEET_NONE; at = fleet_camera(fleet, at)->next) {
        const char *id = fleet_camera(fleet, at)->record.id;
        if (is_for(notify, entry, id)) {
            add_device(list, "camera", id);
        }
    }
    for (uint32_t at = site->first_nvr; at != FLEET_NONE; at = fleet_nvr(fleet, at)->next) {
        const char *id = fleet_nvr(fleet, at)->record.id;
        if (is_for(notify, entry, id)) {
            add_device(list, "nvr", id);
        }
    }
    return list;
}

static void tell_whom(struct notify *notify, const struct quiet_entry *entry,
                      const struct fleet_site *site, const struct running *running)
{
    if (is_whole(entry)) {
        tell_began(notify, entry, running, NULL, 0);
        return;
    }
    json_t *all = devices_of(notify, entry, site);
    size_t count = json_array_size(all);
    for (size_t from = 0; from < count; from += LIST_MAX) {
        json_t *part = json_array();
        for (size_t i = from; i < count && i < from + LIST_MAX; i++) {
            json_array_append(part, json_array_get(all, i));
        }
        tell_began(notify, entry, running, part, from / LIST_MAX);
    }
    json_decref(all);
}

/* ---- what is under way ---- */

static struct running *find(const struct upkeep *upkeep, const char *id, const char *site)
{
    for (size_t i = 0; i < upkeep->count; i++) {
        struct running *running = &upkeep->items[i];
        if (strcmp(running->id, id) == 0 && strcmp(running->site, site) == 0) {
            return running;
        }
    }
    return NULL;
}

static bool add(struct upkeep *upkeep, const struct running *running)
{
    if (upkeep->count == upkeep->room) {
        size_t room = upkeep->room == 0 ? 16 : upkeep->room * 2;
        struct running *items = realloc(upkeep->items, room * sizeof(*items));
        if (items == NULL) {
            return false;
        }
        upkeep->items = items;
        upkeep->room = room;
    }
    upkeep->items[upkeep->count++] = *running;
    return true;
}

static void key_of(const struct running *running, char key[KEY_MAX])
{
    text_format(key, KEY_MAX, "%s/%s", running->id, running->site);
}

static void keep(struct upkeep *upkeep, const struct running *running)
{
    const struct gateway_effects *effects = &upkeep->notify->gateway->effects;
    char key[KEY_MAX];
    key_of(running, key);
    effects->put_memory(effects->arg, UPKEEP_AREA, key, running->site,
                        json_pack("{s:s, s:s, s:I, s:I}", "id", running->id, "site", running->site,
                                  "since", (json_int_t)running->since, "until",
                                  (json_int_t)running->until));
}

static void forget(struct upkeep *upkeep, struct running *running)
{
    const struct gateway_effects *effects = &upkeep->notify->gateway->effects;
    char key[KEY_MAX];
    key_of(running, key);
    effects->del_memory(effects->arg, UPKEEP_AREA, key);
    *running = upkeep->items[--upkeep->count];
}

bool upkeep_restore(struct upkeep *upkeep, const json_t *json)
{
    struct running running = {.since = json_number(json, "since"),
                              .until = json_number(json, "until")};
    return text_format(running.id, sizeof(running.id), "%s", json_text(json, "id")) &&
           text_format(running.site, sizeof(running.site), "%s", json_text(json, "site")) &&
           running.id[0] != '\0' && add(upkeep, &running);
}

/* ---- a turn ---- */

/* The time of the maintenance that `now` lies in, by the clock of the site; false: it is none now. */
static bool span_now(const struct quiet_entry *entry, const struct zone *zone, int64_t now,
                     struct running *out)
{
    int64_t begin = entry->starts_at;
    int64_t end = entry->ends_at;
    if (now < begin || now >= end) {
        return false;
    }
    if (entry->weekly) {
        int64_t from;
        int64_t to;
        if (zone == NULL || !window_current(&entry->window, zone, now / SECOND, &from, &to)) {
            return false;
        }
        begin = from * SECOND > begin ? from * SECOND : begin;
        end = to * SECOND < end ? to * SECOND : end;
    }
    /* Nobody asked for it before it was asked for. */
    out->since = begin > entry->created_at ? begin : entry->created_at;
    out->until = end;
    return out->since < end;
}

static void begin_at(struct upkeep *upkeep, const struct quiet_entry *entry,
                     const struct fleet_site *site, int64_t now)
{
    struct notify *notify = upkeep->notify;
    const struct zone *zone = zones_get(notify->zones, site->record.timezone);
    struct running running = {0};
    if (find(upkeep, entry->id, site->record.id) != NULL || !span_now(entry, zone, now, &running)) {
        return;
    }
    if (text_format(running.id, sizeof(running.id), "%s", entry->id) &&
        text_format(running.site, sizeof(running.site), "%s", site->record.id) &&
        add(upkeep, &running)) {
        keep(upkeep, &running);
        tell_whom(notify, entry, site, &running);
    }
}

static void begin_all(struct upkeep *upkeep, int64_t now)
{
    const struct fleet *fleet = upkeep->notify->daemon->fleet;
    const struct quiet *quiet = &upkeep->notify->gateway->quiet;
    for (size_t i = 0; i < quiet->count; i++) {
        const struct quiet_entry *entry = quiet->entries[i];
        bool counts = entry->kind == QUIET_MAINTENANCE;
        for (uint32_t s = 0; counts && s < fleet_site_end(fleet); s++) {
            const struct fleet_site *site = fleet_site(fleet, s);
            if (site != NULL &&
                (entry->site[0] == '\0' || text_matches(entry->site, site->record.id))) {
                begin_at(upkeep, entry, site, now);
            }
        }
    }
}

/* What is over by its time, or was taken back. */
static void end_all(struct upkeep *upkeep, int64_t now)
{
    for (size_t i = upkeep->count; i > 0; i--) {
        struct running *running = &upkeep->items[i - 1];
        bool is_there = quiet_find(&upkeep->notify->gateway->quiet, running->id) != NULL;
        if (now >= running->until || !is_there) {
            tell_ended(upkeep->notify, running, now < running->until ? now : running->until);
            forget(upkeep, running);
        }
    }
}

void upkeep_turn(struct upkeep *upkeep)
{
    int64_t now = clock_wall_us();
    gateway_quiet_lapse(upkeep->notify->gateway, notify_now());
    end_all(upkeep, now);
    begin_all(upkeep, now);
}

/* ---- new devices ---- */

/* What its verdict is now, and of whom: false when it is not in the fleet. */
static bool read_subject(struct notify *notify, const char *subject, struct store_event *event,
                         uint32_t *health)
{
    const struct daemon *daemon = notify->daemon;
    const struct fleet_camera *camera = fleet_find_camera(daemon->fleet, subject);
    const struct fleet_nvr *nvr = camera == NULL ? fleet_find_nvr(daemon->fleet, subject) : NULL;
    const struct health_state *state = camera != NULL ? watch_camera_state(daemon->watch, camera)
                                       : nvr != NULL  ? watch_nvr_state(daemon->watch, nvr)
                                                      : NULL;
    if (state == NULL) {
        return false;
    }
    *health = state->health;
    event->site_id = camera != NULL ? camera->record.site_id : nvr->record.site_id;
    event->camera_id = camera != NULL ? camera->record.id : "";
    event->type = camera != NULL ? "camera.commissioned" : "nvr.commissioned";
    return true;
}

void upkeep_commissioned(struct notify *notify, const char *subject)
{
    struct store_event event = {.ts_event = clock_wall_us()};
    char key[KEY_MAX + 96];
    uint32_t health = VMM_HEALTH_UNKNOWN;
    if (!read_subject(notify, subject, &event, &health)) {
        return;
    }
    text_format(key, sizeof(key), "%s/%s/commissioned/%lld", event.site_id, subject,
                (long long)event.ts_event);
    event.dedup_key = key;
    put_event(notify, &event,
              json_pack("{s:s, s:s?}", "health", health_word(health), "nvr_id",
                        event.camera_id[0] == '\0' ? subject : NULL));
}

/* ---- life ---- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    upkeep_turn(arg);
}

void upkeep_start(struct upkeep *upkeep)
{
    struct timeval every = {.tv_sec = TURN_S};
    upkeep_turn(upkeep);
    event_add(upkeep->timer, &every);
}

struct upkeep *upkeep_create(struct notify *notify)
{
    struct upkeep *upkeep = calloc(1, sizeof(*upkeep));
    if (upkeep == NULL) {
        return NULL;
    }
    upkeep->notify = notify;
    upkeep->timer = event_new(notify->daemon->base, -1, EV_PERSIST, on_timer, upkeep);
    if (upkeep->timer == NULL) {
        free(upkeep);
        return NULL;
    }
    return upkeep;
}

void upkeep_destroy(struct upkeep *upkeep)
{
    if (upkeep != NULL) {
        event_free(upkeep->timer);
        free(upkeep->items);
        free(upkeep);
    }
}
