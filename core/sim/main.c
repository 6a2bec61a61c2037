/* SPDX-License-Identifier: MIT */
/* vmm-sim: the decisions of vmmd, on a virtual clock. The last line is the summary. */
#include <stdio.h>
#include <time.h>

#include "sim/sim.h"

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct totals {
    uint32_t failed; /* seeds */
    uint64_t steps;
    uint64_t looks;
    uint64_t events;
    uint64_t messages;
    uint64_t again;
    uint32_t starts;
    double camera_days; /* of a large fleet */
};

static void add(struct totals *totals, const struct sim *sim)
{
    totals->failed += sim->check.failures > 0;
    totals->steps += sim->check.steps;
    totals->looks += sim->figures.looks;
    totals->events += sim->figures.events;
    totals->starts += sim->figures.starts;
    for (size_t i = 0; i < RECEIVERS_COUNT; i++) {
        totals->messages += sim->receivers.all[i].shown;
        totals->again += sim->receivers.all[i].again;
    }
}

static void run_seed(const struct plan_options *options, uint64_t seed, struct totals *totals)
{
    struct plan plan;
    struct sim sim;
    double begun = cpu_s();
    plan_make(options, seed, &plan);
    sim_run(&sim, &plan);
    if (options->devices > 0) {
        figures_print(&sim.figures, &sim, cpu_s() - begun);
        totals->camera_days = figures_camera_days(&sim);
    }
    if (sim.check.failures > 0) {
        printf("seed %llu fails in %u places; again: vmm-sim --seeds 1 --first-seed %llu --trace\n",
               (unsigned long long)seed, sim.check.failures, (unsigned long long)seed);
    }
    add(totals, &sim);
    sim_finish(&sim);
}

int main(int argc, char **argv)
{
    struct plan_options options;
    struct totals totals = {0};
    if (!plan_read(argc, argv, &options)) {
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (uint32_t i = 0; i < options.seeds; i++) {
        run_seed(&options, options.first_seed + i, &totals);
    }
    printf("%u seeds from %llu: %u failed; %llu steps, %llu looks, %llu events, %llu messages"
           " (%llu came again), %u starts, %.1f s",
           options.seeds, (unsigned long long)options.first_seed, totals.failed,
           (unsigned long long)totals.steps, (unsigned long long)totals.looks,
           (unsigned long long)totals.events, (unsigned long long)totals.messages,
           (unsigned long long)totals.again, totals.starts, cpu_s());
    if (totals.camera_days > 0) {
        printf(", %.0f camera-days a CPU second", totals.camera_days / cpu_s());
    }
    putchar('\n');
    return totals.failed == 0 ? 0 : 1;
}
