/* SPDX-License-Identifier: MIT */
/* Records into the fleet. */
#include "fleet/fleet.h"

#include <string.h>

#include <vmm/errors.h>

#include "fleet/fleet_cells.h"
#include "fleet/fleet_links.h"
#include "fleet/record_texts.h"

/* Find the handle of an id, or take a new one and enter it into the map. *fresh says which. */
static uint32_t enter(struct slab *slab, const struct map *map, const char *id, bool *fresh)
{
    uint32_t handle = map_find(map, id);
    *fresh = handle == MAP_NONE;
    return *fresh ? slab_take(slab) : handle;
}

static int add_site(struct fleet *fleet, uint32_t handle, const struct site_record *copy)
{
    struct site_cell *cell = site_cell(fleet, handle);
    cell->site = (struct fleet_site){
        .record = *copy, .handle = handle, .first_nvr = FLEET_NONE, .first_camera = FLEET_NONE};
    cell->state = STATE_LIVE;
    if (order_put(&fleet->site_order, copy->id, handle) != 0) {
        return VMM_E_NOMEM;
    }
    if (map_put(&fleet->site_ids, handle) != 0) {
        order_remove(&fleet->site_order, copy->id);
        return VMM_E_NOMEM;
    }
    return 0;
}

int fleet_put_site(struct fleet *fleet, const struct site_record *record)
{
    struct site_record copy = *record;
    bool fresh = false;
    if (record_take_site(&fleet->pool, &copy) != 0) {
        return VMM_E_NOMEM;
    }
    uint32_t handle = enter(&fleet->sites, &fleet->site_ids, copy.id, &fresh);
    if (handle == SLAB_NONE) {
        record_drop_site(&fleet->pool, &copy);
        return VMM_E_NOMEM;
    }
    struct site_cell *cell = site_cell(fleet, handle);
    if (!fresh) {
        record_drop_site(&fleet->pool, &cell->site.record);
        cell->site.record = copy;
        return 0;
    }
    int rc = add_site(fleet, handle, &copy);
    if (rc != 0) {
        record_drop_site(&fleet->pool, &copy);
        slab_release(&fleet->sites, handle);
    }
    return rc;
}

static int add_nvr(struct fleet *fleet, uint32_t handle, const struct nvr_record *copy,
                   uint32_t site)
{
    struct nvr_cell *cell = nvr_cell(fleet, handle);
    struct fleet_place place = {copy->site_id, copy->id};
    cell->nvr = (struct fleet_nvr){
        .record = *copy, .handle = handle, .device = FLEET_NONE, .first_camera = FLEET_NONE};
    if (order_put(&fleet->nvr_order, &place, handle) != 0) {
        slab_release(&fleet->nvrs, handle);
        return VMM_E_NOMEM;
    }
    if (map_put(&fleet->nvr_ids, handle) != 0) {
        order_remove(&fleet->nvr_order, &place);
        slab_release(&fleet->nvrs, handle);
        return VMM_E_NOMEM;
    }
    cell->state = STATE_LIVE;
    fleet_link_nvr(fleet, &cell->nvr, site);
    return 0;
}

static void change_nvr(struct fleet *fleet, uint32_t handle, const struct nvr_record *copy,
                       uint32_t site)
{
    struct fleet_nvr *nvr = &nvr_cell(fleet, handle)->nvr;
    struct fleet_place from = {nvr->record.site_id, nvr->record.id};
    struct fleet_place to = {copy->site_id, copy->id};
    order_remove(&fleet->nvr_order, &from);
    record_drop_nvr(&fleet->pool, &nvr->record);
    nvr->record = *copy;
    order_put(&fleet->nvr_order, &to, handle); /* it was in: there is room */
    if (nvr->site != site) {
        fleet_unlink_nvr(fleet, nvr);
        fleet_link_nvr(fleet, nvr, site);
    }
}

int fleet_put_nvr(struct fleet *fleet, const struct nvr_record *record)
{
    struct nvr_record copy = *record;
    uint32_t site = map_find(&fleet->site_ids, record->site_id);
    bool fresh = false;
    if (site == MAP_NONE) {
        return VMM_E_NOENT;
    }
    if (map_find(&fleet->camera_ids, record->id) != MAP_NONE) {
        return VMM_E_EXIST;
    }
    if (record_take_nvr(&fleet->pool, &copy) != 0) {
        return VMM_E_NOMEM;
    }
    uint32_t handle = enter(&fleet->nvrs, &fleet->nvr_ids, copy.id, &fresh);
    int rc = handle == SLAB_NONE ? VMM_E_NOMEM : 0;
    if (rc == 0 && fresh) {
        rc = add_nvr(fleet, handle, &copy, site);
    } else if (rc == 0) {
        change_nvr(fleet, handle, &copy, site);
    }
    if (rc != 0) {
        record_drop_nvr(&fleet->pool, &copy);
    }
    return rc;
}

static int add_camera(struct fleet *fleet, uint32_t handle, const struct camera_record *copy,
                      uint32_t site, uint32_t nvr)
{
    struct camera_cell *cell = camera_cell(fleet, handle);
    struct fleet_place place = {copy->site_id, copy->id};
    cell->camera = (struct fleet_camera){.record = *copy, .handle = handle, .device = FLEET_NONE};
    if (order_put(&fleet->camera_order, &place, handle) != 0) {
        slab_release(&fleet->cameras, handle);
        return VMM_E_NOMEM;
    }
    if (map_put(&fleet->camera_ids, handle) != 0) {
        order_remove(&fleet->camera_order, &place);
        slab_release(&fleet->cameras, handle);
        return VMM_E_NOMEM;
    }
    cell->state = STATE_LIVE;
    fleet_link_camera(fleet, &cell->camera, site);
    fleet_link_channel(fleet, &cell->camera, nvr);
    return 0;
}

static void change_camera(struct fleet *fleet, uint32_t handle, const struct camera_record *copy,
                          uint32_t site, uint32_t nvr)
{
    struct fleet_camera *camera = &camera_cell(fleet, handle)->camera;
    struct fleet_place from = {camera->record.site_id, camera->record.id};
    struct fleet_place to = {copy->site_id, copy->id};
    order_remove(&fleet->camera_order, &from);
    record_drop_camera(&fleet->pool, &camera->record);
    camera->record = *copy;
    order_put(&fleet->camera_order, &to, handle); /* it was in: there is room */
    if (camera->site != site) {
        fleet_unlink_camera(fleet, camera);
        fleet_link_camera(fleet, camera, site);
    }
    if (camera->nvr != nvr) {
        fleet_unlink_channel(fleet, camera);
        fleet_link_channel(fleet, camera, nvr);
    }
}

/* What a camera refers to: its site, and the NVR at that site whose channel nobody else has. */
static int resolve_camera(const struct fleet *fleet, const struct camera_record *record,
                          uint32_t *site, uint32_t *nvr)
{
    *site = map_find(&fleet->site_ids, record->site_id);
    *nvr = FLEET_NONE;
    if (*site == MAP_NONE) {
        return VMM_E_NOENT;
    }
    if (map_find(&fleet->nvr_ids, record->id) != MAP_NONE) {
        return VMM_E_EXIST;
    }
    if (record->nvr_id[0] == '\0') {
        return 0;
    }
    *nvr = map_find(&fleet->nvr_ids, record->nvr_id);
    if (*nvr == MAP_NONE || nvr_cell(fleet, *nvr)->nvr.site != *site) {
        return VMM_E_NOENT;
    }
    const struct fleet_camera *other = fleet_channel(fleet, *nvr, record->nvr_channel);
    return other != NULL && strcmp(other->record.id, record->id) != 0 ? VMM_E_EXIST : 0;
}

int fleet_put_camera(struct fleet *fleet, const struct camera_record *record)
{
    struct camera_record copy = *record;
    uint32_t site = FLEET_NONE;
    uint32_t nvr = FLEET_NONE;
    bool fresh = false;
    int rc = resolve_camera(fleet, record, &site, &nvr);
    if (rc != 0) {
        return rc;
    }
    if (record_take_camera(&fleet->pool, &copy) != 0) {
        return VMM_E_NOMEM;
    }
    uint32_t handle = enter(&fleet->cameras, &fleet->camera_ids, copy.id, &fresh);
    rc = handle == SLAB_NONE ? VMM_E_NOMEM : 0;
    if (rc == 0 && fresh) {
        rc = add_camera(fleet, handle, &copy, site, nvr);
    } else if (rc == 0) {
        change_camera(fleet, handle, &copy, site, nvr);
    }
    if (rc != 0) {
        record_drop_camera(&fleet->pool, &copy);
    }
    return rc;
}

/* The NVR or camera a device belongs to: its site, and where its device's handle stands. */
static int resolve_owner(const struct fleet *fleet, const struct device_record *record,
                         uint32_t *owner, uint32_t *site, uint32_t **device)
{
    bool is_nvr = record->kind == DEVICE_NVR;
    *owner = map_find(is_nvr ? &fleet->nvr_ids : &fleet->camera_ids, record->id);
    if (*owner == MAP_NONE) {
        return VMM_E_NOENT;
    }
    struct fleet_nvr *nvr = is_nvr ? &nvr_cell(fleet, *owner)->nvr : NULL;
    struct fleet_camera *camera = is_nvr ? NULL : &camera_cell(fleet, *owner)->camera;
    *site = is_nvr ? nvr->site : camera->site;
    *device = is_nvr ? &nvr->device : &camera->device;
    return 0;
}

static int add_device(struct fleet *fleet, const struct device_record *copy, uint32_t *handle)
{
    *handle = slab_take(&fleet->devices);
    if (*handle == SLAB_NONE) {
        return VMM_E_NOMEM;
    }
    struct device_cell *cell = device_cell(fleet, *handle);
    cell->device = (struct fleet_device){.record = *copy, .handle = *handle};
    if (map_put(&fleet->device_ids, *handle) != 0) {
        slab_release(&fleet->devices, *handle);
        return VMM_E_NOMEM;
    }
    cell->state = STATE_LIVE;
    return 0;
}

int fleet_put_device(struct fleet *fleet, const struct device_record *record)
{
    struct device_record copy = *record;
    uint32_t owner = FLEET_NONE;
    uint32_t site = FLEET_NONE;
    uint32_t *place = NULL;
    int rc = resolve_owner(fleet, record, &owner, &site, &place);
    if (rc != 0) {
        return rc;
    }
    if (record_take_device(&fleet->pool, &copy) != 0) {
        return VMM_E_NOMEM;
    }
    uint32_t handle = map_find(&fleet->device_ids, copy.id);
    if (handle != MAP_NONE) {
        record_drop_device(&fleet->pool, &device_cell(fleet, handle)->device.record);
        device_cell(fleet, handle)->device.record = copy;
    } else if (add_device(fleet, &copy, &handle) != 0) {
        record_drop_device(&fleet->pool, &copy);
        return VMM_E_NOMEM;
    }
    struct fleet_device *device = &device_cell(fleet, handle)->device;
    device->site = site;
    device->owner = owner;
    *place = handle;
    return 0;
}

/* ---- What devices tell ---- */

static const char *newer(const char *learnt, const char *known)
{
    return learnt != NULL ? learnt : known;
}

static bool same(const struct device_record *a, const struct device_record *b)
{
    return strcmp(a->effective_provider, b->effective_provider) == 0 &&
           strcmp(a->effective_place, b->effective_place) == 0 && strcmp(a->model, b->model) == 0 &&
           strcmp(a->firmware, b->firmware) == 0 && strcmp(a->serial, b->serial) == 0 &&
           strcmp(a->mac, b->mac) == 0 && a->has_tls_pin == b->has_tls_pin &&
           (!a->has_tls_pin || memcmp(a->tls_pin, b->tls_pin, TLS_PIN_SIZE) == 0);
}

int fleet_learn(struct fleet *fleet, uint32_t device, const struct fleet_learnt *learnt)
{
    const struct fleet_device *known = fleet_device(fleet, device);
    if (known == NULL) {
        return VMM_E_NOENT;
    }
    struct device_record record = known->record;
    record.effective_provider = newer(learnt->effective_provider, record.effective_provider);
    record.effective_place = newer(learnt->effective_place, record.effective_place);
    record.model = newer(learnt->model, record.model);
    record.firmware = newer(learnt->firmware, record.firmware);
    record.serial = newer(learnt->serial, record.serial);
    record.mac = newer(learnt->mac, record.mac);
    if (learnt->tls_pin != NULL) {
        memcpy(record.tls_pin, learnt->tls_pin, TLS_PIN_SIZE);
        record.has_tls_pin = true;
    }
    if (same(&record, &known->record)) {
        return 0;
    }
    int rc = fleet_put_device(fleet, &record);
    return rc == 0 ? 1 : rc;
}
