/* SPDX-License-Identifier: MIT */
#include "sim/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "health/words.h"
#include "sim/memory.h"
#include "sim/sim.h"

#define SHOWN_MAX 20u

void figures_look(struct figures *figures, struct sim *sim, uint32_t device, bool answered)
{
    figures->looks++;
    if (answered) {
        return;
    }
    figures->failed_looks++;
    if (cut_at(&sim->cuts, sim->now) != NULL) {
        return; /* it says nothing of the device */
    }
    struct outage *outage = world_outage(&sim->world, device, sim->now);
    if (outage != NULL && outage->first_failed == 0) {
        outage->first_failed = sim->now;
    }
}

/* ---- what is true ---- */

/* An outage holds the device now, or did so shortly before. */
static bool is_held(struct sim *sim, uint32_t device)
{
    for (int64_t back = 0; back <= 3 * PLAN_MIN; back += 10 * PLAN_S) {
        if (world_outage(&sim->world, device, sim->now - back) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_site_held(struct sim *sim, uint32_t number)
{
    const struct site *site = &sim->world.sites[number];
    for (uint32_t i = site->first; i < site->first + site->count; i++) {
        if (is_held(sim, i)) {
            return true;
        }
    }
    return false;
}

static void say_false(const struct figures *figures, const struct sim *sim,
                      const struct disk_event *event)
{
    bool few = figures->false_down + figures->false_degraded + figures->false_site <= SHOWN_MAX;
    if (few && !sim->plan.small) {
        printf("false: at %.0f s: %s\n", (double)sim->now / (double)PLAN_S, event->key);
    }
}

void figures_event(struct figures *figures, struct sim *sim, const struct disk_event *event)
{
    uint8_t to = event->event.to_health;
    bool is_site = event->device == WORLD_NONE;
    figures->events++;
    sim_trace(sim, "event %lld: %s, %s to %s", (long long)event->seq, event->key,
              health_word(event->event.from_health), health_word(to));
    if (sim->plan.overlaps || sim->plan.cuts > 0) {
        return;
    }
    bool is_false_site =
        is_site && event->step == INCIDENT_OPENED && !is_site_held(sim, event->site);
    bool goes_down = to == VMM_HEALTH_DOWN && event->event.from_health != VMM_HEALTH_DOWN;
    bool is_false_down = !is_site && goes_down && !is_held(sim, event->device);
    bool is_false_degraded = !is_site && to == VMM_HEALTH_DEGRADED;
    figures->false_site += is_false_site;
    figures->false_down += is_false_down;
    figures->false_degraded += is_false_degraded;
    if (is_false_site || is_false_down || is_false_degraded) {
        say_false(figures, sim, event);
    }
}

/* ---- what is told ---- */

static bool is_named(const struct letter_item *item, const char *id)
{
    bool named = false;
    for (size_t i = 0; i < json_array_size(item->devices); i++) {
        named = named || strcmp(json_string_value(json_array_get(item->devices, i)), id) == 0;
    }
    return named;
}

/* A message about one device tells of its outage; one about more of the site tells of a single device when it names it,
 * and of any outage that is no single device's. */
static bool tells_of(const struct sim *sim, const struct outage *outage,
                     const struct letter_item *item)
{
    const struct device *root = &sim->world.devices[outage->device];
    bool is_alone = outage->kind == OUTAGE_DEVICE;
    if (item->subject[0] == '\0') {
        return !is_alone || root->is_nvr || is_named(item, root->id);
    }
    uint32_t device = world_find_device(&sim->world, item->subject);
    return device != WORLD_NONE &&
           (is_alone ? device == outage->device : world_takes(&sim->world, outage, device));
}

static void tell(const struct sim *sim, struct outage *outage, const struct letter_item *item)
{
    const char *id = sim->world.devices[outage->device].id;
    if (outage->told == 0 && tells_of(sim, outage, item)) {
        outage->told = sim->now;
    }
    if (outage->told_alone == 0 && strcmp(item->subject, id) == 0) {
        outage->told_alone = sim->now;
    }
}

void figures_told(struct figures *figures, struct sim *sim, const struct letter_item *item)
{
    uint32_t number = world_find_site(&sim->world, item->site_id);
    (void)figures;
    for (size_t i = 0; number != WORLD_NONE && i < sim->world.sites[number].outage_count; i++) {
        struct outage *outage = &sim->world.outages[sim->world.sites[number].outages[i]];
        if (outage->start <= sim->now && sim->now < outage->end + WORLD_STAGGER_US) {
            tell(sim, outage, item);
        }
    }
}

uint32_t figures_missed(const struct sim *sim)
{
    uint32_t missed = 0;
    for (uint32_t i = 0; i < sim->world.outage_count; i++) {
        const struct outage *outage = &sim->world.outages[i];
        missed += outage->end - outage->start > WORLD_KNOWN_US && outage->told == 0;
    }
    return missed;
}

/* ---- delays ---- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_delays(const char *what, int64_t *delays, size_t count)
{
    if (count == 0) {
        return;
    }
    qsort(delays, count, sizeof(*delays), by_size);
    printf("  %-34s %5zu  median %6.1f s  p95 %6.1f s  longest %6.1f s\n", what, count,
           (double)delays[count / 2] / (double)PLAN_S,
           (double)delays[count * 95 / 100] / (double)PLAN_S,
           (double)delays[count - 1] / (double)PLAN_S);
}

/* A single device, whatever hangs on it; or more of a site. */
static bool is_of(const struct sim *sim, const struct outage *outage, bool several)
{
    bool alone = outage->kind == OUTAGE_DEVICE && !sim->world.devices[outage->device].is_nvr;
    return outage->told != 0 && outage->first_failed != 0 && alone != several;
}

/* From the fact, from the first failed look to the first message, and to the one about that device alone. */
enum delay { SINCE_START, SINCE_FAILED, UNTIL_ALONE };

static int64_t delay_of(const struct outage *outage, enum delay which)
{
    if (which == UNTIL_ALONE) {
        return outage->told_alone != 0 ? outage->told_alone - outage->first_failed : 0;
    }
    return outage->told - (which == SINCE_START ? outage->start : outage->first_failed);
}

static void print_kind(const struct sim *sim, bool several, enum delay which, const char *what)
{
    int64_t *delays = memory_zeroed(sim->world.outage_count, sizeof(*delays));
    size_t count = 0;
    for (uint32_t i = 0; i < sim->world.outage_count; i++) {
        const struct outage *outage = &sim->world.outages[i];
        delays[count] = is_of(sim, outage, several) ? delay_of(outage, which) : 0;
        count += delays[count] > 0;
    }
    print_delays(what, delays, count);
    free(delays);
}

static void print_told(const struct sim *sim)
{
    print_kind(sim, false, SINCE_FAILED, "one, after its first failed look");
    print_kind(sim, false, UNTIL_ALONE, "one, until a message of its own");
    print_kind(sim, false, SINCE_START, "one, after the fact");
    print_kind(sim, true, SINCE_FAILED, "several, after the first failed look");
    print_kind(sim, true, SINCE_START, "several, after the fact");
}

/* The share of all devices' time that an outage holds. */
static double faulty(const struct sim *sim)
{
    const struct world *world = &sim->world;
    double held = 0;
    for (uint32_t i = 0; i < world->outage_count; i++) {
        const struct outage *outage = &world->outages[i];
        const struct site *site = &world->sites[outage->site];
        for (uint32_t j = site->first; j < site->first + site->count; j++) {
            held += world_takes(world, outage, j) ? (double)(outage->end - outage->start) : 0;
        }
    }
    return held / (double)sim->plan.span_us / world->device_count;
}

double figures_camera_days(const struct sim *sim)
{
    int64_t played_us = sim->plan.span_us + WORLD_TAIL_US;
    return (double)played_us / (double)PLAN_DAY * sim->world.device_count;
}

void figures_print(const struct figures *figures, const struct sim *sim, double cpu_s)
{
    printf("%u devices at %u sites, %.1f days, loss %.2f %% in bursts that lose %.0f %%, "
           "%u outages, %.1f %% faulty\n",
           sim->world.device_count, sim->world.site_count,
           (double)sim->plan.span_us / (double)PLAN_DAY, 100 * sim->plan.loss.mean,
           100 * sim->plan.loss.in_burst, sim->world.outage_count, 100 * faulty(sim));
    printf("  looks %" PRIu64 ", failed %" PRIu64 ", events %" PRIu64 ", steps checked %" PRIu64
           "\n",
           figures->looks, figures->failed_looks, figures->events, sim->check.steps);
    printf("  CPU %.1f s, %.0f camera-days a CPU second\n", cpu_s,
           figures_camera_days(sim) / cpu_s);
    if (!sim->plan.bare) {
        print_told(sim);
        printf("  false DOWN %u, false DEGRADED %u, false of a site %u, outages over 10 min not "
               "announced %u\n",
               figures->false_down, figures->false_degraded, figures->false_site,
               figures_missed(sim));
    }
}
