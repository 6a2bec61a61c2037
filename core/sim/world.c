/* SPDX-License-Identifier: MIT */
#include "sim/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "sim/memory.h"

#define BRIEF_FACTOR    3
#define OUTAGE_APART_US PLAN_H /* between two of a site where they may not meet */
#define OUTAGE_TRIES    200u
#define GROUP           8u /* devices on a switch, or behind a recorder */

/* ---- sites ---- */

/* Of a large fleet nine in ten sites are small, and most devices stand in large ones. */
static uint32_t draw_size(struct world *world)
{
    static const struct {
        uint32_t percent;
        uint32_t large;
        uint32_t small;
    } sizes[] = {{24, 1, 1}, {15, 2, 2}, {15, 3, 3}, {30, 5, 5}, {15, 30, 12}, {1, 300, 30}};
    bool is_large = world->plan.devices >= 1000;
    uint64_t drawn = rng_below(&world->rng, 100);
    size_t at = 0;
    while (drawn >= sizes[at].percent) {
        drawn -= sizes[at++].percent;
    }
    return is_large ? sizes[at].large : sizes[at].small;
}

static void add_device(struct world *world, uint32_t number, bool has_recorders, bool has_switches)
{
    struct site *site = &world->sites[number];
    uint32_t index = site->count++;
    uint32_t handle = world->device_count++;
    struct device *device = &world->devices[handle];
    bool is_nvr = has_recorders && index % GROUP == 0;
    *device = (struct device){.site = number, .parent = WORLD_NONE, .is_nvr = is_nvr};
    text_format(device->id, sizeof(device->id), "%s-%s%u", site->id, is_nvr ? "nvr" : "cam", index);
    if (has_recorders && !is_nvr) {
        device->parent = handle - index % GROUP;
    } else if (has_switches) {
        device->link = 1 + index / GROUP;
    }
    loss_init(&device->loss, &world->plan.loss, rng_next(&world->rng));
}

static void add_site(struct world *world, uint32_t size)
{
    uint32_t number = world->site_count++;
    struct site *site = &world->sites[number];
    bool has_recorders = size >= 5 && rng_below(&world->rng, 2) == 0;
    *site = (struct site){.first = world->device_count};
    text_format(site->id, sizeof(site->id), "s%u", number);
    for (uint32_t i = 0; i < size; i++) {
        add_device(world, number, has_recorders, size > 1 && !has_recorders);
    }
}

static void make_sites(struct world *world)
{
    uint32_t left = world->plan.devices;
    world->sites = memory_zeroed(left, sizeof(*world->sites));
    world->devices = memory_zeroed(left, sizeof(*world->devices));
    while (left > 0) {
        uint32_t size = draw_size(world);
        size = size < left ? size : left;
        add_site(world, size);
        left -= size;
    }
}

/* ---- outages ---- */

static int64_t draw_between(struct world *world, int64_t least, int64_t most)
{
    return most > least ? least + (int64_t)rng_below(&world->rng, (uint64_t)(most - least)) : least;
}

/* Short ones are as likely as long ones: the logarithm is evenly spread. */
static int64_t draw_length(struct world *world)
{
    const struct plan *plan = &world->plan;
    bool is_brief = plan->small && rng_below(&world->rng, 2) == 0;
    int64_t most = is_brief ? BRIEF_FACTOR * plan->shortest_us : plan->longest_us;
    double part = (double)(rng_next(&world->rng) >> 11) * 0x1p-53;
    return (int64_t)((double)plan->shortest_us *
                     pow((double)most / (double)plan->shortest_us, part));
}

static bool meets(const struct world *world, const struct site *site, const struct outage *outage)
{
    for (size_t i = 0; i < site->outage_count; i++) {
        const struct outage *other = &world->outages[site->outages[i]];
        if (outage->start < other->end + OUTAGE_APART_US &&
            other->start < outage->end + OUTAGE_APART_US) {
            return true;
        }
    }
    return false;
}

static struct outage draw_outage(struct world *world)
{
    uint32_t device = (uint32_t)rng_below(&world->rng, world->device_count);
    uint32_t site = world->devices[device].site;
    uint64_t kind = rng_below(&world->rng, 10);
    bool is_alone = world->sites[site].count == 1 || kind < 5;
    int64_t length = draw_length(world);
    int64_t start = draw_between(world, WORLD_CALM_US, world->plan.span_us - length);
    return (struct outage){.start = start,
                           .end = start + length,
                           .site = site,
                           .device = device,
                           .kind = is_alone   ? OUTAGE_DEVICE
                                   : kind < 8 ? OUTAGE_PART
                                              : OUTAGE_SITE,
                           .refuses = rng_below(&world->rng, 4) == 0};
}

/* Outages stand in the order of their start. */
static void enter(struct world *world, uint32_t number)
{
    struct site *site = &world->sites[world->outages[number].site];
    site->outages = memory_grow(site->outages, &site->outage_room, site->outage_count + 1,
                                sizeof(*site->outages));
    size_t at = site->outage_count++;
    while (at > 0 && world->outages[site->outages[at - 1]].start > world->outages[number].start) {
        site->outages[at] = site->outages[at - 1];
        at--;
    }
    site->outages[at] = number;
}

static void make_outages(struct world *world)
{
    world->outages = memory_zeroed(world->plan.outages, sizeof(*world->outages));
    for (uint32_t tries = 0;
         world->outage_count < world->plan.outages && tries < OUTAGE_TRIES * world->plan.outages;
         tries++) {
        struct outage outage = draw_outage(world);
        if (world->plan.overlaps || !meets(world, &world->sites[outage.site], &outage)) {
            world->outages[world->outage_count] = outage;
            enter(world, world->outage_count++);
        }
    }
}

bool world_takes(const struct world *world, const struct outage *outage, uint32_t device)
{
    const struct device *one = &world->devices[device];
    const struct device *root = &world->devices[outage->device];
    if (one->site != outage->site || outage->kind == OUTAGE_SITE || device == outage->device) {
        return one->site == outage->site;
    }
    if (outage->kind == OUTAGE_DEVICE) {
        return root->is_nvr && one->parent == outage->device;
    }
    return root->link != 0 ? one->link == root->link
                           : one->parent == (root->is_nvr ? outage->device : root->parent);
}

int64_t world_back(const struct world *world, const struct outage *outage, uint32_t device)
{
    const char *id = world->devices[device].id;
    uint64_t hash = hash_bytes(id, strlen(id), (uint64_t)outage->start);
    return outage->end + (int64_t)(hash % (uint64_t)WORLD_STAGGER_US);
}

/* The first outage that holds the device at some moment from `at` to `until`. */
static struct outage *find_outage(const struct world *world, uint32_t device, int64_t at,
                                  int64_t until)
{
    const struct site *site = &world->sites[world->devices[device].site];
    for (size_t i = site->past; i < site->outage_count; i++) {
        struct outage *outage = &world->outages[site->outages[i]];
        if (outage->start > until) {
            return NULL;
        }
        if (at < outage->end + WORLD_STAGGER_US && world_takes(world, outage, device) &&
            at < world_back(world, outage, device)) {
            return outage;
        }
    }
    return NULL;
}

struct outage *world_outage(struct world *world, uint32_t device, int64_t at)
{
    return find_outage(world, device, at, at);
}

bool world_is_free(const struct world *world, uint32_t device, int64_t at, int64_t until)
{
    return find_outage(world, device, at, until) == NULL;
}

static bool find_calm(struct world *world, struct site *site, int64_t at, int64_t until)
{
    while (site->past < site->outage_count &&
           world->outages[site->outages[site->past]].end + WORLD_STAGGER_US + PLAN_H < at) {
        site->past++;
    }
    site->calm_from = at;
    site->calm_until = INT64_MAX;
    for (size_t i = site->past; i < site->outage_count; i++) {
        const struct outage *outage = &world->outages[site->outages[i]];
        if (at < outage->end + WORLD_STAGGER_US) {
            site->calm_until = outage->start;
            break;
        }
    }
    return site->calm_until > until;
}

bool world_is_calm(struct world *world, uint32_t number, int64_t at, int64_t until)
{
    struct site *site = &world->sites[number];
    bool is_known = site->calm_from <= at && until < site->calm_until;
    return is_known || find_calm(world, site, at, until);
}

/* ---- life ---- */

static void name_links(struct world *world)
{
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        text_format(world->links[i], sizeof(world->links[i]), "switch-%u", i);
    }
}

void world_init(struct world *world, const struct plan *plan)
{
    *world = (struct world){.plan = *plan};
    rng_init(&world->rng, plan->seed ^ UINT64_C(0x776f726c64));
    name_links(world);
    make_sites(world);
    make_outages(world);
}

void world_finish(struct world *world)
{
    for (uint32_t i = 0; i < world->site_count; i++) {
        free(world->sites[i].outages);
    }
    free(world->sites);
    free(world->devices);
    free(world->outages);
}

/* ---- names ---- */

const char *world_site_id(const struct world *world, uint32_t site)
{
    return site != WORLD_NONE ? world->sites[site].id : WORLD_NODE_SITE;
}

uint32_t world_find_site(const struct world *world, const char *id)
{
    uint32_t number = id[0] == 's' ? (uint32_t)strtoul(id + 1, NULL, 10) : WORLD_NONE;
    return number < world->site_count && strcmp(world->sites[number].id, id) == 0 ? number
                                                                                  : WORLD_NONE;
}

uint32_t world_find_device(const struct world *world, const char *id)
{
    char site_id[WORLD_ID_MAX];
    text_format(site_id, sizeof(site_id), "%.*s", (int)strcspn(id, "-"), id);
    uint32_t number = world_find_site(world, site_id);
    if (number == WORLD_NONE || strlen(id) < strlen(site_id) + 5) {
        return WORLD_NONE;
    }
    const struct site *site = &world->sites[number];
    uint32_t index = (uint32_t)strtoul(id + strlen(site_id) + 4, NULL, 10);
    uint32_t device = site->first + index;
    return index < site->count && strcmp(world->devices[device].id, id) == 0 ? device : WORLD_NONE;
}
