/* SPDX-License-Identifier: MIT */
/*
 * Timers of which hundreds of the same length run at once, each started before the one before it has ended. The loop
 * keeps them in a list in the order they were started, where others are sorted into a tree.
 */
#ifndef HOST_PERIOD_H
#define HOST_PERIOD_H

#include <event2/event.h>
#include <stdint.h>

/* Start the timer, which is assigned to `base`, the only one of the process. Lengths beyond the first few are as good,
 * but not as cheap. */
void period_start(struct event_base *base, struct event *timer, uint64_t us);

#endif
