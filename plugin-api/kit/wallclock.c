/* SPDX-License-Identifier: MIT */
#include "kit/wallclock.h"

#include <stdio.h>

#define RESOLUTION_MS 1000

int vmm_wallclock_zone(struct vmm_text option, struct vmm_wallclock_zone *zone)
{
    *zone = (struct vmm_wallclock_zone){0};
    if (option.size == 0) {
        return 0;
    }
    int rc = vmm_datetime_zone(option, &zone->minutes);
    zone->is_known = rc == 0;
    return rc;
}

void vmm_wallclock_observe(const struct vmm_observer *to, const struct vmm_datetime *local,
                           const struct vmm_wallclock_zone *zone,
                           const struct vmm_http_answer *answer)
{
    char text[64];
    int size = snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", local->year,
                        local->month, local->day, local->hour, local->minute, local->second);
    if (size > 0 && (size_t)size < sizeof(text)) {
        vmm_observe_vendor(to, "clock", vmm_text_bytes(text, (size_t)size));
    }
    if (zone->is_known) {
        vmm_observe_clock(to, vmm_datetime_epoch_ms(local, zone->minutes), RESOLUTION_MS,
                          answer->sent_wall_us, answer->received_wall_us);
    }
}
