/* SPDX-License-Identifier: MIT */
/* What a node that crashes now and then has in its record is what one has that never does. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/sim.h"

#define LINES_MAX 400
#define LINE_MAX  160
#define SEEDS     10

struct record {
    char lines[LINES_MAX][LINE_MAX];
    size_t count;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* What began and ended, and for what cause; not when. */
static void read_record(const struct sim *sim, struct record *record)
{
    record->count = 0;
    for (size_t i = 0; i < sim->disk.event_count; i++) {
        const struct disk_event *event = &sim->disk.events[i];
        bool is_first = event->event.from_reason == VMM_REASON_NEVER_LOOKED;
        if (event->role != INCIDENT_CAUSE || event->step == INCIDENT_GOES_ON || is_first) {
            continue;
        }
        cr_assert_lt(record->count, (size_t)LINES_MAX);
        text_format(record->lines[record->count++], LINE_MAX, "%s %s %s",
                    sim->world.sites[event->site].id, event->cause,
                    event->step == INCIDENT_OPENED ? "opened" : "closed");
    }
    qsort(record->lines, record->count, LINE_MAX, by_text);
}

static struct plan plan_of(uint64_t seed, uint32_t crashes)
{
    return (struct plan){.seed = seed,
                         .devices = 30,
                         .outages = 8,
                         .span_us = 16 * PLAN_H,
                         .shortest_us = 30 * PLAN_MIN,
                         .longest_us = 3 * PLAN_H,
                         .loss = {.mean = 0, .in_burst = 1},
                         .crashes = crashes};
}

static void run(uint64_t seed, uint32_t crashes, struct record *record)
{
    static struct sim sim;
    struct plan plan = plan_of(seed, crashes);
    sim_run(&sim, &plan);
    cr_expect_eq(sim.check.failures, 0u, "seed %d with %u crashes", (int)seed, crashes);
    cr_expect_gt(sim.figures.starts, crashes / 2);
    read_record(&sim, record);
    sim_finish(&sim);
}

Test(sim_record, survives_crashes)
{
    static struct record calm;
    static struct record rough;
    size_t lines = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run(seed, 0, &calm);
        run(seed, 10, &rough);
        lines += calm.count;
        cr_expect_eq(calm.count, rough.count, "seed %d: %zu lines, and %zu with crashes", (int)seed,
                     calm.count, rough.count);
        for (size_t i = 0; i < calm.count && i < rough.count; i++) {
            cr_expect_str_eq(calm.lines[i], rough.lines[i], "seed %d", (int)seed);
        }
    }
    cr_assert_gt(lines, (size_t)50);
}
