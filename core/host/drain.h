/* SPDX-License-Identifier: MIT */
/*
 * The orderly end: first nothing is under way any more, then everything that was said has been
 * read, then the loop ends. Both are looked at from the loop itself, never from inside a call of
 * the plugin.
 */
#ifndef HOST_DRAIN_H
#define HOST_DRAIN_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>

#include "ipc/channel.h"

struct drain_setup {
    struct event_base *base;
    struct channel *channel;
    bool (*is_idle)(void *arg); /* nothing is under way */
    void (*on_idle)(void *arg); /* called once, when that is so after drain_begin() */
    void *arg;
};

struct drain {
    struct drain_setup setup;
    struct event check;
    struct event leave;
    bool draining;
    bool leaving;
    int looks;  /* at the channel, while leaving */
    int status; /* to end the process with */
};

/* 0 or VMM_E_NOMEM. */
int drain_init(struct drain *drain, const struct drain_setup *setup);
void drain_finish(struct drain *drain);

/* Wait for idleness from now on. */
void drain_begin(struct drain *drain);

/* Something has ended: look again, soon. */
void drain_poke(struct drain *drain);

/* End the loop when the channel has sent everything, at the latest after two seconds. */
void drain_leave(struct drain *drain, int status);

#endif
