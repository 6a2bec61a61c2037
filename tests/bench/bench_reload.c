/* SPDX-License-Identifier: MIT */
/* One plugin is replaced while its devices are looked at 2,000 times a second. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "figure.h"
#include "subject.h"

#define RATE          2000u
#define DEADLINE_MS   5000u
#define OTHERS        50u /* devices of another plugin */
#define LATE_LIMIT_MS 5000
#define QUIET_S       2 /* no repeat comes later */
#define QUIET_LIMIT_S 90

struct pids {
    json_int_t replaced;
    json_int_t other;
};

static struct pids read_pids(const struct subject *subject)
{
    struct pids pids = {0};
    char *text = subject_ctl(subject, "plugins --json", true);
    json_t *answer = json_loads(text, 0, NULL);
    size_t index = 0;
    json_t *plugin = NULL;
    json_array_foreach(json_object_get(answer, "plugins"), index, plugin)
    {
        bool is_replaced =
            strcmp(json_string_value(json_object_get(plugin, "name")), "generic") == 0;
        *(is_replaced ? &pids.replaced : &pids.other) =
            json_integer_value(json_object_get(plugin, "pid"));
    }
    json_decref(answer);
    free(text);
    return pids;
}

static void run_command(const char *command)
{
    if (system(command) != 0) {
        bench_fail("failed: %s", command);
    }
}

static void copy_plugins(const char *folder)
{
    char command[1400];
    snprintf(command, sizeof(command),
             "mkdir -p '%s' && cp '%s'/*.so '%s'/*.json '%s'/ && chmod go-w '%s' '%s'/*", folder,
             BENCH_PLUGINS, BENCH_PLUGINS, folder, folder, folder);
    run_command(command);
}

/* As a package does it: a new file takes the name of the old one. */
static void replace_plugin(const char *folder)
{
    char command[1400];
    snprintf(command, sizeof(command),
             "cp '%s/generic.so' '%s/generic.new' && mv '%s/generic.new' '%s/generic.so'", folder,
             folder, folder, folder);
    run_command(command);
}

/* How much later than its rhythm allows the worst look began, at devices without a fault. */
static double worst_late_ms(struct farm *farm, uint32_t interval_ms)
{
    json_t *report = farm_ask(farm, "{\"do\":\"report\",\"device\":\"*\",\"devices\":true}");
    double allowed = interval_ms + interval_ms / 20;
    double now = json_number_value(json_object_get(report, "uptime_ms"));
    double worst = 0;
    size_t index = 0;
    json_t *device = NULL;
    json_array_foreach(json_object_get(report, "devices"), index, device)
    {
        if (json_array_size(json_object_get(device, "faults")) > 0) {
            continue;
        }
        double gap = json_number_value(json_object_get(device, "gap_max_ms"));
        double since = now - json_number_value(json_object_get(device, "last_request_ms"));
        worst = fmax(worst, fmax(gap, since) - allowed);
    }
    json_decref(report);
    return worst;
}

/* No look is due any more; those under way, and repeats of what has just failed, end. */
static void quieten(struct subject *subject, struct subject_order order)
{
    double begun = -1;
    order.interval_ms = 24 * 3600 * 1000;
    subject_reconfigure(subject, &order);
    for (int i = 0; i < QUIET_LIMIT_S / QUIET_S; i++) {
        double now = subject_metric(subject, "vmm_looks_begun_total");
        if (now == begun && subject_metric(subject, "vmm_looks_in_flight") == 0) {
            return;
        }
        begun = now;
        bench_sleep_ms(QUIET_S * 1000);
    }
    bench_fail("looks do not end; see %s", subject->folder);
}

static void exact_figure(const char *name, double value, double limit, const char *unit,
                         const char *note)
{
    struct figure figure = {.name = name,
                            .estimate = {value, value, value},
                            .unit = unit,
                            .baseline = (double)NAN,
                            .limit = limit};
    snprintf(figure.note, sizeof(figure.note), "%s", note);
    figure_add(&figure);
}

#define CANCELLED "vmm_provider_probe_total{[^}]*result=\"cancelled\"}"

/* Each look that reached a device must have been finished and judged once, and no other. One that was cancelled gave no
 * verdict. */
static void verdict_figure(struct subject *subject, struct farm *farm, int reloads)
{
    struct farm_totals totals;
    char note[200];
    farm_totals(farm, &totals);
    double begun = subject_metric(subject, "vmm_looks_begun_total");
    double finished = subject_metric(subject, "vmm_looks_finished_total");
    double lost = subject_metric(subject, "vmm_looks_lost_total");
    double judged = subject_metric(subject, "vmm_provider_probe_total");
    double cancelled = fmax(subject_metric(subject, CANCELLED), 0);
    double off = fabs(begun - finished) + lost + fabs(finished - judged) + cancelled +
                 fabs(judged - (double)totals.looks);
    snprintf(note, sizeof(note),
             "%.0f begun, %.0f finished, %.0f lost, %.0f judged, %.0f of them cancelled, "
             "%llu seen by the devices; %d reloads",
             begun, finished, lost, judged, cancelled, (unsigned long long)totals.looks, reloads);
    exact_figure("reload-verdicts", off, 0, "looks", note);
}

static int reload_under_load(const struct bench *bench, struct subject *subject,
                             const char *plugins)
{
    int kept = 0;
    int reloads = bench->quick ? 2 : 5;
    struct pids before = read_pids(subject);
    for (int i = 0; i < reloads; i++) {
        bench_sleep_ms(2500);
        replace_plugin(plugins);
        free(subject_ctl(subject, "reload", true));
        struct pids after = read_pids(subject);
        kept += after.other == before.other && after.replaced != before.replaced;
        before = after;
    }
    char note[80];
    snprintf(note, sizeof(note), "%d of %d reloads changed the pid of the replaced plugin alone",
             kept, reloads);
    exact_figure("reload-pids", reloads - kept, 0, "reloads", note);
    return reloads;
}

void bench_reload(const struct bench *bench)
{
    uint32_t interval_ms = bench->quick ? 6000 : 10000;
    char plugins[300];
    struct farm farm;
    struct subject subject;
    struct farm_group groups[] = {
        {.prefix = "cam-",
         .base_address = "127.16.0.1",
         .personality = "http-digest",
         .count = RATE * interval_ms / 1000,
         .expire_share = 1.0 / 3},
        {.prefix = "rtsp-",
         .base_address = "127.20.0.1",
         .personality = "rtsp-camera",
         .count = OTHERS},
    };
    struct subject_order order = {.folder = bench->folder,
                                  .plugins = bench_path(bench, "plugins", plugins),
                                  .interval_ms = interval_ms,
                                  .spread_ms = interval_ms,
                                  .deadline_ms = DEADLINE_MS,
                                  .undisturbed = true,
                                  .auth = "digest"};
    copy_plugins(plugins);
    farm_start(&farm, bench->folder, groups, 2);
    subject_start(&subject, &order, &farm);
    subject_wait(&subject, &farm, false);
    bench_sleep_ms(interval_ms);
    int reloads = reload_under_load(bench, &subject, plugins);
    bench_sleep_ms(interval_ms);
    exact_figure("reload-late", worst_late_ms(&farm, order.interval_ms), LATE_LIMIT_MS, "ms",
                 "the worst look at a device that answers");
    quieten(&subject, order);
    verdict_figure(&subject, &farm, reloads);
    subject_regroup(&subject);
    subject_stop(&subject);
    farm_stop(&farm);
}
