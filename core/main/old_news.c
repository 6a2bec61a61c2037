/* SPDX-License-Identifier: MIT */
#include "main/old_news.h"

#include "main/incidents.h"

uint32_t old_news_of_device(const struct watch *watch, uint32_t device)
{
    const struct watched *watched = &watch->devices[device];
    struct stale_view view = {.reason = watched->state.reason,
                              .follows =
                                  incidents_member(watch->incidents, device).slot != CAUSE_NONE,
                              .queued = watched->queued != NULL,
                              .refused = watched->refused};
    return watched->state.health == VMM_HEALTH_UNKNOWN ? stale_by(&view) : STALE_BY_NONE;
}

uint32_t old_news_of_channel(const struct watch *watch, uint32_t camera)
{
    const struct health_state *state = &watch->channels[camera];
    struct stale_view view = {.reason = state->reason, .behind = true};
    return state->health == VMM_HEALTH_UNKNOWN ? stale_by(&view) : STALE_BY_NONE;
}
