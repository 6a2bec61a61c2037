/* SPDX-License-Identifier: MIT */
#include "main/restore.h"

#include <vmm/errors.h>

#include "base/log.h"
#include "main/deliver.h"
#include "main/record.h"
#include "main/watch.h"

/* A row that refers to nothing is a fault of the store; the rest is watched all the same. */
static int forgive(int rc, const char *kind, const char *id)
{
    if (rc == VMM_E_NOMEM || rc == 0) {
        return rc;
    }
    log_error("store", "%s %s does not fit the rest of the fleet and is left out", kind, id);
    return 0;
}

static int on_site(void *arg, const struct site_record *site)
{
    return forgive(fleet_put_site(((struct daemon *)arg)->fleet, site), "site", site->id);
}

static int on_nvr(void *arg, const struct nvr_record *nvr)
{
    return forgive(fleet_put_nvr(((struct daemon *)arg)->fleet, nvr), "nvr", nvr->id);
}

static int on_camera(void *arg, const struct camera_record *camera)
{
    return forgive(fleet_put_camera(((struct daemon *)arg)->fleet, camera), "camera", camera->id);
}

static int on_device(void *arg, const struct device_record *device)
{
    return forgive(fleet_put_device(((struct daemon *)arg)->fleet, device), "device", device->id);
}

static int on_component(void *arg, const struct store_component *row, const void *note, size_t size)
{
    return watch_restore_component(((struct daemon *)arg)->watch, row, note, size);
}

static int on_ledger(void *arg, const char *key, const void *bytes, size_t size)
{
    return watch_restore_ledger(((struct daemon *)arg)->watch, key, bytes, size);
}

static int on_cursor(void *arg, const char *destination, int64_t seq)
{
    struct daemon *daemon = arg;
    return record_restore(daemon->record, destination, seq)
               ? 0
               : deliver_restore(daemon->deliver, destination, seq);
}

/* The fleet, the ledger and the cursors come first: devices refer to accounts, states to devices. */
static int take_in_fleet(struct daemon *daemon)
{
    int rc = 0;
    for (uint32_t i = 0; i < fleet_device_end(daemon->fleet) && rc == 0; i++) {
        rc = fleet_device(daemon->fleet, i) != NULL ? watch_add(daemon->watch, i) : 0;
    }
    for (uint32_t i = 0; i < fleet_camera_end(daemon->fleet) && rc == 0; i++) {
        rc = fleet_camera(daemon->fleet, i) != NULL ? watch_add_channel(daemon->watch, i) : 0;
    }
    return rc;
}

int restore_fleet(struct daemon *daemon)
{
    struct store_loader fleet = {.arg = daemon,
                                 .site = on_site,
                                 .nvr = on_nvr,
                                 .camera = on_camera,
                                 .device = on_device,
                                 .ledger = on_ledger,
                                 .cursor = on_cursor};
    struct store_loader states = {.arg = daemon, .component = on_component};
    int rc = store_load(daemon->store, &fleet);
    rc = rc == 0 ? take_in_fleet(daemon) : rc;
    rc = rc == 0 ? store_load(daemon->store, &states) : rc;
    if (rc != 0) {
        log_error("store", "the stored fleet cannot be read (error %d)", rc);
    } else if (store_set_aside(daemon->store) != NULL) {
        log_error("store", "the database was damaged and lies at %s; the fleet starts empty",
                  store_set_aside(daemon->store));
    }
    return rc;
}
