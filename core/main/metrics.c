/* SPDX-License-Identifier: MIT */
#include "main/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "ipc/message.h"
#include "main/deliver.h"
#include "main/record.h"
#include "main/watch.h"

#define PLUGIN_METRICS_MAX 1024u
#define NAMES_A_PLUGIN     64u

/* What plugins count, by name. */
static struct plugin_metric {
    char plugin[64];
    char name[96];
    double value;
    bool is_counter;
} plugin_metrics[PLUGIN_METRICS_MAX];
static uint32_t plugin_metric_count;

static bool is_name(const char *plugin, const char *name)
{
    char prefix[80];
    text_format(prefix, sizeof(prefix), "vmm_%s_", plugin);
    if (strncmp(name, prefix, strlen(prefix)) != 0 ||
        strlen(name) >= sizeof(plugin_metrics[0].name)) {
        return false;
    }
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static struct plugin_metric *find_metric(const char *plugin, const char *name)
{
    uint32_t of_plugin = 0;
    for (uint32_t i = 0; i < plugin_metric_count; i++) {
        if (strcmp(plugin_metrics[i].name, name) == 0) {
            return &plugin_metrics[i];
        }
        of_plugin += strcmp(plugin_metrics[i].plugin, plugin) == 0;
    }
    if (of_plugin >= NAMES_A_PLUGIN || plugin_metric_count == PLUGIN_METRICS_MAX) {
        return NULL;
    }
    struct plugin_metric *metric = &plugin_metrics[plugin_metric_count++];
    text_format(metric->plugin, sizeof(metric->plugin), "%s", plugin);
    text_format(metric->name, sizeof(metric->name), "%s", name);
    return metric;
}

int metrics_plugin(const char *plugin, const struct frame *frame)
{
    struct metric_message message;
    if (message_get_metric(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    struct plugin_metric *metric = is_name(plugin, message.name) && isfinite(message.value)
                                       ? find_metric(plugin, message.name)
                                       : NULL;
    if (metric != NULL) {
        metric->is_counter = message.is_counter != 0;
        metric->value = message.is_counter ? metric->value + message.value : message.value;
    }
    return 0;
}

bool metrics_plugin_value(const char *name, double *value)
{
    for (uint32_t i = 0; i < plugin_metric_count; i++) {
        if (strcmp(plugin_metrics[i].name, name) == 0) {
            *value = plugin_metrics[i].value;
            return true;
        }
    }
    return false;
}

/* ---- text ---- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(struct buf *out, const char *name, const char *type, const char *help,
                   double value)
{
    head(out, name, type, help);
    buf_printf(out, "%s %.17g\n", name, value);
}

/* A label's value with \, " and line break escaped; what is cleaned has no line breaks. */
static void label(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s=\"", name);
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '\\' || *p == '"') {
            buf_char(out, '\\');
        }
        buf_char(out, *p);
    }
    buf_char(out, '"');
}

static void write_providers(const struct daemon *daemon, struct buf *out)
{
    head(out, "vmm_provider_probe_total", "counter", "Looks by provider and outcome.");
    for (uint32_t i = 0; i < daemon->watch->provider_count; i++) {
        const struct provider *provider = &daemon->watch->providers[i];
        for (uint32_t outcome = 0; outcome < VMM_OUTCOME_COUNT; outcome++) {
            if (provider->outcomes[outcome] > 0) {
                buf_text(out, "vmm_provider_probe_total{");
                label(out, "provider", provider->name);
                buf_printf(out, ",result=\"%s\"} %llu\n", outcome_word(outcome),
                           (unsigned long long)provider->outcomes[outcome]);
            }
        }
    }
}

struct site_counts {
    uint32_t online[2]; /* cameras, NVRs */
    uint32_t offline[2];
};

/* Online: reachable, whatever else is wrong. What is unknown or switched off is neither. */
static void count_health(struct site_counts *counts, const struct health_state *state, bool is_nvr)
{
    if (state == NULL || state->health >= VMM_HEALTH_UNKNOWN) {
        return;
    }
    if (state->health == VMM_HEALTH_DOWN) {
        counts->offline[is_nvr]++;
    } else {
        counts->online[is_nvr]++;
    }
}

static struct site_counts count_site(const struct daemon *daemon, const struct fleet_site *site)
{
    struct site_counts counts = {0};
    for (uint32_t at = site->first_camera; at != FLEET_NONE;
         at = fleet_camera(daemon->fleet, at)->next) {
        count_health(&counts, watch_camera_state(daemon->watch, fleet_camera(daemon->fleet, at)),
                     false);
    }
    for (uint32_t at = site->first_nvr; at != FLEET_NONE; at = fleet_nvr(daemon->fleet, at)->next) {
        count_health(&counts, watch_nvr_state(daemon->watch, fleet_nvr(daemon->fleet, at)), true);
    }
    return counts;
}

static void write_sites(const struct daemon *daemon, struct buf *out)
{
    static const char *const names[] = {"vmm_camera_online", "vmm_camera_offline", "vmm_nvr_online",
                                        "vmm_nvr_offline"};
    static const char *const helps[] = {"Cameras that can be reached.", "Cameras that are down.",
                                        "NVRs that can be reached.", "NVRs that are down."};
    for (size_t which = 0; which < 4; which++) {
        head(out, names[which], "gauge", helps[which]);
        for (uint32_t i = 0; i < fleet_site_end(daemon->fleet); i++) {
            const struct fleet_site *site = fleet_site(daemon->fleet, i);
            if (site == NULL) {
                continue;
            }
            struct site_counts counts = count_site(daemon, site);
            uint32_t value = which % 2 == 0 ? counts.online[which / 2] : counts.offline[which / 2];
            buf_printf(out, "%s{", names[which]);
            label(out, "site_id", site->record.id);
            buf_printf(out, "} %u\n", value);
        }
    }
}

static void camera_line(struct buf *out, const char *name, const struct fleet_camera *camera,
                        const char *more, double value)
{
    buf_printf(out, "%s{", name);
    label(out, "site_id", camera->record.site_id);
    buf_char(out, ',');
    label(out, "camera_id", camera->record.id);
    buf_printf(out, "%s} %.17g\n", more, value);
}

static void write_cameras(const struct daemon *daemon, struct buf *out)
{
    const struct fleet *fleet = daemon->fleet;
    head(out, "vmm_camera_status", "gauge", "1 for the health word that holds.");
    for (uint32_t i = 0; i < fleet_camera_end(fleet); i++) {
        const struct fleet_camera *camera = fleet_camera(fleet, i);
        const struct health_state *state =
            camera != NULL ? watch_camera_state(daemon->watch, camera) : NULL;
        if (state != NULL) {
            char status[40];
            text_format(status, sizeof(status), ",status=\"%s\"", health_word(state->health));
            camera_line(out, "vmm_camera_status", camera, status, 1);
        }
    }
    head(out, "vmm_camera_reconnects", "counter", "Changes from failing to answering looks.");
    for (uint32_t i = 0; i < fleet_camera_end(fleet); i++) {
        const struct fleet_camera *camera = fleet_camera(fleet, i);
        if (camera != NULL && camera->device != FLEET_NONE) {
            camera_line(out, "vmm_camera_reconnects", camera, "",
                        daemon->watch->devices[camera->device].reconnects);
        }
    }
}

static void write_nvrs(const struct daemon *daemon, struct buf *out)
{
    head(out, "vmm_nvr_status", "gauge", "1 for the health word that holds.");
    for (uint32_t i = 0; i < fleet_nvr_end(daemon->fleet); i++) {
        const struct fleet_nvr *nvr = fleet_nvr(daemon->fleet, i);
        const struct health_state *state = nvr != NULL ? watch_nvr_state(daemon->watch, nvr) : NULL;
        if (state != NULL) {
            buf_text(out, "vmm_nvr_status{");
            label(out, "site_id", nvr->record.site_id);
            buf_char(out, ',');
            label(out, "nvr_id", nvr->record.id);
            buf_printf(out, ",status=\"%s\"} 1\n", health_word(state->health));
        }
    }
}

static void write_sinks(const struct daemon *daemon, struct buf *out)
{
    static const char *const names[] = {"vmm_notification_sent_total",
                                        "vmm_notification_failed_total"};
    static const char *const helps[] = {"Events a destination took.",
                                        "Attempts that a destination did not take."};
    for (size_t which = 0; which < 2; which++) {
        head(out, names[which], "counter", helps[which]);
        struct deliver_view view;
        for (size_t i = 0; deliver_view(daemon->deliver, i, &view); i++) {
            buf_printf(out, "%s{", names[which]);
            label(out, "channel", view.name);
            buf_printf(out, "} %llu\n", (unsigned long long)(which == 0 ? view.sent : view.failed));
        }
    }
}

static void write_watch(const struct daemon *daemon, struct buf *out)
{
    const struct watch *watch = daemon->watch;
    single(out, "ai_events_total", "counter", "Events journalled since the start.",
           (double)watch->events);
    single(out, "vmm_looks_begun_total", "counter", "Looks that were accepted.",
           (double)watch->looks_begun);
    single(out, "vmm_looks_finished_total", "counter",
           "Looks that have ended, lost ones among them.", (double)watch->looks_finished);
    single(out, "vmm_looks_lost_total", "counter", "Looks that ended with their host.",
           (double)watch->looks_lost);
    single(out, "vmm_looks_void_total", "counter",
           "Looks whose result judges nobody, because vmmd stood still meanwhile.",
           (double)watch->looks_void);
    single(out, "vmm_looks_in_flight", "gauge", "Looks under way.", watch->looks_out);
    single(out, "vmm_uptime_seconds", "gauge", "Time since the start.",
           (double)(clock_mono_us() - daemon->started_mono) / 1e6);
}

static void write_store(const struct daemon *daemon, struct buf *out)
{
    struct store_health health;
    store_health(daemon->store, &health);
    single(out, "vmm_store_working", "gauge", "1 when the last write succeeded.", health.working);
    single(out, "vmm_store_owed_bytes", "gauge", "Bytes that wait to be written.",
           (double)health.bytes_owed);
    single(out, "vmm_store_commits_total", "counter", "Commits since the start.",
           (double)health.commits);
    single(out, "vmm_store_loop_wait_max_seconds", "gauge",
           "Longest that the loop spent in one call of the store.",
           (double)health.longest_call_us / 1e6);
    single(out, "vmm_store_events_lost_total", "counter",
           "Events dropped while nothing could be written.", (double)health.events_lost);
}

static void write_plugins(const struct daemon *daemon, struct buf *out)
{
    head(out, "vmm_plugin_restarts_total", "counter",
         "Host processes of a plugin that ended unasked.");
    for (size_t i = 0; i < plugin_set_count(daemon->plugins); i++) {
        const struct plugin *plugin = plugin_set_at(daemon->plugins, i);
        buf_text(out, "vmm_plugin_restarts_total{");
        label(out, "plugin", plugin_name(plugin));
        buf_printf(out, "} %u\n", plugin_restarts(plugin));
    }
    for (uint32_t i = 0; i < plugin_metric_count; i++) {
        const struct plugin_metric *metric = &plugin_metrics[i];
        single(out, metric->name, metric->is_counter ? "counter" : "gauge",
               "A figure of the plugin of this name.", metric->value);
    }
}

void metrics_write(const struct daemon *daemon, struct buf *out)
{
    write_providers(daemon, out);
    write_cameras(daemon, out);
    write_nvrs(daemon, out);
    write_sites(daemon, out);
    write_sinks(daemon, out);
    record_metrics(daemon->record, out);
    write_watch(daemon, out);
    write_store(daemon, out);
    write_plugins(daemon, out);
}
