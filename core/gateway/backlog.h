/* SPDX-License-Identifier: MIT */
/*
 * What a machine destination that was away does not get any more: of more than BACKLOG_MAX events the oldest of normal
 * weight, what is not critical after a week, everything after a month. An event weighs what it is or ends, so that the
 * recovery of an alarm goes, or stays, with it. What went is counted, and the destination is told.
 */
#ifndef GATEWAY_BACKLOG_H
#define GATEWAY_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include <vmm/observation.h>

#define BACKLOG_MAX      1000000ll
#define BACKLOG_WEEK_US  (7ll * 86400 * 1000000)
#define BACKLOG_MONTH_US (30ll * 86400 * 1000000)

struct backlog {
    int64_t over;                         /* so many events too many wait */
    uint64_t dropped[VMM_SEVERITY_COUNT]; /* since the destination was told */
};

/* The destination is at `settled`, the journal at `newest`: counted anew. */
void backlog_begin(struct backlog *backlog, int64_t settled, int64_t newest);

/* True when this event is not for it any more; `weight` is VMM_SEVERITY_*. Counts nothing. */
bool backlog_skips(const struct backlog *backlog, uint32_t weight, int64_t age_us);

/* It was passed over. */
void backlog_skip(struct backlog *backlog, uint32_t weight);

/* How many went since the last backlog_told(). */
uint64_t backlog_dropped(const struct backlog *backlog);
void backlog_told(struct backlog *backlog);

#endif
