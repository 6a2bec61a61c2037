/* SPDX-License-Identifier: MIT */
/*
 * Clocks of devices that tell their wall clock and no zone. The operator may say what zone the
 * device is set to; without that word the clock is shown and not judged, for every offset may be
 * right.
 */
#ifndef VMM_KIT_WALLCLOCK_H
#define VMM_KIT_WALLCLOCK_H

#include <vmm/http.h>

#include <kit/datetime.h>
#include <kit/observe.h>

#define VMM_WALLCLOCK_OPTION_MAX 9u /* bytes of an option that holds a zone: "UTC+05:30" */

/* The zone a device is set to, all year. */
struct vmm_wallclock_zone {
    bool is_known;
    int32_t minutes; /* east of UTC */
};

/* Read an option: "" for not told, else like vmm_datetime_zone(). 0, VMM_E_INVAL or VMM_E_RANGE. */
int vmm_wallclock_zone(struct vmm_text option, struct vmm_wallclock_zone *zone);

/* Report a wall clock that counts whole seconds: its offset where the zone is known, and always the
 * fact of the vendor `clock`, as it was read. */
void vmm_wallclock_observe(const struct vmm_observer *to, const struct vmm_datetime *local,
                           const struct vmm_wallclock_zone *zone,
                           const struct vmm_http_answer *answer);

#endif
