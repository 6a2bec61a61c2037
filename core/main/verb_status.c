/* SPDX-License-Identifier: MIT */
/* status, status.sites, version, flags, plugins, metrics: what there is, from memory. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/plugin.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "main/control.h"
#include "main/deliver.h"
#include "main/metrics.h"
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
        struct status status = {.daemon = daemon};
        if (!collect(&status, site->record.id, "")) {
            break;
        }
        json_t *row = json_pack("{s:s, s:s, s:i}", "site_id", site->record.id, "name",
                                site->record.name, "cameras", (int)status.total);
        for (uint32_t health = 0; health < VMM_HEALTH_COUNT; health++) {
            json_object_set_new(row, health_word(health), json_integer(status.counts[health]));
        }
        json_array_append_new(rows, row);
        free(status.cameras);
    }
    ctl_rows(call, rows);
    ctl_done(call, NULL);
}

/* ---- version, flags, plugins, metrics ---- */

void verb_version(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    char abi[24];
    text_format(abi, sizeof(abi), "%u.%u", VMM_ABI_MAJOR, VMM_ABI_MINOR);
    ctl_done(call, json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:I}", "version", VMM_VERSION,
                             "build_git_hash", VMM_GIT_HASH, "abi", abi, "node",
                             daemon->config->core.node_id, "pid", (int)getpid(), "started_at",
                             control_time(daemon->started_wall), "uptime_s",
                             (json_int_t)((clock_mono_us() - daemon->started_mono) / CLOCK_S)));
}

static const char *owner_of(const struct config *config, const char *flag)
{
    for (size_t i = 0; i < config->plugin_count; i++) {
        if (strcmp(config->plugins[i].fragment->flag, flag) == 0) {
            return config->plugins[i].fragment->name;
        }
    }
    return NULL;
}

static json_t *flag_row(const struct config *config, const struct flag *flag)
{
    json_t *sites = json_null();
    if (flag->state == FLAG_SITES) {
        sites = json_array();
        for (size_t i = 0; flag->sites[i] != NULL; i++) {
            json_array_append_new(sites, json_string(flag->sites[i]));
        }
    }
    return json_pack("{s:s, s:b, s:o, s:s, s:b, s:s?}", "name", flag->name, "on",
                     flag->state != FLAG_OFF, "sites", sites, "origin", flag->origin, "forced",
                     flag->forced, "owner", owner_of(config, flag->name));
}

void verb_flags(struct daemon *daemon, struct ctl_call *call, json_t *args,
                const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    json_t *rows = json_array();
    const struct flag *flag = flags_at(daemon->config->flags, 0);
    for (size_t i = 1; flag != NULL; flag = flags_at(daemon->config->flags, i++)) {
        json_array_append_new(rows, flag_row(daemon->config, flag));
    }
    ctl_rows(call, rows);
    ctl_done(call, NULL);
}

static const char *kind_word(uint32_t kind)
{
    return kind == VMM_KIND_PROBE ? "probe" : kind == VMM_KIND_SINK ? "sink" : "service";
}

static json_t *hosts_json(const struct plugin *plugin, json_int_t *first_pid)
{
    struct plugin_host_view views[64];
    size_t count = plugin_hosts(plugin, views, 64);
    json_t *list = json_array();
    *first_pid = 0;
    for (size_t i = 0; i < count && i < 64; i++) {
        *first_pid = *first_pid == 0 ? views[i].pid : *first_pid;
        json_array_append_new(list, json_pack("{s:i, s:i, s:s, s:b}", "pid", (int)views[i].pid,
                                              "generation", (int)views[i].generation, "state",
                                              views[i].state, "isolation", views[i].isolation));
    }
    return list;
}

static json_t *loaded_row(const struct plugin *plugin)
{
    const struct description *description = plugin_description(plugin);
    json_int_t pid = 0;
    json_t *hosts = hosts_json(plugin, &pid);
    char abi[24] = "";
    if (description != NULL) {
        text_format(abi, sizeof(abi), "%u.%u", description->abi_major, description->abi_minor);
    }
    const char *state = plugin_is_leaving(plugin)          ? "draining"
                        : plugin_is_ready(plugin)          ? "ready"
                        : plugin_reason(plugin)[0] != '\0' ? "backoff"
                                                           : "starting";
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:i, s:i, s:o, s:o}", "name",
                     plugin_name(plugin), "kind", kind_word(plugin_kind(plugin)), "version",
                     control_string(description != NULL ? description->version : ""), "abi",
                     control_string(abi), "path", plugin_path(plugin), "flag", plugin_flag(plugin),
                     "state", state, "pid", pid != 0 ? json_integer(pid) : json_null(),
                     "generation", (int)plugin_generation(plugin), "restarts",
                     (int)plugin_restarts(plugin), "reason", control_string(plugin_reason(plugin)),
                     "hosts", hosts);
}

static json_t *installed_row(const struct config_plugin *plugin)
{
    return json_pack("{s:s, s:s, s:n, s:n, s:s, s:s, s:s, s:n, s:i, s:i, s:n, s:[]}", "name",
                     plugin->fragment->name, "kind", kind_word(plugin->fragment->kind), "version",
                     "abi", "path", plugin->fragment->path, "flag", plugin->fragment->flag, "state",
                     "off", "pid", "generation", 0, "restarts", 0, "reason", "hosts");
}

void verb_plugins(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    json_t *rows = json_array();
    for (size_t i = 0; i < plugin_set_count(daemon->plugins); i++) {
        json_array_append_new(rows, loaded_row(plugin_set_at(daemon->plugins, i)));
    }
    for (size_t i = 0; i < daemon->config->plugin_count; i++) {
        const struct config_plugin *plugin = &daemon->config->plugins[i];
        if (plugin_set_find(daemon->plugins, plugin->fragment->name) == NULL) {
            json_array_append_new(rows, installed_row(plugin));
        }
    }
    ctl_rows(call, rows);
    ctl_done(call, NULL);
}

/* The text in pieces of whole lines. */
struct metrics_text {
    struct buf text;
    size_t at;
};

#define METRICS_PIECE 30000u

static void next_metrics(void *arg, struct ctl_call *call)
{
    struct metrics_text *metrics = arg;
    const char *from = (const char *)metrics->text.data + metrics->at;
    size_t left = metrics->text.size - metrics->at;
    if (left == 0) {
        buf_finish(&metrics->text);
        free(metrics);
        ctl_done(call, NULL);
        return;
    }
    size_t size = left < METRICS_PIECE ? left : METRICS_PIECE;
    const char *line_end = memrchr(from, '\n', size);
    size = line_end != NULL ? (size_t)(line_end - from) + 1 : size;
    metrics->at += size;
    ctl_rows(call, json_pack("[{s:s%}]", "text", from, size));
}

static void gone_metrics(void *arg, struct ctl_call *call)
{
    struct metrics_text *metrics = arg;
    buf_finish(&metrics->text);
    free(metrics);
    ctl_done(call, NULL);
}

void verb_metrics(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    struct metrics_text *metrics = calloc(1, sizeof(*metrics));
    if (metrics == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    metrics_write(daemon, &metrics->text);
    ctl_set_source(call, next_metrics, gone_metrics, metrics);
}
