/* SPDX-License-Identifier: MIT */
/* status and status.sites: which camera is how, from memory. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "main/control.h"
#include "main/watch.h"

#define PAGE_ROWS 200u

/* ---- status ---- */

/* A status request that is answered page by page, over the cameras in order of site and id. */
struct status {
    struct daemon *daemon;
    uint32_t *cameras; /* handles: a camera may be removed between two pages */
    size_t count;
    size_t at;
    size_t sent;
    size_t limit;
    int health; /* only this one; -1: see all */
    bool all;
    uint32_t counts[VMM_HEALTH_COUNT];
    uint32_t severities[VMM_SEVERITY_COUNT];
    uint32_t total;
    char last[140]; /* cursor of the last row sent: site and id */
};

static int compare_cameras(const void *a, const void *b, void *fleet)
{
    const struct fleet_camera *left = fleet_camera(fleet, *(const uint32_t *)a);
    const struct fleet_camera *right = fleet_camera(fleet, *(const uint32_t *)b);
    int order = strcmp(left->record.site_id, right->record.site_id);
    return order != 0 ? order : strcmp(left->record.id, right->record.id);
}

static const char *shown_provider(const struct daemon *daemon, const struct fleet_camera *camera)
{
    uint32_t device = camera->device;
    if (device == FLEET_NONE && camera->nvr != FLEET_NONE) {
        device = fleet_nvr(daemon->fleet, camera->nvr)->device;
    }
    const struct fleet_device *record = fleet_device(daemon->fleet, device);
    return record != NULL ? record->record.provider : "";
}

static json_t *camera_row(const struct daemon *daemon, const struct fleet_camera *camera,
                          const struct health_state *state)
{
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "id", camera->record.id,
        "site_id", camera->record.site_id, "nvr_id", control_string(camera->record.nvr_id), "name",
        camera->record.name, "provider", shown_provider(daemon, camera), "health",
        health_word(state->health), "severity", severity_word(state->severity), "reason",
        reason_word(state->reason), "since", control_time(state->since_wall), "latency_ms",
        state->last_seen_wall > 0 ? json_integer(state->latency_us / 1000) : json_null(),
        "last_seen_at", control_time(state->last_seen_wall));
}

static bool is_wanted(const struct status *status, const struct health_state *state)
{
    if (status->health >= 0) {
        return state->health == status->health;
    }
    return status->all || state->health != VMM_HEALTH_OK;
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
    bool more = status->at < status->count;
    json_t *cursor = more ? json_string(status->last) : json_null();
    ctl_done(call, json_pack("{s:o, s:o}", "summary", summary, "cursor", cursor));
}

static void free_status(struct status *status)
{
    free(status->cameras);
    free(status);
}

static void next_status(void *arg, struct ctl_call *call)
{
    struct status *status = arg;
    json_t *rows = json_array();
    for (; status->at < status->count && json_array_size(rows) < PAGE_ROWS &&
           status->sent < status->limit;
         status->at++) {
        const struct fleet_camera *camera =
            fleet_camera(status->daemon->fleet, status->cameras[status->at]);
        const struct health_state *state =
            camera != NULL ? watch_camera_state(status->daemon->watch, camera) : NULL;
        if (state != NULL && is_wanted(status, state)) {
            json_array_append_new(rows, camera_row(status->daemon, camera, state));
            text_format(status->last, sizeof(status->last), "%s/%s", camera->record.site_id,
                        camera->record.id);
            status->sent++;
        }
    }
    if (json_array_size(rows) > 0) {
        ctl_rows(call, rows);
        return;
    }
    json_decref(rows);
    finish_status(status, call);
    free_status(status);
}

static void gone_status(void *arg, struct ctl_call *call)
{
    free_status(arg);
    ctl_done(call, NULL);
}

static bool is_selected(const struct fleet_camera *camera, const char *site, const char *id)
{
    return camera != NULL && (site[0] == '\0' || strcmp(camera->record.site_id, site) == 0) &&
           (id[0] == '\0' || strcmp(camera->record.id, id) == 0);
}

/* The cameras the request selects, sorted, and their counts. */
static bool collect(struct status *status, const char *site, const char *id)
{
    const struct fleet *fleet = status->daemon->fleet;
    status->cameras = calloc(fleet_camera_count(fleet) + 1, sizeof(*status->cameras));
    if (status->cameras == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < fleet_camera_end(fleet); i++) {
        const struct fleet_camera *camera = fleet_camera(fleet, i);
        const struct health_state *state =
            camera != NULL ? watch_camera_state(status->daemon->watch, camera) : NULL;
        if (state == NULL || !is_selected(camera, site, "")) {
            continue;
        }
        status->total++;
        status->counts[state->health]++;
        status->severities[state->severity]++;
        if (is_selected(camera, site, id)) {
            status->cameras[status->count++] = i;
        }
    }
    qsort_r(status->cameras, status->count, sizeof(status->cameras[0]), compare_cameras,
            status->daemon->fleet);
    return true;
}

/* Go on behind the cursor, "site/id". */
static void skip_to(struct status *status, const char *cursor)
{
    while (cursor[0] != '\0' && status->at < status->count) {
        const struct fleet_camera *camera =
            fleet_camera(status->daemon->fleet, status->cameras[status->at]);
        const char *slash = strchr(cursor, '/');
        size_t site = slash != NULL ? (size_t)(slash - cursor) : strlen(cursor);
        int order = strncmp(camera->record.site_id, cursor, site);
        order = order != 0 ? order : (int)strlen(camera->record.site_id) - (int)site;
        order = order != 0 || slash == NULL ? order : strcmp(camera->record.id, slash + 1);
        if (order > 0) {
            return;
        }
        status->at++;
    }
}

void verb_status(struct daemon *daemon, struct ctl_call *call, json_t *args,
                 const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {"all", "site", "health", "camera", "limit", "cursor", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    const char *site = control_text(args, "site");
    const char *camera = control_text(args, "camera");
    const char *health = control_text(args, "health");
    bool bad = false;
    int64_t limit = control_number(args, "limit", 1, 100000, INT64_MAX, &bad);
    if (bad || (health[0] != '\0' && health_number(health) < 0)) {
        ctl_fail(call, CTL_INVALID, bad ? "limit is 1 to 100000" : "there is no such health",
                 bad ? NULL : "OK, DEGRADED, BLACKFRAME, DOWN, UNKNOWN or DISABLED");
        return;
    }
    if (site[0] != '\0' && fleet_find_site(daemon->fleet, site) == NULL) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such site", "vmmctl site list");
        return;
    }
    if (camera[0] != '\0' && fleet_find_camera(daemon->fleet, camera) == NULL) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such camera", "vmmctl camera list");
        return;
    }
    struct status *status = calloc(1, sizeof(*status));
    if (status == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    status->daemon = daemon;
    status->health = health[0] != '\0' ? health_number(health) : -1;
    status->all = json_is_true(json_object_get(args, "all")) || camera[0] != '\0';
    status->limit = (size_t)limit;
    if (!collect(status, site, camera)) {
        free_status(status);
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    skip_to(status, control_text(args, "cursor"));
    ctl_set_source(call, next_status, gone_status, status);
}

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

void verb_status_sites(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {"site", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    const char *only = control_text(args, "site");
    json_t *rows = json_array();
    for (uint32_t i = 0; i < fleet_site_end(daemon->fleet); i++) {
        const struct fleet_site *site = fleet_site(daemon->fleet, i);
        if (site == NULL || (only[0] != '\0' && strcmp(site->record.id, only) != 0)) {
            continue;
        }
        json_array_append_new(rows, site_row(daemon, site));
    }
    ctl_rows(call, rows);
    ctl_done(call, NULL);
}
