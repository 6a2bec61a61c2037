/* SPDX-License-Identifier: MIT */
#include "main/off.h"

#include "base/clock.h"
#include "main/notify.h"

const struct quiet_entry *off_of(const struct daemon *daemon, const char *site_id, const char *id)
{
    return quiet_off(&daemon->notify->gateway->quiet, site_id, id, clock_wall_us());
}

static bool is_off(const struct watch *watch, uint32_t device)
{
    return (watch->devices[device].state.blocked & HEALTH_BIT(VMM_REASON_DISABLED)) != 0;
}

/* One that is on again is looked at now, not at its next turn. */
static void judge_device(struct watch *watch, uint32_t device)
{
    bool was_off = is_off(watch, device);
    verdict_settings(watch, device);
    verdict_rhythm(watch, device);
    if (was_off && !is_off(watch, device)) {
        watch_look_soon(watch, device);
    }
}

void off_begin(struct watch *watch)
{
    watch->off_mark = quiet_off_mark(&watch->daemon->notify->gateway->quiet, clock_wall_us());
}

void off_turn(struct watch *watch)
{
    uint64_t before = watch->off_mark;
    off_begin(watch);
    if (!watch->started || watch->off_mark == before) {
        return;
    }
    for (uint32_t i = 0; i < watch->device_room; i++) {
        if (watch->devices[i].known) {
            judge_device(watch, i);
        }
    }
    watch_arm(watch);
}
