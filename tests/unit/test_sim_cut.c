/* SPDX-License-Identifier: MIT */
/* What was lost while the node was cut off is told when it is back, as soon as anything else that is lost. */
#include <criterion/criterion.h>

#include "sim/sim.h"

#define SEEDS   16
#define SOON_US (2 * PLAN_MIN)
#define LEFT_US (30 * PLAN_MIN) /* the outage goes on for so long after the cut */

/* Cuts of two seconds to 25 minutes, outages of hours, and no other trouble. */
static struct plan plan_of(uint64_t seed)
{
    return (struct plan){.seed = seed,
                         .devices = 30,
                         .outages = 40,
                         .span_us = 24 * PLAN_H,
                         .shortest_us = 45 * PLAN_MIN,
                         .longest_us = 90 * PLAN_MIN,
                         .loss = {.mean = 0, .in_burst = 1},
                         .cuts = 3};
}

/* The cut in which the outage began; NULL: none, or it was over soon after that, or another one held the device too. */
static const struct cut *cut_of(struct sim *sim, const struct outage *outage)
{
    const struct cut *cut = cut_at(&sim->cuts, outage->start);
    bool lasts = cut != NULL && outage->end > cut->end + LEFT_US;
    bool alone = lasts && world_is_free(&sim->world, outage->device, outage->start - PLAN_H,
                                        outage->start - 1);
    return alone && cut_between(&sim->cuts, cut->end, cut->end + LEFT_US) == NULL ? cut : NULL;
}

/* How many of a run's outages began in a cut. People hear of each in time; `first_failed` is a look that no cut made fail. */
static uint32_t run(uint64_t seed)
{
    static struct sim sim;
    struct plan plan = plan_of(seed);
    uint32_t found = 0;
    sim_run(&sim, &plan);
    cr_expect_eq(sim.check.failures, 0u, "seed %d", (int)seed);
    for (uint32_t i = 0; i < sim.world.outage_count; i++) {
        const struct outage *outage = &sim.world.outages[i];
        const struct cut *cut = cut_of(&sim, outage);
        if (cut == NULL) {
            continue;
        }
        found++;
        cr_expect_neq(outage->told, 0, "seed %d: %s", (int)seed,
                      sim.world.devices[outage->device].id);
        cr_expect_leq(outage->told, outage->first_failed + SOON_US, "seed %d: %s after %lld s",
                      (int)seed, sim.world.devices[outage->device].id,
                      (long long)((outage->told - outage->first_failed) / PLAN_S));
    }
    sim_finish(&sim);
    return found;
}

Test(sim_cut, what_was_lost_meanwhile_is_told_when_the_node_is_back)
{
    uint32_t found = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        found += run(seed);
    }
    cr_assert_gt(found, 5u, "%u", found);
}
