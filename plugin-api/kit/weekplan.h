/* SPDX-License-Identifier: MIT */
/*
 * A week's recording plan as devices have one: when a channel is recorded all the time, minute by minute, and whether
 * it is recorded on events besides. Pure.
 *
 * Minutes are counted from Sunday 00:00 of the device's own wall clock.
 */
#ifndef VMM_KIT_WEEKPLAN_H
#define VMM_KIT_WEEKPLAN_H

#include <stdbool.h>

#include <kit/observe.h>

#define VMM_WEEKPLAN_DAY  UINT32_C(1440)
#define VMM_WEEKPLAN_WEEK (7 * VMM_WEEKPLAN_DAY)

/* All zero: nothing is recorded. */
struct vmm_weekplan {
    bool has_motion; /* at some time it is recorded on motion */
    bool has_event;  /* or on another event */
    uint8_t timed[VMM_WEEKPLAN_WEEK / 8];
};

/* Record all the time from one minute up to another, over the end of the week where it is the smaller one; nothing
 * where both are the same. Minutes past a week are those of the next. */
void vmm_weekplan_add(struct vmm_weekplan *plan, uint32_t from, uint32_t to);

/* Read "07:30:00-24:00:00", the minutes of a day; 23:59 at the end is the end of the day. 0, or VMM_E_INVAL. */
int vmm_weekplan_span(struct vmm_text text, uint32_t *from, uint32_t *to);

/* The minute of the week that a wall clock shows, given in milliseconds as if it were UTC. */
uint32_t vmm_weekplan_minute(int64_t wall_ms);

/* "continuous", "schedule", "motion" or "event"; "off" where nothing is planned. */
const char *vmm_weekplan_mode(const struct vmm_weekplan *plan);

/* Report the mode of a channel (from 1); of a schedule also whether recording is due at this wall clock, and since when. */
void vmm_weekplan_observe(const struct vmm_weekplan *plan, uint32_t channel, int64_t wall_ms,
                          const struct vmm_observer *to);

#endif
