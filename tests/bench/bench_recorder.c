/* SPDX-License-Identifier: MIT */
/* Recorders with 64 channels: what a look at one costs, with a verdict for each camera that only it shows. */
#include <math.h>

#include "bench.h"
#include "contest.h"
#include "figure.h"
#include "fleet.h"

#define CPU_LIMIT_MS  3
#define REQUEST_LIMIT 8
#define INTERVAL_MS   4000u

static void add(const char *name, const char *unit, struct estimate estimate, double limit,
                const char *note)
{
    struct figure figure = {
        .name = name, .estimate = estimate, .unit = unit, .baseline = (double)NAN, .limit = limit};
    snprintf(figure.note, sizeof(figure.note), "%s", note);
    figure_add(&figure);
}

static double number(const json_t *device, const char *key)
{
    return json_number_value(json_object_get(device, key));
}

/* A look is a connection, and the very first has a challenge more. Of a look under way not all may be asked yet: at
 * some devices none is, and so the largest of all is exact. */
static double most_requests(struct farm *farm)
{
    double most = 0;
    size_t index = 0;
    json_t *device = NULL;
    json_t *report = farm_ask(farm, "{\"do\":\"report\",\"device\":\"*\",\"devices\":true}");
    json_array_foreach(json_object_get(report, "devices"), index, device)
    {
        double looks = fmax(number(device, "connections"), 1);
        most = fmax(most, (number(device, "requests") - 1) / looks);
    }
    json_decref(report);
    return most;
}

static void add_figures(const struct contest *contest, struct farm *farm, uint32_t recorders)
{
    struct estimate cpu = stats_mean(contest->cost[0][0], CONTEST_TURNS);
    double most = most_requests(farm);
    char note[100];
    snprintf(note, sizeof(note), "%u recorders with %u cameras each", recorders, FLEET_CHANNELS);
    add("recorder-cpu", "ms", (struct estimate){cpu.value / 1000, cpu.low / 1000, cpu.high / 1000},
        CPU_LIMIT_MS, note);
    add("recorder-requests", "requests", (struct estimate){most, most, most}, REQUEST_LIMIT,
        "a look at the recorder that was asked the most; the first look: one more");
}

/* One look at each in a window, so that a window holds all kinds of looks alike. */
void bench_recorder(const struct bench *bench)
{
    uint32_t recorders = bench->quick ? 100 : 400;
    struct farm_group group = {.prefix = "nvr-",
                               .base_address = "127.16.0.1",
                               .personality = FLEET_RECORDER,
                               .count = recorders};
    struct subject_order order = {.folder = bench->folder,
                                  .interval_ms = INTERVAL_MS,
                                  .spread_ms = INTERVAL_MS,
                                  .undisturbed = true,
                                  .flag = "FEATURE_VMS_HIKVISION_CGI"};
    struct farm farm;
    struct subject subject;
    farm_start(&farm, bench->folder, &group, 1);
    subject_start(&subject, &order, &farm);
    subject_wait_judged(&subject);
    struct contest contest = {.contestants = {contest_subject("vmm", &subject, &farm)},
                              .count = 1,
                              .meters = 1,
                              .turn_ms = INTERVAL_MS};
    contest.contestants[0].go = NULL;
    contest_run(&contest);
    add_figures(&contest, &farm, recorders);
    subject_stop(&subject);
    farm_stop(&farm);
}
