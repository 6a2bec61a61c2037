/* SPDX-License-Identifier: MIT */
/* The simulated world is what it says: its loss, its outages, the order of what happens. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include <vmm/observation.h>

#include "sim/attempt.h"
#include "sim/agenda.h"
#include "sim/world.h"

static struct world world;

static struct plan plan_of(uint32_t devices, uint32_t outages)
{
    return (struct plan){.seed = 5,
                         .devices = devices,
                         .outages = outages,
                         .span_us = 10 * PLAN_DAY,
                         .shortest_us = 3 * PLAN_MIN,
                         .longest_us = PLAN_DAY,
                         .loss = {.mean = 0, .in_burst = 1}};
}

/* ---- loss ---- */

static double lost_share(const struct loss_model *model, double *longest_s)
{
    struct loss loss;
    uint32_t lost = 0;
    uint32_t asked = 0;
    int64_t begun = -1;
    loss_init(&loss, model, 77);
    *longest_s = 0;
    for (int64_t at = 0; at < 40 * PLAN_DAY; at += PLAN_S) {
        bool is_lost = loss_takes(&loss, model, at);
        lost += is_lost;
        asked++;
        begun = is_lost && begun < 0 ? at : is_lost ? begun : -1;
        double s = begun >= 0 ? (double)(at - begun) / (double)PLAN_S : 0;
        *longest_s = s > *longest_s ? s : *longest_s;
    }
    return (double)lost / asked;
}

Test(loss, has_its_mean_and_comes_in_bursts)
{
    double longest;
    double share = lost_share(&(struct loss_model){.mean = 0.01, .in_burst = 1}, &longest);
    cr_expect_float_eq(share, 0.01, 0.001);
    cr_expect_geq(longest, 80.0);
    cr_expect_leq(longest, 90.0);
    share = lost_share(&(struct loss_model){.mean = 0.01, .in_burst = 0.25}, &longest);
    cr_expect_float_eq(share, 0.01, 0.001);
    cr_expect_leq(longest, 15.0);
    cr_expect_eq(lost_share(&(struct loss_model){.mean = 0, .in_burst = 1}, &longest), 0);
}

/* ---- outages ---- */

Test(outage, takes_what_hangs_on_it_and_nothing_else)
{
    struct plan plan = plan_of(400, 60);
    world_init(&world, &plan);
    cr_assert_eq(world.outage_count, 60u);
    for (uint32_t i = 0; i < world.outage_count; i++) {
        const struct outage *outage = &world.outages[i];
        const struct site *site = &world.sites[outage->site];
        uint32_t taken = 0;
        for (uint32_t d = 0; d < world.device_count; d++) {
            taken += world_takes(&world, outage, d);
            cr_expect(!world_takes(&world, outage, d) || world.devices[d].site == outage->site);
        }
        cr_expect(world_takes(&world, outage, outage->device));
        cr_expect_eq(taken, outage->kind == OUTAGE_SITE ? site->count : taken);
        cr_expect(outage->kind != OUTAGE_DEVICE || world.devices[outage->device].is_nvr ||
                  taken == 1);
        cr_expect_leq(taken, site->count);
        cr_expect_geq(outage->end - outage->start, plan.shortest_us);
        cr_expect_leq(outage->end - outage->start, plan.longest_us);
    }
    world_finish(&world);
}

static void see(const struct outage *outage)
{
    uint32_t device = outage->device;
    int64_t back = world_back(&world, outage, device);
    cr_expect_eq(attempt_make(&world, device, false, outage->start - PLAN_MIN, 8 * PLAN_S).outcome,
                 VMM_OUTCOME_OK);
    struct attempt attempt = attempt_make(&world, device, true, outage->start, 30 * PLAN_S);
    cr_expect_eq(attempt.outcome, outage->refuses ? VMM_OUTCOME_UNREACHABLE : VMM_OUTCOME_TIMEOUT);
    cr_expect_eq(attempt.rung, VMM_RUNG_CONNECT);
    cr_expect_geq(back, outage->end);
    cr_expect_eq(attempt_make(&world, device, true, back, 30 * PLAN_S).outcome, VMM_OUTCOME_OK);
}

Test(outage, is_seen_by_a_look_and_over_when_it_ends)
{
    struct plan plan = plan_of(60, 10);
    world_init(&world, &plan);
    for (uint32_t i = 0; i < world.site_count; i++) {
        for (size_t k = 0; k < world.sites[i].outage_count; k++) {
            see(&world.outages[world.sites[i].outages[k]]);
        }
    }
    world_finish(&world);
}

Test(names, lead_back_to_their_things)
{
    struct plan plan = plan_of(300, 0);
    world_init(&world, &plan);
    for (uint32_t i = 0; i < world.device_count; i++) {
        cr_expect_eq(world_find_device(&world, world.devices[i].id), i);
    }
    cr_expect_eq(world_find_device(&world, "s0-cam999"), WORLD_NONE);
    cr_expect_eq(world_find_device(&world, "x"), WORLD_NONE);
    cr_expect_eq(world_find_site(&world, "s99999"), WORLD_NONE);
    world_finish(&world);
}

/* ---- what happens ---- */

static void no_thing(void *thing)
{
    (void)thing;
}

Test(agenda, gives_out_by_time_and_then_by_order)
{
    struct agenda agenda;
    agenda_init(&agenda);
    cr_expect_eq(agenda_next(&agenda), INT64_MAX);
    for (uint32_t i = 0; i < 1000; i++) {
        agenda_put(&agenda, (struct happening){.at = (int64_t)(i * 7919 % 50), .number = i});
    }
    struct happening last = {.at = -1};
    for (uint32_t i = 0; i < 1000; i++) {
        int64_t at = agenda_next(&agenda);
        struct happening next = agenda_take(&agenda);
        cr_assert_eq(next.at, at);
        cr_expect(next.at > last.at || (next.at == last.at && next.number > last.number));
        last = next;
    }
    cr_expect_eq(agenda.count, (size_t)0);
    agenda_finish(&agenda, no_thing);
}
