/* SPDX-License-Identifier: MIT */
#include "fleet/fleet.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/fleet_cells.h"

static const char *site_key(const void *owner, uint32_t handle)
{
    return site_cell(owner, handle)->site.record.id;
}

static const char *nvr_key(const void *owner, uint32_t handle)
{
    return nvr_cell(owner, handle)->nvr.record.id;
}

static const char *camera_key(const void *owner, uint32_t handle)
{
    return camera_cell(owner, handle)->camera.record.id;
}

static const char *device_key(const void *owner, uint32_t handle)
{
    return device_cell(owner, handle)->device.record.id;
}

static int compare_place(const struct fleet_place *place, const char *site_id, const char *id)
{
    int order = strcmp(place->site_id, site_id);
    return order != 0 ? order : strcmp(place->id, id);
}

static int compare_site(const void *owner, const void *key, uint32_t handle)
{
    return strcmp(key, site_key(owner, handle));
}

static int compare_nvr(const void *owner, const void *key, uint32_t handle)
{
    const struct nvr_record *record = &nvr_cell(owner, handle)->nvr.record;
    return compare_place(key, record->site_id, record->id);
}

static int compare_camera(const void *owner, const void *key, uint32_t handle)
{
    const struct camera_record *record = &camera_cell(owner, handle)->camera.record;
    return compare_place(key, record->site_id, record->id);
}

struct fleet *fleet_create(void)
{
    struct fleet *fleet = calloc(1, sizeof(*fleet));
    if (fleet == NULL) {
        return NULL;
    }
    pool_init(&fleet->pool);
    slab_init(&fleet->sites, sizeof(struct site_cell));
    slab_init(&fleet->nvrs, sizeof(struct nvr_cell));
    slab_init(&fleet->cameras, sizeof(struct camera_cell));
    slab_init(&fleet->devices, sizeof(struct device_cell));
    map_init(&fleet->site_ids, site_key, fleet);
    map_init(&fleet->nvr_ids, nvr_key, fleet);
    map_init(&fleet->camera_ids, camera_key, fleet);
    map_init(&fleet->device_ids, device_key, fleet);
    order_init(&fleet->site_order, compare_site, fleet);
    order_init(&fleet->nvr_order, compare_nvr, fleet);
    order_init(&fleet->camera_order, compare_camera, fleet);
    return fleet;
}

void fleet_destroy(struct fleet *fleet)
{
    if (fleet == NULL) {
        return;
    }
    map_finish(&fleet->site_ids);
    map_finish(&fleet->nvr_ids);
    map_finish(&fleet->camera_ids);
    map_finish(&fleet->device_ids);
    order_finish(&fleet->site_order);
    order_finish(&fleet->nvr_order);
    order_finish(&fleet->camera_order);
    slab_finish(&fleet->sites);
    slab_finish(&fleet->nvrs);
    slab_finish(&fleet->cameras);
    slab_finish(&fleet->devices);
    pool_finish(&fleet->pool);
    free(fleet);
}

/* ---- Looking up ---- */

const struct fleet_site *fleet_site(const struct fleet *fleet, uint32_t handle)
{
    bool lives = handle < fleet->sites.end && site_cell(fleet, handle)->state == STATE_LIVE;
    return lives ? &site_cell(fleet, handle)->site : NULL;
}

const struct fleet_nvr *fleet_nvr(const struct fleet *fleet, uint32_t handle)
{
    bool lives = handle < fleet->nvrs.end && nvr_cell(fleet, handle)->state == STATE_LIVE;
    return lives ? &nvr_cell(fleet, handle)->nvr : NULL;
}

const struct fleet_camera *fleet_camera(const struct fleet *fleet, uint32_t handle)
{
    bool lives = handle < fleet->cameras.end && camera_cell(fleet, handle)->state == STATE_LIVE;
    return lives ? &camera_cell(fleet, handle)->camera : NULL;
}

const struct fleet_device *fleet_device(const struct fleet *fleet, uint32_t handle)
{
    bool lives = handle < fleet->devices.end && device_cell(fleet, handle)->state == STATE_LIVE;
    return lives ? &device_cell(fleet, handle)->device : NULL;
}

const struct fleet_site *fleet_site_after(const struct fleet *fleet, const char *id)
{
    return fleet_site(fleet, order_after(&fleet->site_order, id));
}

const struct fleet_nvr *fleet_nvr_after(const struct fleet *fleet, const char *site_id,
                                        const char *id)
{
    struct fleet_place place = {site_id, id};
    return fleet_nvr(fleet, order_after(&fleet->nvr_order, &place));
}

const struct fleet_camera *fleet_camera_after(const struct fleet *fleet, const char *site_id,
                                              const char *id)
{
    struct fleet_place place = {site_id, id};
    return fleet_camera(fleet, order_after(&fleet->camera_order, &place));
}

const struct fleet_site *fleet_find_site(const struct fleet *fleet, const char *id)
{
    return fleet_site(fleet, map_find(&fleet->site_ids, id));
}

const struct fleet_nvr *fleet_find_nvr(const struct fleet *fleet, const char *id)
{
    return fleet_nvr(fleet, map_find(&fleet->nvr_ids, id));
}

const struct fleet_camera *fleet_find_camera(const struct fleet *fleet, const char *id)
{
    return fleet_camera(fleet, map_find(&fleet->camera_ids, id));
}

const struct fleet_device *fleet_find_device(const struct fleet *fleet, const char *id)
{
    return fleet_device(fleet, map_find(&fleet->device_ids, id));
}

uint32_t fleet_site_end(const struct fleet *fleet)
{
    return fleet->sites.end;
}

uint32_t fleet_nvr_end(const struct fleet *fleet)
{
    return fleet->nvrs.end;
}

uint32_t fleet_camera_end(const struct fleet *fleet)
{
    return fleet->cameras.end;
}

uint32_t fleet_device_end(const struct fleet *fleet)
{
    return fleet->devices.end;
}

uint32_t fleet_site_count(const struct fleet *fleet)
{
    return (uint32_t)fleet->site_ids.count;
}

uint32_t fleet_nvr_count(const struct fleet *fleet)
{
    return (uint32_t)fleet->nvr_ids.count;
}

uint32_t fleet_camera_count(const struct fleet *fleet)
{
    return (uint32_t)fleet->camera_ids.count;
}

uint32_t fleet_device_count(const struct fleet *fleet)
{
    return (uint32_t)fleet->device_ids.count;
}

const struct fleet_camera *fleet_channel(const struct fleet *fleet, uint32_t nvr, uint32_t channel)
{
    const struct fleet_nvr *owner = fleet_nvr(fleet, nvr);
    uint32_t at = owner != NULL ? owner->first_camera : FLEET_NONE;
    while (at != FLEET_NONE) {
        const struct fleet_camera *camera = &camera_cell(fleet, at)->camera;
        if (camera->record.nvr_channel == channel) {
            return camera;
        }
        at = camera->nvr_next;
    }
    return NULL;
}

const char *fleet_speaker(const struct device_record *device)
{
    return device->effective_provider[0] != '\0' ? device->effective_provider : device->provider;
}

const char *fleet_endpoint(const struct device_record *device, char key[FLEET_ENDPOINT_MAX])
{
    text_format(key, FLEET_ENDPOINT_MAX, "%s/%s/%s", device->site_id, device->host,
                device->port_group);
    /* Host names know no case; ids before and after them do. */
    size_t start = strlen(device->site_id) + 1;
    for (size_t i = start; key[i] != '\0' && key[i] != '/'; i++) {
        key[i] = (char)tolower((unsigned char)key[i]);
    }
    return key;
}
