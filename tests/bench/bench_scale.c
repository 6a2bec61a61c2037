/* SPDX-License-Identifier: MIT */
/* A small and a large fleet at the same rate: what a look costs must not depend on how many devices there are. */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "contest.h"
#include "figure.h"
#include "slice.h"

#define SMALL        1000u
#define LARGE        100000u
#define LARGE_QUICK  5000u
#define RATE         800u /* looks a second of either fleet */
#define EXPIRE_SHARE (1.0 / 3)
#define DEADLINE_MS  5000u
#define DISK_PARTS   12
#define DISK_LIMIT   512.0 /* bytes a look */
#define WAIT_LIMIT   10.0  /* milliseconds */

/* By default a device is looked at every 4 minutes, and its row written every 14: 3.5 looks a row. Both fleets run
 * faster, with about that proportion: the one with which all periods are whole seconds. */
#define LOOKS_A_ROW 3.2

#define WINDOWS        12
#define WINDOWS_QUICK  5
#define SLICES         3 /* of a window; in a quick run 1 */
#define METERS         3
#define CPU_LIMIT      1.25
#define COUNT_LIMIT    1.02
#define SLICE_LIMIT_MS 6000u /* one comes every 4 s */

struct scale {
    const struct bench *bench;
    uint32_t large;
    struct farm small_farm;
    struct farm large_farm;
    struct subject small_subject;
    struct subject large_subject;
    double wait_ms;
};

static const char *make_folder(const struct bench *bench, const char *name, char out[300])
{
    char command[400];
    snprintf(command, sizeof(command), "mkdir -p '%s'", bench_path(bench, name, out));
    if (system(command) != 0) {
        bench_fail("%s cannot be made", out);
    }
    return out;
}

static void start_farm(struct scale *scale, struct farm *farm, const char *name, const char *base,
                       uint32_t count)
{
    char folder[300];
    struct farm_group group = {.prefix = "cam-",
                               .base_address = base,
                               .personality = "http-digest",
                               .count = count,
                               .expire_share = EXPIRE_SHARE};
    farm_start(farm, make_folder(scale->bench, name, folder), &group, 1);
}

static void note_wait(struct scale *scale, const struct subject *subject)
{
    double ms = subject_metric(subject, "vmm_store_loop_wait_max_seconds") * 1000;
    scale->wait_ms = ms > scale->wait_ms ? ms : scale->wait_ms;
}

/* ---- disk ---------------------------------------------------------------------------------------------- */

struct disk {
    struct subject *subject;
    struct farm *farm;
    uint64_t written;
    struct farm_totals totals;
    double bytes[DISK_PARTS];
    double looks[DISK_PARTS];
};

static void disk_part(struct disk *disk, int part)
{
    struct farm_totals totals;
    farm_totals(disk->farm, &totals);
    uint64_t written = usage_group_written(&disk->subject->group);
    if (part >= 0) {
        disk->bytes[part] = (double)(written - disk->written);
        disk->looks[part] = (double)(totals.connections - disk->totals.connections);
    }
    disk->totals = totals;
    disk->written = written;
}

/* Each part for itself: a mean does not tell lumps from a steady stream. */
static void say_parts(const struct disk *disk, const char *name)
{
    char line[DISK_PARTS * 16] = "";
    size_t used = 0;
    for (int part = 0; part < DISK_PARTS; part++) {
        used += (size_t)snprintf(line + used, sizeof(line) - used, " %.0f",
                                 disk->bytes[part] / fmax(disk->looks[part], 1));
    }
    bench_say("  %-14s bytes a look, part by part:%s", name, line);
}

/* Bytes come in lumps, so they are set against the mean number of looks of a part. */
static void disk_figure(const struct disk *disk, const char *name, uint32_t devices)
{
    double looks = fmax(stats_mean(disk->looks, DISK_PARTS).value, 1);
    struct estimate bytes = stats_mean(disk->bytes, DISK_PARTS);
    struct figure figure = {
        .name = name,
        .estimate = {bytes.value / looks, bytes.low / looks, bytes.high / looks},
        .unit = "B/look",
        .baseline = (double)NAN,
        .limit = DISK_LIMIT};
    snprintf(figure.note, sizeof(figure.note), "%u devices, %.0f looks", devices,
             looks * DISK_PARTS);
    figure_add(&figure);
    say_parts(disk, name);
}

/* Both fleets, part by part. */
struct disks {
    struct disk small;
    struct disk large;
    uint64_t part_us;
    uint64_t due_us; /* when the next part ends */
    int part;        /* that ends then; -1: the first begins */
};

static void disks_begin(struct disks *disks, struct scale *scale)
{
    *disks = (struct disks){.small = {.subject = &scale->small_subject, .farm = &scale->small_farm},
                            .large = {.subject = &scale->large_subject, .farm = &scale->large_farm},
                            .part_us = scale->bench->quick ? 1000000 : 10000000,
                            .due_us = bench_now_us(),
                            .part = -1};
}

/* Read what has been written, if a part is over. */
static void disks_step(struct disks *disks)
{
    uint64_t now = bench_now_us();
    if (disks->part == DISK_PARTS || now < disks->due_us) {
        return;
    }
    disk_part(&disks->small, disks->part);
    disk_part(&disks->large, disks->part);
    disks->part++;
    disks->due_us = now + disks->part_us;
}

static void disks_end(struct disks *disks, uint32_t large)
{
    while (disks->part < DISK_PARTS) {
        uint64_t now = bench_now_us();
        bench_sleep_ms(now < disks->due_us ? (uint32_t)((disks->due_us - now) / 1000) + 1 : 0);
        disks_step(disks);
    }
    disk_figure(&disks->small, "disk-small", SMALL);
    disk_figure(&disks->large, "disk-large", large);
}

/* ---- cost ---------------------------------------------------------------------------------------------- */

struct counted {
    struct subject *subject;
    struct usage_counter syscalls;
    struct usage_counter allocations;
    bool good;
};

static double counted_cpu(void *arg)
{
    struct counted *counted = arg;
    return usage_group_cpu_us(&counted->subject->group);
}

static double counted_syscalls(void *arg)
{
    struct counted *counted = arg;
    return (double)usage_counted(&counted->syscalls);
}

static double counted_allocations(void *arg)
{
    struct counted *counted = arg;
    return (double)usage_counted(&counted->allocations);
}

static void count(struct counted *counted, struct subject *subject)
{
    *counted = (struct counted){.subject = subject};
    counted->good = usage_count_syscalls(&counted->syscalls, &subject->group) &&
                    usage_count_allocations(&counted->allocations, &subject->group);
}

static void stop_counting(struct counted *counted)
{
    usage_counter_close(&counted->syscalls);
    usage_counter_close(&counted->allocations);
}

static struct contestant contest_counted(const char *name, struct counted *counted,
                                         struct farm *farm)
{
    return (struct contestant){.name = name, .arg = counted, .meters = {counted_cpu}, .farm = farm};
}

/* Processor time alone, in turns. */
static void measure_cpu(struct scale *scale, struct counted *large, struct counted *small)
{
    struct contest contest = {.contestants = {contest_counted("large", large, &scale->large_farm),
                                              contest_counted("small", small, &scale->small_farm)},
                              .count = 2,
                              .meters = 1,
                              .turn_ms = scale->bench->quick ? 800 : 4000};
    contest_run(&contest);
    contest_figure(&contest, 1, 0, "us CPU", "scale-cpu", CPU_LIMIT);
}

/* ---- counts, over windows of whole slices ---------------------------------------------------------------- */

struct reading {
    double looks;
    double used[METERS];
};

/* One fleet: its windows one after another, each from the end of a slice to the end of another. */
struct windows {
    struct counted *counted;
    struct farm *farm;
    struct slice_watch watch;
    struct reading from;
    int slices; /* since the window began; -1: none has begun */
    int noted;
    double looks;
    double cost[METERS][WINDOWS];
};

static struct reading read_now(const struct windows *windows)
{
    struct farm_totals totals;
    farm_totals(windows->farm, &totals);
    return (struct reading){(double)totals.connections,
                            {counted_cpu(windows->counted), counted_syscalls(windows->counted),
                             counted_allocations(windows->counted)}};
}

static void note_window(struct windows *windows)
{
    struct reading to = read_now(windows);
    double looks = fmax(to.looks - windows->from.looks, 1);
    for (int i = 0; i < METERS; i++) {
        windows->cost[i][windows->noted] = (to.used[i] - windows->from.used[i]) / looks;
    }
    windows->looks += looks;
    windows->noted++;
    windows->from = to;
    windows->slices = 0;
}

static void sample(struct windows *windows, int slices, int wanted)
{
    if (windows->noted == wanted || !slice_ended(&windows->watch, bench_now_us(),
                                                 usage_counted(&windows->counted->allocations))) {
        return;
    }
    windows->slices++;
    if (windows->slices == 0) {
        windows->from = read_now(windows);
    } else if (windows->slices == slices) {
        note_window(windows);
    }
}

/* Both at once: each has its own windows. False: slices could not be told apart. */
static bool count_windows(struct windows *large, struct windows *small, int slices, int wanted,
                          struct disks *disks)
{
    uint32_t limit_ms = (uint32_t)(wanted * slices + 4) * SLICE_LIMIT_MS;
    for (uint32_t waited = 0; waited < limit_ms; waited += SLICE_SAMPLE_MS) {
        sample(large, slices, wanted);
        sample(small, slices, wanted);
        disks_step(disks);
        if (large->noted == wanted && small->noted == wanted) {
            return true;
        }
        bench_sleep_ms(SLICE_SAMPLE_MS);
    }
    return false;
}

static void not_counted(const char *name, const char *why)
{
    struct figure figure = {
        .name = name, .unit = "x", .baseline = (double)NAN, .limit = 1.02, .unmeasured = true};
    snprintf(figure.note, sizeof(figure.note), "%s", why);
    figure_add(&figure);
}

static void count_figure(const struct windows *large, const struct windows *small, int meter,
                         const char *unit, const char *name, double limit)
{
    size_t count = (size_t)large->noted;
    struct figure figure = {
        .name = name,
        .estimate = stats_ratio(large->cost[meter], small->cost[meter], count),
        .unit = "x",
        .baseline = stats_median(small->cost[meter], count),
        .limit = limit,
    };
    snprintf(figure.note, sizeof(figure.note), "%.4g %s a look against %.4g; %.0f and %.0f looks",
             stats_median(large->cost[meter], count), unit, figure.baseline, large->looks,
             small->looks);
    figure_add(&figure);
}

static void say_windows(const char *name, const struct windows *windows, int meter,
                        const char *unit)
{
    char line[WINDOWS * 16] = "";
    size_t used = 0;
    for (int i = 0; i < windows->noted; i++) {
        used +=
            (size_t)snprintf(line + used, sizeof(line) - used, " %.2f", windows->cost[meter][i]);
    }
    bench_say("  %-14s %s a look, window by window:%s", name, unit, line);
}

static bool measure_counts(struct scale *scale, struct counted *large, struct counted *small,
                           struct disks *disks)
{
    struct windows of_large = {.counted = large, .farm = &scale->large_farm, .slices = -1};
    struct windows of_small = {.counted = small, .farm = &scale->small_farm, .slices = -1};
    bool quick = scale->bench->quick;
    if (!count_windows(&of_large, &of_small, quick ? 1 : SLICES, quick ? WINDOWS_QUICK : WINDOWS,
                       disks)) {
        return false;
    }
    if (quick) {
        count_figure(&of_large, &of_small, 0, "us CPU", "scale-cpu", CPU_LIMIT);
    }
    count_figure(&of_large, &of_small, 1, "system calls", "scale-syscalls", COUNT_LIMIT);
    count_figure(&of_large, &of_small, 2, "allocations", "scale-allocations", COUNT_LIMIT);
    say_windows("large", &of_large, 2, "allocations");
    say_windows("small", &of_small, 2, "allocations");
    return true;
}

static void leave_out_counts(const char *why)
{
    not_counted("scale-syscalls", why);
    not_counted("scale-allocations", why);
}

/* Counting costs time of its own: in a quick run it is counted while time is measured, else after it. */
static void measure_cost(struct scale *scale, struct disks *disks)
{
    bool quick = scale->bench->quick;
    struct counted large = {.subject = &scale->large_subject};
    struct counted small = {.subject = &scale->small_subject};
    if (!quick) {
        measure_cpu(scale, &large, &small);
    }
    count(&large, &scale->large_subject);
    count(&small, &scale->small_subject);
    bool counts = large.good && small.good;
    bool counted = counts && measure_counts(scale, &large, &small, disks);
    stop_counting(&large);
    stop_counting(&small);
    if (!counted && quick) {
        measure_cpu(scale, &large, &small);
    }
    if (!counted) {
        leave_out_counts(
            counts ? "the slices of rows could not be told apart"
                   : "perf events are not allowed here: run as root, on a kernel with uprobes");
    }
}

/* ---- together ------------------------------------------------------------------------------------------ */

static void wait_figure(const struct scale *scale)
{
    struct figure figure = {.name = "store-wait",
                            .estimate = {scale->wait_ms, scale->wait_ms, scale->wait_ms},
                            .unit = "ms",
                            .baseline = (double)NAN,
                            .limit = WAIT_LIMIT,
                            .unmeasured = scale->wait_ms < 0,
                            .note = "the longest single call in all that went before"};
    figure_add(&figure);
}

/* Devices are added over one interval, so that their looks are spread over it. */
static void start(struct scale *scale, struct subject *subject, struct farm *farm, const char *name,
                  uint32_t devices)
{
    char folder[300];
    uint32_t interval_ms = devices * 1000 / RATE;
    struct subject_order order = {.folder = make_folder(scale->bench, name, folder),
                                  .interval_ms = interval_ms,
                                  .jitter_ms = interval_ms / 4,
                                  .spread_ms = interval_ms,
                                  .load_ms = interval_ms,
                                  .soft_period_ms = (uint32_t)(interval_ms * LOOKS_A_ROW),
                                  .deadline_ms = DEADLINE_MS,
                                  .undisturbed = true,
                                  .auth = "digest"};
    subject_start(subject, &order, farm);
}

/* What is written is read while nothing else is done; in a quick run, while calls are counted, which writes nothing. */
static void measure(struct scale *scale)
{
    struct disks disks;
    disks_begin(&disks, scale);
    if (!scale->bench->quick) {
        disks_end(&disks, scale->large);
    }
    measure_cost(scale, &disks);
    if (scale->bench->quick) {
        disks_end(&disks, scale->large);
    }
}

/* Both run all the time, side by side, and are read in turns. Each device (as good as) has to have its first verdict, and that has
 * to be counted into its day: what is written for these is written once in a device's life, and is no steady look's. */
void bench_scale(const struct bench *bench)
{
    struct scale scale = {
        .bench = bench, .large = bench->quick ? LARGE_QUICK : LARGE, .wait_ms = -1};
    start_farm(&scale, &scale.small_farm, "small-farm", "127.16.0.1", SMALL);
    start_farm(&scale, &scale.large_farm, "large-farm", "127.32.0.1", scale.large);
    start(&scale, &scale.large_subject, &scale.large_farm, "large", scale.large);
    start(&scale, &scale.small_subject, &scale.small_farm, "small", SMALL);
    subject_wait(&scale.large_subject, &scale.large_farm, true);
    subject_wait(&scale.small_subject, &scale.small_farm, true);
    subject_wait_counted(&scale.large_subject);
    subject_wait_counted(&scale.small_subject);
    measure(&scale);
    note_wait(&scale, &scale.large_subject);
    note_wait(&scale, &scale.small_subject);
    wait_figure(&scale);
    subject_stop(&scale.small_subject);
    subject_stop(&scale.large_subject);
    farm_stop(&scale.small_farm);
    farm_stop(&scale.large_farm);
}
