/* SPDX-License-Identifier: MIT */
#include "host/drain.h"

#include <vmm/errors.h>

#include "base/clock.h"

#define LOOK_US   (2 * CLOCK_MS)
#define LOOKS_MAX 1000 /* two seconds for a peer that does not read */

static void on_check(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct drain *drain = arg;
    if (drain->draining && drain->setup.is_idle(drain->setup.arg)) {
        drain->draining = false;
        drain->setup.on_idle(drain->setup.arg);
    }
}

static void on_leave(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct drain *drain = arg;
    drain->looks++;
    if (channel_waiting(drain->setup.channel) == 0 || drain->looks > LOOKS_MAX) {
        event_base_loopbreak(drain->setup.base);
        return;
    }
    struct timeval soon = {.tv_usec = LOOK_US};
    evtimer_add(&drain->leave, &soon);
}

int drain_init(struct drain *drain, const struct drain_setup *setup)
{
    *drain = (struct drain){.setup = *setup};
    bool good = evtimer_assign(&drain->check, setup->base, on_check, drain) == 0 &&
                evtimer_assign(&drain->leave, setup->base, on_leave, drain) == 0;
    return good ? 0 : VMM_E_NOMEM;
}

void drain_finish(struct drain *drain)
{
    event_del(&drain->check);
    event_del(&drain->leave);
}

void drain_begin(struct drain *drain)
{
    drain->draining = true;
    drain_poke(drain);
}

void drain_poke(struct drain *drain)
{
    if (drain->draining) {
        event_active(&drain->check, EV_TIMEOUT, 0);
    }
}

void drain_leave(struct drain *drain, int status)
{
    if (!drain->leaving) {
        drain->leaving = true;
        drain->status = status;
        struct timeval soon = {.tv_usec = LOOK_US};
        evtimer_add(&drain->leave, &soon);
    }
}
