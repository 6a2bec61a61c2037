/* SPDX-License-Identifier: MIT */
#include "main/metrics.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "main/deliver.h"
#include "main/figures.h"
#include "main/notify.h"
#include "main/record.h"
#include "main/watch.h"

#define PIECE         24000u /* bytes after which a piece is full */
#define PIECE_CAMERAS 20000u /* cameras that are counted for one piece */
#define SITE_COST     50u    /* of a site's line, in cameras counted */

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

static void write_provider(const struct provider *provider, struct buf *out)
{
    for (uint32_t outcome = 0; outcome < VMM_OUTCOME_COUNT; outcome++) {
        if (provider->outcomes[outcome] > 0) {
            buf_text(out, "vmm_provider_probe_total{");
            label(out, "provider", provider->name);
            buf_printf(out, ",result=\"%s\"} %llu\n", outcome_word(outcome),
                       (unsigned long long)provider->outcomes[outcome]);
        }
    }
}

static bool write_providers(struct metrics *metrics, struct buf *out)
{
    const struct watch *watch = metrics->daemon->watch;
    if (metrics->at == 0) {
        head(out, "vmm_provider_probe_total", "counter", "Looks by provider and outcome.");
    }
    for (; metrics->at < watch->provider_count && out->size < PIECE; metrics->at++) {
        write_provider(&watch->providers[metrics->at], out);
    }
    return metrics->at >= watch->provider_count;
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

/* Which of the four families of a site: online and offline, of its cameras and of its NVRs. */
static bool write_site_family(struct metrics *metrics, struct buf *out, size_t which)
{
    static const char *const names[] = {"vmm_camera_online", "vmm_camera_offline", "vmm_nvr_online",
                                        "vmm_nvr_offline"};
    static const char *const helps[] = {"Cameras that can be reached.", "Cameras that are down.",
                                        "NVRs that can be reached.", "NVRs that are down."};
    const struct fleet *fleet = metrics->daemon->fleet;
    uint32_t counted = 0;
    if (metrics->at == 0) {
        head(out, names[which], "gauge", helps[which]);
    }
    for (; metrics->at < fleet_site_end(fleet) && counted < PIECE_CAMERAS; metrics->at++) {
        const struct fleet_site *site = fleet_site(fleet, metrics->at);
        if (site == NULL) {
            continue;
        }
        struct site_counts counts = count_site(metrics->daemon, site);
        buf_printf(out, "%s{", names[which]);
        label(out, "site_id", site->record.id);
        buf_printf(out, "} %u\n",
                   which % 2 == 0 ? counts.online[which / 2] : counts.offline[which / 2]);
        counted += SITE_COST + site->camera_count;
    }
    return metrics->at >= fleet_site_end(fleet);
}

static bool write_cameras_online(struct metrics *metrics, struct buf *out)
{
    return write_site_family(metrics, out, 0);
}

static bool write_cameras_offline(struct metrics *metrics, struct buf *out)
{
    return write_site_family(metrics, out, 1);
}

static bool write_nvrs_online(struct metrics *metrics, struct buf *out)
{
    return write_site_family(metrics, out, 2);
}

static bool write_nvrs_offline(struct metrics *metrics, struct buf *out)
{
    return write_site_family(metrics, out, 3);
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

static bool write_camera_status(struct metrics *metrics, struct buf *out)
{
    const struct daemon *daemon = metrics->daemon;
    if (metrics->at == 0) {
        head(out, "vmm_camera_status", "gauge", "1 for the health word that holds.");
    }
    for (; metrics->at < fleet_camera_end(daemon->fleet) && out->size < PIECE; metrics->at++) {
        const struct fleet_camera *camera = fleet_camera(daemon->fleet, metrics->at);
        const struct health_state *state =
            camera != NULL ? watch_camera_state(daemon->watch, camera) : NULL;
        if (state != NULL) {
            char status[40];
            text_format(status, sizeof(status), ",status=\"%s\"", health_word(state->health));
            camera_line(out, "vmm_camera_status", camera, status, 1);
        }
    }
    return metrics->at >= fleet_camera_end(daemon->fleet);
}

static bool write_camera_reconnects(struct metrics *metrics, struct buf *out)
{
    const struct daemon *daemon = metrics->daemon;
    if (metrics->at == 0) {
        head(out, "vmm_camera_reconnects", "counter", "Changes from failing to answering looks.");
    }
    for (; metrics->at < fleet_camera_end(daemon->fleet) && out->size < PIECE; metrics->at++) {
        const struct fleet_camera *camera = fleet_camera(daemon->fleet, metrics->at);
        if (camera != NULL && camera->device != FLEET_NONE) {
            camera_line(out, "vmm_camera_reconnects", camera, "",
                        daemon->watch->devices[camera->device].reconnects);
        }
    }
    return metrics->at >= fleet_camera_end(daemon->fleet);
}

static bool write_nvr_status(struct metrics *metrics, struct buf *out)
{
    const struct daemon *daemon = metrics->daemon;
    if (metrics->at == 0) {
        head(out, "vmm_nvr_status", "gauge", "1 for the health word that holds.");
    }
    for (; metrics->at < fleet_nvr_end(daemon->fleet) && out->size < PIECE; metrics->at++) {
        const struct fleet_nvr *nvr = fleet_nvr(daemon->fleet, metrics->at);
        const struct health_state *state = nvr != NULL ? watch_nvr_state(daemon->watch, nvr) : NULL;
        if (state != NULL) {
            buf_text(out, "vmm_nvr_status{");
            label(out, "site_id", nvr->record.site_id);
            buf_char(out, ',');
            label(out, "nvr_id", nvr->record.id);
            buf_printf(out, ",status=\"%s\"} 1\n", health_word(state->health));
        }
    }
    return metrics->at >= fleet_nvr_end(daemon->fleet);
}

static bool write_sinks(struct metrics *metrics, struct buf *out)
{
    const struct daemon *daemon = metrics->daemon;
    static const char *const names[] = {"vmm_notification_sent_total",
                                        "vmm_notification_failed_total"};
    static const char *const helps[] = {"Events and messages that a destination took.",
                                        "Attempts that a destination did not take."};
    const struct gateway *gateway = daemon->notify->gateway;
    for (size_t which = 0; which < 2; which++) {
        head(out, names[which], "counter", helps[which]);
        struct deliver_view view;
        for (size_t i = 0; deliver_view(daemon->deliver, i, &view); i++) {
            buf_printf(out, "%s{", names[which]);
            label(out, "channel", view.name);
            buf_printf(out, "} %llu\n", (unsigned long long)(which == 0 ? view.sent : view.failed));
        }
        for (size_t i = 0; i < gateway->lane_count; i++) {
            const struct lane *lane = gateway->lanes[i];
            buf_printf(out, "%s{", names[which]);
            label(out, "channel", lane->channel);
            buf_printf(out, "} %llu\n",
                       (unsigned long long)(which == 0 ? lane->sent : lane->failed));
        }
    }
    return true;
}

static bool write_record(struct metrics *metrics, struct buf *out)
{
    record_metrics(metrics->daemon->record, out);
    return true;
}

static bool write_watch(struct metrics *metrics, struct buf *out)
{
    const struct daemon *daemon = metrics->daemon;
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
    return true;
}

static bool write_store(struct metrics *metrics, struct buf *out)
{
    const struct daemon *daemon = metrics->daemon;
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
    single(out, "vmm_store_days_counted_timestamp_seconds", "gauge",
           "When each event was last found counted into its day.",
           (double)health.days_counted_at / 1e6);
    return true;
}

static bool write_plugins(struct metrics *metrics, struct buf *out)
{
    const struct daemon *daemon = metrics->daemon;
    head(out, "vmm_plugin_restarts_total", "counter",
         "Host processes of a plugin that ended unasked.");
    for (size_t i = 0; i < plugin_set_count(daemon->plugins); i++) {
        const struct plugin *plugin = plugin_set_at(daemon->plugins, i);
        buf_text(out, "vmm_plugin_restarts_total{");
        label(out, "plugin", plugin_name(plugin));
        buf_printf(out, "} %u\n", plugin_restarts(plugin));
    }
    return true;
}

static bool write_figures(struct metrics *metrics, struct buf *out)
{
    const struct figure *figure = figures_at(metrics->daemon->figures, metrics->at);
    for (; figure != NULL && out->size < PIECE; metrics->at++) {
        single(out, figure->name, figure->is_counter ? "counter" : "gauge",
               "A figure of the plugin of this name.", figure->value);
        figure = figures_at(metrics->daemon->figures, metrics->at + 1);
    }
    return figure == NULL;
}

/* Each writes as much as fits a piece, from where it stopped; true when it is done. */
static bool (*const sections[])(struct metrics *metrics, struct buf *out) = {
    write_providers,   write_camera_status,  write_camera_reconnects,
    write_nvr_status,  write_cameras_online, write_cameras_offline,
    write_nvrs_online, write_nvrs_offline,   write_sinks,
    write_record,      write_watch,          write_store,
    write_plugins,     write_figures,
};

#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

bool metrics_next(struct metrics *metrics, struct buf *out)
{
    if (metrics->section == SECTIONS) {
        return false;
    }
    if (sections[metrics->section](metrics, out)) {
        metrics->section++;
        metrics->at = 0;
    }
    return true;
}
