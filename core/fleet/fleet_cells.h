/* SPDX-License-Identifier: MIT */
/* The inside of struct fleet, shared by the fleet's own files. */
#ifndef FLEET_FLEET_CELLS_H
#define FLEET_FLEET_CELLS_H

#include "base/map.h"
#include "base/order.h"
#include "fleet/fleet.h"
#include "fleet/pool.h"
#include "fleet/slab.h"

/* Things that were removed keep their handle until it is released. */
#define STATE_FREE 0u
#define STATE_LIVE 1u
#define STATE_HELD 2u

struct site_cell {
    struct fleet_site site;
    uint32_t state;
};

struct nvr_cell {
    struct fleet_nvr nvr;
    uint32_t state;
};

struct camera_cell {
    struct fleet_camera camera;
    uint32_t state;
};

struct device_cell {
    struct fleet_device device;
    uint32_t state;
};

struct fleet {
    struct pool pool;
    struct slab sites;
    struct slab nvrs;
    struct slab cameras;
    struct slab devices;
    struct map site_ids;
    struct map nvr_ids;
    struct map camera_ids;
    struct map device_ids;
    struct order site_order;   /* by id */
    struct order nvr_order;    /* by site and id */
    struct order camera_order; /* by site and id */
};

/* The key of nvr_order and camera_order. */
struct fleet_place {
    const char *site_id;
    const char *id;
};

static inline struct site_cell *site_cell(const struct fleet *fleet, uint32_t handle)
{
    return slab_at(&fleet->sites, handle);
}

static inline struct nvr_cell *nvr_cell(const struct fleet *fleet, uint32_t handle)
{
    return slab_at(&fleet->nvrs, handle);
}

static inline struct camera_cell *camera_cell(const struct fleet *fleet, uint32_t handle)
{
    return slab_at(&fleet->cameras, handle);
}

static inline struct device_cell *device_cell(const struct fleet *fleet, uint32_t handle)
{
    return slab_at(&fleet->devices, handle);
}

#endif
