/* SPDX-License-Identifier: MIT */
#include "main/fleet_rows.h"

#include <string.h>

#include "base/text.h"
#include "main/journal.h"

const char *fleet_rows_id(const struct fleet_write *write)
{
    return write->table == FLEET_TABLE_NVR      ? write->record.nvr.id
           : write->table == FLEET_TABLE_CAMERA ? write->record.camera.id
                                                : write->record.device.id;
}

static const char *site_of(const struct daemon *daemon, const struct fleet_write *write)
{
    const char *id = fleet_rows_id(write);
    const struct fleet_camera *camera = fleet_find_camera(daemon->fleet, id);
    const struct fleet_nvr *nvr = fleet_find_nvr(daemon->fleet, id);
    return camera != NULL ? camera->record.site_id : nvr != NULL ? nvr->record.site_id : "";
}

/* A site with its tenant, which is known by its id alone. */
static void put_site(struct store_batch *batch, const struct site_record *site)
{
    if (site->tenant_id[0] != '\0') {
        store_put_tenant(batch, site->tenant_id, site->tenant_id, true);
    }
    store_put_site(batch, site);
}

static void put_row(const struct daemon *daemon, struct store_batch *batch,
                    const struct fleet_write *write)
{
    switch (write->table) {
    case FLEET_TABLE_SITE:
        if (write->removed) {
            store_del_site(batch, write->record.site.id);
        } else {
            put_site(batch, &write->record.site);
        }
        break;
    case FLEET_TABLE_NVR:
        if (write->removed) {
            store_del_nvr(batch, site_of(daemon, write), write->record.nvr.id);
        } else {
            store_put_nvr(batch, &write->record.nvr);
        }
        break;
    case FLEET_TABLE_CAMERA:
        if (write->removed) {
            store_del_camera(batch, site_of(daemon, write), write->record.camera.id);
        } else {
            store_put_camera(batch, &write->record.camera);
        }
        break;
    default:
        if (write->removed) {
            store_del_device(batch, site_of(daemon, write), write->record.device.id);
        } else {
            store_put_device(batch, &write->record.device);
        }
    }
}

/* A camera or NVR that moves to another site leaves no state behind at the old one. */
static void take_state_along(const struct daemon *daemon, struct store_batch *batch,
                             const struct fleet_write *write)
{
    bool is_nvr = write->table == FLEET_TABLE_NVR;
    if (write->removed || (!is_nvr && write->table != FLEET_TABLE_CAMERA)) {
        return;
    }
    const char *to = is_nvr ? write->record.nvr.site_id : write->record.camera.site_id;
    const char *from = site_of(daemon, write);
    if (from[0] == '\0' || strcmp(from, to) == 0) {
        return;
    }
    char name[JOURNAL_COMPONENT_MAX];
    text_format(name, sizeof(name), "%s:%s", is_nvr ? "nvr" : "camera", fleet_rows_id(write));
    store_del_component(batch, from, name);
    text_format(name, sizeof(name), "device:%s", fleet_rows_id(write));
    store_del_breaker(batch, from, name);
}

void fleet_rows_put(const struct daemon *daemon, struct store_batch *batch,
                    const struct fleet_plan *plan)
{
    for (size_t i = 0; i < plan->write_count; i++) {
        take_state_along(daemon, batch, &plan->writes[i]);
        put_row(daemon, batch, &plan->writes[i]);
    }
}
