/* SPDX-License-Identifier: MIT */
/* Faults that come and go by themselves. */
#ifndef FARM_SCHEDULE_H
#define FARM_SCHEDULE_H

#include "farm/fault.h"

/* A fault that begins AT_US after the farm is ready, lasts FOR_US (0: for good) and comes again
 * EVERY_US (0: once). */
struct schedule_entry {
    struct fault fault;
    uint64_t at_us;
    uint64_t for_us;
    uint64_t every_us;
};

/* One device's part in an entry. */
struct schedule_run {
    struct loop_timer timer; /* first member: the timer is the run */
    struct farm *farm;
    struct device *device;
    struct schedule_entry entry;
};

/* Adds ENTRY for DEVICE; nothing happens before schedule_start. */
void schedule_add(struct farm *farm, struct device *device, const struct schedule_entry *entry);

/* Sets the timers, once listening has begun. */
void schedule_start(struct farm *farm);

#endif
