/* SPDX-License-Identifier: MIT */
#include "sim/plan.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"

#define DEVICES_MAX   1000000
#define OUTAGE_MIN_US (3 * PLAN_MIN)
#define OUTAGE_MAX_US (2 * PLAN_DAY)

static const char usage[] =
    "usage: vmm-sim [--seeds N] [--first-seed S] [--trace]\n"
    "       vmm-sim --devices N [--days D] [--outages N] [--loss MEAN] [--in-burst SHARE] "
    "[--bare]\n"
    "\n"
    "The decisions of vmmd on a virtual clock, with simulated devices, networks and destinations.\n"
    "\n"
    "  --seeds N         small fleets with every kind of trouble, one a seed (20)\n"
    "  --first-seed S    the first of them (1); a seed that fails fails again\n"
    "  --trace           tell on standard error what happens\n"
    "  --devices N       instead, one large fleet and its figures\n"
    "  --days D          so long (30)\n"
    "  --outages N       real outages, of 3 minutes to 2 days (1000)\n"
    "  --loss MEAN       share of packets lost, in bursts of 2 to 90 s (0.01)\n"
    "  --in-burst SHARE  share of packets lost in a burst (0.25)\n"
    "  --bare            judge, schedule and find causes only: how fast that is\n";

enum { SEEDS = 1, FIRST, TRACE, DEVICES, DAYS, OUTAGES, LOSS, IN_BURST, BARE };

static const struct option long_options[] = {
    {"seeds", required_argument, NULL, SEEDS}, {"first-seed", required_argument, NULL, FIRST},
    {"trace", no_argument, NULL, TRACE},       {"devices", required_argument, NULL, DEVICES},
    {"days", required_argument, NULL, DAYS},   {"outages", required_argument, NULL, OUTAGES},
    {"loss", required_argument, NULL, LOSS},   {"in-burst", required_argument, NULL, IN_BURST},
    {"bare", no_argument, NULL, BARE},         {NULL, 0, NULL, 0}};

static bool read_number(const char *text, double least, double most, double *out)
{
    char *end = NULL;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && *out >= least && *out <= most;
}

static bool take(struct plan_options *options, int which, const char *text)
{
    double number = 0;
    bool good = true;
    switch (which) {
    case SEEDS:
        good = read_number(text, 1, 1e9, &number);
        options->seeds = (uint32_t)number;
        break;
    case FIRST:
        good = read_number(text, 0, 0x1p52, &number);
        options->first_seed = (uint64_t)number;
        break;
    case DEVICES:
        good = read_number(text, 1, DEVICES_MAX, &number);
        options->devices = (uint32_t)number;
        break;
    case DAYS:
        good = read_number(text, 0.25, 3650, &options->days);
        break;
    case OUTAGES:
        good = read_number(text, 0, 1e6, &number);
        options->outages = (uint32_t)number;
        break;
    case LOSS:
        good = read_number(text, 0, 0.2, &options->loss.mean);
        break;
    case IN_BURST:
        good = read_number(text, 0.01, 1, &options->loss.in_burst);
        break;
    case BARE:
        options->bare = true;
        break;
    case TRACE:
        options->trace = true;
        break;
    default:
        good = false;
        break;
    }
    return good;
}

bool plan_read(int argc, char **argv, struct plan_options *options)
{
    *options = (struct plan_options){.first_seed = 1,
                                     .seeds = 20,
                                     .outages = 1000,
                                     .days = 30,
                                     .loss = {.mean = 0.01, .in_burst = 0.25}};
    int which;
    optind = 1;
    while ((void)(which = getopt_long(argc, argv, "", long_options, NULL)), which != -1) {
        if (!take(options, which, optarg)) {
            fputs(usage, stderr);
            return false;
        }
    }
    bool good = optind == argc && options->loss.mean < options->loss.in_burst;
    if (!good) {
        fputs(usage, stderr);
    }
    if (options->devices > 0) {
        options->seeds = 1;
    }
    return good;
}

static void make_small(struct plan *plan, struct rng *rng)
{
    static const double in_bursts[] = {0.25, 0.5, 1};
    plan->devices = 1 + (uint32_t)rng_below(rng, 60);
    plan->span_us = (int64_t)(8 + rng_below(rng, 17)) * PLAN_H;
    plan->outages = (uint32_t)rng_below(rng, 30);
    plan->longest_us = plan->span_us / 4;
    plan->small = true;
    plan->overlaps = rng_below(rng, 2) == 0;
    plan->crashes = (uint32_t)rng_below(rng, 10);
    plan->pauses = (uint32_t)rng_below(rng, 3);
    plan->steps = (uint32_t)rng_below(rng, 4);
    plan->faults = rng_below(rng, 4) != 0;
    plan->loss.in_burst = in_bursts[rng_below(rng, sizeof(in_bursts) / sizeof(in_bursts[0]))];
    /* Waits for logins are those of the wall clock. */
    plan->accounts = plan->steps == 0 && rng_below(rng, 2) == 0;
    plan->wishes = rng_below(rng, 3) != 0 ? (uint32_t)rng_below(rng, 25) : 0;
    plan->cuts = (uint32_t)rng_below(rng, 4);
}

void plan_make(const struct plan_options *options, uint64_t seed, struct plan *plan)
{
    struct rng rng;
    rng_init(&rng, seed);
    *plan = (struct plan){.seed = seed,
                          .devices = options->devices,
                          .outages = options->outages,
                          .span_us = (int64_t)(options->days * (double)PLAN_DAY),
                          .loss = options->loss,
                          .shortest_us = OUTAGE_MIN_US,
                          .longest_us = options->days > 4
                                            ? OUTAGE_MAX_US
                                            : (int64_t)(options->days * 0.5 * (double)PLAN_DAY),
                          .bare = options->bare,
                          .trace = options->trace};
    if (options->devices == 0) {
        make_small(plan, &rng);
    }
}
