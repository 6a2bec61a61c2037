/* SPDX-License-Identifier: MIT */
/* status and status.sites: which camera is how, from memory. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "main/control.h"
#include "main/watch.h"

#define PAGE_ROWS  200u
#define TURN_LOOKS 2000u /* cameras that one turn of the loop goes through */

/* ---- status ---- */

/* A status request, answered page by page: it goes through the cameras in order of site and id. They may come and go
 * meanwhile, so only the place that was reached is kept. */
struct status {
    struct daemon *daemon;
    char site[72];   /* only of this one; "": all */
    char camera[72]; /* rows only of this one; "": all */
    int health;      /* rows only of this one; -1: see `all` */
    bool all;
    char at_site[72]; /* the place reached */
    char at_id[72];
    char from_site[72]; /* rows begin behind it: the cursor */
    char from_id[72];
    size_t sent;
    size_t limit;
    bool more;      /* there is more than `limit` */
    bool done;      /* all were gone through */
    char last[148]; /* cursor of the last row sent: site and id */
    uint32_t counts[VMM_HEALTH_COUNT];
    uint32_t severities[VMM_SEVERITY_COUNT];
    uint32_t total;
};

static const struct fleet_device *device_of(const struct daemon *daemon,
                                            const struct fleet_camera *camera)
{
    uint32_t device = camera->device;
    if (device == FLEET_NONE && camera->nvr != FLEET_NONE) {
        device = fleet_nvr(daemon->fleet, camera->nvr)->device;
    }
    return fleet_device(daemon->fleet, device);
}

static json_t *camera_row(const struct daemon *daemon, const struct fleet_camera *camera,
                          const struct health_state *state)
{
    const struct fleet_device *device = device_of(daemon, camera);
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o}", "id", camera->record.id,
        "site_id", camera->record.site_id, "nvr_id", control_string(camera->record.nvr_id), "name",
        camera->record.name, "provider", device != NULL ? device->record.provider : "",
        "effective_provider",
        control_string(device != NULL ? device->record.effective_provider : ""), "health",
        health_word(state->health), "severity", severity_word(state->severity), "reason",
        reason_word(state->reason), "since", control_time(state->since_wall), "latency_ms",
        state->last_seen_wall > 0 ? json_integer(state->latency_us / 1000) : json_null(),
        "last_seen_at", control_time(state->last_seen_wall));
}

static bool is_behind_cursor(const struct status *status, const struct camera_record *camera)
{
    int order = strcmp(camera->site_id, status->from_site);
    return order > 0 || (order == 0 && strcmp(camera->id, status->from_id) > 0);
}

static bool is_wanted(const struct status *status, const struct camera_record *camera,
                      const struct health_state *state)
{
    if (!is_behind_cursor(status, camera) ||
        (status->camera[0] != '\0' && strcmp(camera->id, status->camera) != 0)) {
        return false;
    }
    if (status->health >= 0) {
        return state->health == status->health;
    }
    return status->all || state->health != VMM_HEALTH_OK;
}

static void take_camera(struct status *status, const struct fleet_camera *camera, json_t *rows)
{
    const struct health_state *state = watch_camera_state(status->daemon->watch, camera);
    if (state == NULL) {
        return;
    }
    status->total++;
    status->counts[state->health]++;
    status->severities[state->severity]++;
    if (!is_wanted(status, &camera->record, state)) {
        return;
    }
    if (status->sent == status->limit) {
        status->more = true;
        return;
    }
    json_array_append_new(rows, camera_row(status->daemon, camera, state));
    text_format(status->last, sizeof(status->last), "%s/%s", camera->record.site_id,
                camera->record.id);
    status->sent++;
}

static void finish_status(struct status *status, struct ctl_call *call)
{
    json_t *severity = json_object();
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        json_object_set_new(severity, severity_word(i), json_integer(status->severities[i]));
    }
    json_t *summary =
        json_pack("{s:o, s:b, s:i, s:o}", "at", control_time(clock_wall_us()), "monitoring",
                  flags_state(status->daemon->config->flags, FLAGS_MASTER, NULL), "cameras",
                  (int)status->total, "severity", severity);
    for (uint32_t i = 0; i < VMM_HEALTH_COUNT; i++) {
        json_object_set_new(summary, health_word(i), json_integer(status->counts[i]));
    }
    json_t *cursor = status->more ? json_string(status->last) : json_null();
    ctl_done(call, json_pack("{s:o, s:o}", "summary", summary, "cursor", cursor));
}

static void next_status(void *arg, struct ctl_call *call)
{
    struct status *status = arg;
    json_t *rows = json_array();
    for (uint32_t i = 0; i < TURN_LOOKS && json_array_size(rows) < PAGE_ROWS; i++) {
        const struct fleet_camera *camera =
            fleet_camera_after(status->daemon->fleet, status->at_site, status->at_id);
        status->done = camera == NULL || (status->site[0] != '\0' &&
                                          strcmp(camera->record.site_id, status->site) != 0);
        if (status->done) {
            break;
        }
        text_format(status->at_site, sizeof(status->at_site), "%s", camera->record.site_id);
        text_format(status->at_id, sizeof(status->at_id), "%s", camera->record.id);
        take_camera(status, camera, rows);
    }
    if (!status->done || json_array_size(rows) > 0) {
        ctl_rows(call, rows); /* none: the next turn goes on */
        return;
    }
    json_decref(rows);
    finish_status(status, call);
    free(status);
}

static void gone_status(void *arg, struct ctl_call *call)
{
    free(arg);
    ctl_done(call, NULL);
}

/* ---- its arguments ---- */

/* "SITE/ID", where rows go on. False when it is none. */
static bool read_cursor(struct status *status, const char *cursor)
{
    size_t site = strcspn(cursor, "/");
    return cursor[0] == '\0' ||
           (cursor[site] == '/' &&
            text_format(status->from_site, sizeof(status->from_site), "%.*s", (int)site, cursor) &&
            text_format(status->from_id, sizeof(status->from_id), "%s", cursor + site + 1));
}

/* False when the call has been failed. */
static bool check_names(struct daemon *daemon, struct ctl_call *call, const char *site,
                        const char *camera)
{
    if (site[0] != '\0' && fleet_find_site(daemon->fleet, site) == NULL) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such site", "vmmctl site list");
        return false;
    }
    if (camera[0] != '\0' && fleet_find_camera(daemon->fleet, camera) == NULL) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such camera", "vmmctl camera list");
        return false;
    }
    return true;
}

static bool read_status(struct daemon *daemon, struct ctl_call *call, const json_t *args,
                        struct status *status)
{
    const char *health = control_text(args, "health");
    const char *site = control_text(args, "site");
    const char *camera = control_text(args, "camera");
    bool bad = false;
    int64_t limit = control_number(args, "limit", 1, 100000, INT64_MAX, &bad);
    const char *wrong = bad ? "limit is 1 to 100000"
                        : health[0] != '\0' && health_number(health) < 0
                            ? "health is OK, DEGRADED, BLACKFRAME, DOWN, UNKNOWN or DISABLED"
                        : !read_cursor(status, control_text(args, "cursor"))
                            ? "that is no cursor of an answer before"
                            : NULL;
    if (wrong != NULL) {
        ctl_fail(call, CTL_INVALID, wrong, NULL);
        return false;
    }
    if (!check_names(daemon, call, site, camera)) {
        return false;
    }
    status->daemon = daemon;
    status->limit = (size_t)limit;
    status->health = health[0] != '\0' ? health_number(health) : -1;
    status->all = json_is_true(json_object_get(args, "all")) || camera[0] != '\0';
    text_format(status->site, sizeof(status->site), "%s", site);
    text_format(status->at_site, sizeof(status->at_site), "%s", site);
    text_format(status->camera, sizeof(status->camera), "%s", camera);
    return true;
}

void verb_status(struct daemon *daemon, struct ctl_call *call, json_t *args,
                 const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {"all", "site", "health", "camera", "limit", "cursor", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    struct status *status = calloc(1, sizeof(*status));
    if (status == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
    } else if (read_status(daemon, call, args, status)) {
        ctl_set_source(call, next_status, gone_status, status);
    } else {
        free(status);
    }
}

/* ---- status.sites ---- */

struct sites {
    struct daemon *daemon;
    char at[72];   /* the place reached, in order of id */
    char only[72]; /* "": all */
};

static json_t *site_row(const struct daemon *daemon, const struct fleet_site *site)
{
    uint32_t counts[VMM_HEALTH_COUNT] = {0};
    for (uint32_t at = site->first_camera; at != FLEET_NONE;
         at = fleet_camera(daemon->fleet, at)->next) {
        const struct health_state *state =
            watch_camera_state(daemon->watch, fleet_camera(daemon->fleet, at));
        counts[state != NULL ? state->health : VMM_HEALTH_UNKNOWN]++;
    }
    json_t *row = json_pack("{s:s, s:s, s:i}", "site_id", site->record.id, "name",
                            site->record.name, "cameras", (int)site->camera_count);
    for (uint32_t health = 0; health < VMM_HEALTH_COUNT; health++) {
        json_object_set_new(row, health_word(health), json_integer(counts[health]));
    }
    return row;
}

static void next_sites(void *arg, struct ctl_call *call)
{
    struct sites *sites = arg;
    const struct fleet *fleet = sites->daemon->fleet;
    json_t *rows = json_array();
    uint32_t cameras = 0;
    const struct fleet_site *site = fleet_site_after(fleet, sites->at);
    for (; site != NULL && cameras < TURN_LOOKS; site = fleet_site_after(fleet, sites->at)) {
        text_format(sites->at, sizeof(sites->at), "%s", site->record.id);
        if (sites->only[0] == '\0' || strcmp(site->record.id, sites->only) == 0) {
            json_array_append_new(rows, site_row(sites->daemon, site));
            cameras += site->camera_count;
        }
    }
    bool done = site == NULL;
    ctl_rows(call, rows);
    if (done) {
        ctl_done(call, NULL);
        free(sites);
    }
}

static void gone_sites(void *arg, struct ctl_call *call)
{
    free(arg);
    ctl_done(call, NULL);
}

void verb_status_sites(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {"site", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    struct sites *sites = calloc(1, sizeof(*sites));
    if (sites == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    sites->daemon = daemon;
    text_format(sites->only, sizeof(sites->only), "%s", control_text(args, "site"));
    ctl_set_source(call, next_sites, gone_sites, sites);
}
