/* SPDX-License-Identifier: MIT */
/* Out of the fleet, and handles back. */
#include "fleet/fleet.h"

#include <string.h>

#include <vmm/errors.h>

#include "fleet/fleet_cells.h"
#include "fleet/fleet_links.h"
#include "fleet/record_texts.h"

int fleet_remove_site(struct fleet *fleet, const char *id)
{
    uint32_t handle = map_find(&fleet->site_ids, id);
    if (handle == MAP_NONE) {
        return VMM_E_NOENT;
    }
    struct fleet_site *site = &site_cell(fleet, handle)->site;
    if (site->nvr_count > 0 || site->camera_count > 0) {
        return VMM_E_STATE;
    }
    order_remove(&fleet->site_order, id);
    map_remove(&fleet->site_ids, id);
    record_drop_site(&fleet->pool, &site->record);
    slab_release(&fleet->sites, handle);
    return 0;
}

static void hold_device(struct fleet *fleet, uint32_t handle)
{
    struct device_cell *cell = device_cell(fleet, handle);
    map_remove(&fleet->device_ids, cell->device.record.id);
    record_drop_device(&fleet->pool, &cell->device.record);
    memset(&cell->device, 0, sizeof(cell->device));
    cell->state = STATE_HELD;
}

int fleet_remove_nvr(struct fleet *fleet, const char *id)
{
    uint32_t handle = map_find(&fleet->nvr_ids, id);
    if (handle == MAP_NONE) {
        return VMM_E_NOENT;
    }
    struct fleet_nvr *nvr = &nvr_cell(fleet, handle)->nvr;
    if (nvr->camera_count > 0) {
        return VMM_E_STATE;
    }
    if (nvr->device != FLEET_NONE) {
        hold_device(fleet, nvr->device);
    }
    fleet_unlink_nvr(fleet, nvr);
    struct fleet_place place = {nvr->record.site_id, nvr->record.id};
    order_remove(&fleet->nvr_order, &place);
    map_remove(&fleet->nvr_ids, nvr->record.id);
    record_drop_nvr(&fleet->pool, &nvr->record);
    slab_release(&fleet->nvrs, handle);
    return 0;
}

int fleet_remove_camera(struct fleet *fleet, const char *id)
{
    uint32_t handle = map_find(&fleet->camera_ids, id);
    if (handle == MAP_NONE) {
        return VMM_E_NOENT;
    }
    struct camera_cell *cell = camera_cell(fleet, handle);
    if (cell->camera.device != FLEET_NONE) {
        hold_device(fleet, cell->camera.device);
    }
    fleet_unlink_channel(fleet, &cell->camera);
    fleet_unlink_camera(fleet, &cell->camera);
    struct fleet_place place = {cell->camera.record.site_id, cell->camera.record.id};
    order_remove(&fleet->camera_order, &place);
    map_remove(&fleet->camera_ids, cell->camera.record.id);
    record_drop_camera(&fleet->pool, &cell->camera.record);
    memset(&cell->camera, 0, sizeof(cell->camera));
    cell->state = STATE_HELD;
    return 0;
}

int fleet_remove_device(struct fleet *fleet, const char *id)
{
    uint32_t handle = map_find(&fleet->device_ids, id);
    if (handle == MAP_NONE) {
        return VMM_E_NOENT;
    }
    const struct fleet_device *device = &device_cell(fleet, handle)->device;
    if (device->record.kind == DEVICE_NVR) {
        nvr_cell(fleet, device->owner)->nvr.device = FLEET_NONE;
    } else {
        camera_cell(fleet, device->owner)->camera.device = FLEET_NONE;
    }
    hold_device(fleet, handle);
    return 0;
}

void fleet_release_device(struct fleet *fleet, uint32_t handle)
{
    if (handle < fleet->devices.end && device_cell(fleet, handle)->state == STATE_HELD) {
        slab_release(&fleet->devices, handle);
    }
}

void fleet_release_camera(struct fleet *fleet, uint32_t handle)
{
    if (handle < fleet->cameras.end && camera_cell(fleet, handle)->state == STATE_HELD) {
        slab_release(&fleet->cameras, handle);
    }
}
