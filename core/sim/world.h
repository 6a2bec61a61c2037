/* SPDX-License-Identifier: MIT */
/*
 * What is there and how it fares: sites with devices, what they hang on, the loss of their paths, and their real
 * outages. Nothing in vmmd's part of the simulation may look in here but through attempt_make().
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "sim/loss.h"
#include "sim/plan.h"

#define WORLD_NONE       UINT32_MAX
#define WORLD_ID_MAX     24u
#define WORLD_NODE_SITE  "_node:n1" /* where the events of the node itself belong */
#define WORLD_NODE_CAUSE "node:n1"
#define WORLD_LINKS_MAX  40u             /* numbers of switches at a site */
#define WORLD_CALM_US    PLAN_H          /* no outage begins before */
#define WORLD_TAIL_US    (3 * PLAN_H)    /* nothing happens in the last hours */
#define WORLD_CLEAR_US   PLAN_H          /* … and in the last one nothing is lost */
#define WORLD_STAGGER_US (2 * PLAN_MIN)  /* what an outage took comes back within */
#define WORLD_KNOWN_US   (10 * PLAN_MIN) /* an outage that lasts longer has to be announced */

enum outage_kind {
    OUTAGE_DEVICE,
    OUTAGE_PART, /* a switch, or a recorder with what hangs on it, or just some */
    OUTAGE_SITE,
};

struct outage {
    int64_t start;
    int64_t end; /* the first is back */
    enum outage_kind kind;
    uint32_t site;
    uint32_t device; /* DEVICE; PART: of whose switch, or the recorder */
    bool refuses;    /* an answer says so; else silence */
    /* what became of it */
    int64_t first_failed; /* end of the first look that failed; 0: none has */
    int64_t told;         /* the first message that tells of it was handed over; 0: none was */
    int64_t told_alone;   /* DEVICE: the first one about that device and no other */
};

struct site {
    char id[WORLD_ID_MAX];
    uint32_t first; /* of its devices, which follow one another */
    uint32_t count;
    uint32_t *outages; /* by their start */
    size_t outage_count;
    size_t outage_room;
    size_t past;        /* so many of them are over for good */
    int64_t calm_from;  /* no outage begins or lasts between … */
    int64_t calm_until; /* … these two: what the last question brought */
};

struct device {
    char id[WORLD_ID_MAX];
    uint32_t site;
    uint32_t parent; /* its recorder; WORLD_NONE */
    uint32_t link;   /* its switch; 0: none is known */
    bool is_nvr;
    struct loss loss;
};

struct world {
    struct plan plan;
    struct rng rng;
    struct site *sites;
    uint32_t site_count;
    struct device *devices;
    uint32_t device_count;
    struct outage *outages;
    uint32_t outage_count;
    char links[WORLD_LINKS_MAX][WORLD_ID_MAX]; /* names of switches, by their number */
};

void world_init(struct world *world, const struct plan *plan);
void world_finish(struct world *world);

/* Whether the outage takes this device, whenever. */
bool world_takes(const struct world *world, const struct outage *outage, uint32_t device);

/* When an outage is over for this device. */
int64_t world_back(const struct world *world, const struct outage *outage, uint32_t device);

/* The outage that holds the device at `at`; NULL: it is well. */
struct outage *world_outage(struct world *world, uint32_t device, int64_t at);

/* True when no outage holds the device at any moment from `at` to `until`. */
bool world_is_free(const struct world *world, uint32_t device, int64_t at, int64_t until);

/* True when no outage of the site begins or lasts from `at` to `until`. `at` never goes back by more than an hour. */
bool world_is_calm(struct world *world, uint32_t site, int64_t at, int64_t until);

/* The id of a site; WORLD_NONE: of the node's own. */
const char *world_site_id(const struct world *world, uint32_t site);

/* The site of this id; WORLD_NONE. */
uint32_t world_find_site(const struct world *world, const char *id);

/* The device of this id; WORLD_NONE. */
uint32_t world_find_device(const struct world *world, const char *id);

#endif
