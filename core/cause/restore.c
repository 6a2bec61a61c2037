/* SPDX-License-Identifier: MIT */
/* What was stored, put back. */
#include <vmm/errors.h>

#include "cause/cause.h"
#include "cause/parts.h"

int cause_restore(struct cause *cause, uint32_t site, uint32_t slot,
                  const struct cause_incident *incident, struct cause_time now)
{
    bool valid = slot < CAUSE_OPEN_MAX && incident->kind >= CAUSE_GROUP &&
                 incident->kind <= CAUSE_DEVICE && incident->start_wall > 0;
    if (!valid) {
        return VMM_E_INVAL;
    }
    if (cause_make_room(cause, 0, site) != 0) {
        return VMM_E_NOMEM;
    }
    struct cause_incident *to = &cause->sites[site].incidents[slot];
    if (to->kind == CAUSE_FREE) {
        cause->sites[site].open++;
        site_begins(cause, site);
    }
    *to = *incident;
    to->lost = 0; /* its members count themselves in */
    to->grown_mono = now.mono_us;
    to->returned_mono = incident->returned_mono != 0 ? now.mono_us : 0;
    cause->sites[site].storm_mono = now.mono_us;
    return 0;
}

void cause_restore_device(struct cause *cause, uint32_t handle, bool lost, bool well, uint32_t slot)
{
    struct device *device = find_device(cause, handle);
    if (device == NULL) {
        return;
    }
    device->proven = well || lost;
    device->lost = lost;
    device->own = lost;
    cause->sites[device->site].lost += lost;
    bool open =
        slot < CAUSE_OPEN_MAX && cause->sites[device->site].incidents[slot].kind != CAUSE_FREE;
    if (lost && open) {
        device->own = false;
        device->slot = (uint8_t)slot;
        cause->sites[device->site].incidents[slot].lost++;
    }
}
