/* SPDX-License-Identifier: MIT */
/*
 * What a machine destination that was away does not get any more: of more than BACKLOG_MAX events the oldest of the
 * lowest weight, what is not critical after a week, everything after a month. An event weighs what it is or ends; the
 * end of an alarm that went goes too. What went is counted, and the destination is told.
 */
#ifndef GATEWAY_BACKLOG_H
#define GATEWAY_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include <vmm/observation.h>

#include "gateway/shelf.h"

#define BACKLOG_MAX      1000000ll
#define BACKLOG_WEEK_US  (7ll * 86400 * 1000000)
#define BACKLOG_MONTH_US (30ll * 86400 * 1000000)

struct backlog {
    int64_t excess[VMM_SEVERITY_COUNT];   /* so many of this weight are too many */
    uint64_t dropped[VMM_SEVERITY_COUNT]; /* since the destination was told */
    struct shelf cut; /* subjects whose last alarm went: what it turns to next is no recovery */
};

struct backlog_event {
    const char *subject; /* whose verdict it is; "": it is none */
    bool ends;           /* it says that the subject is OK */
    uint32_t weight;     /* VMM_SEVERITY_* */
    int64_t age_us;
};

/* What has become of a subject in the set `cut`. */
enum backlog_cut {
    BACKLOG_AS_IT_WAS,
    BACKLOG_CUT,   /* it came in */
    BACKLOG_WHOLE, /* it went out */
};

/* The backlog must stay where it is. */
void backlog_init(struct backlog *backlog);
void backlog_finish(struct backlog *backlog);

/* So many events of each weight wait: counted anew. */
void backlog_begin(struct backlog *backlog, const int64_t waiting[VMM_SEVERITY_COUNT]);

/* The next event of the journal: *skips, it is not for the destination any more, and counts as dropped. */
enum backlog_cut backlog_take(struct backlog *backlog, const struct backlog_event *event,
                              bool *skips);

/* The last alarm of this subject went before a restart. */
void backlog_restore(struct backlog *backlog, const char *subject);

/* How many went since the last backlog_told(). */
uint64_t backlog_dropped(const struct backlog *backlog);

/* So many of each weight went before a restart, and were not told. */
void backlog_restore_dropped(struct backlog *backlog, const uint64_t dropped[VMM_SEVERITY_COUNT]);

void backlog_told(struct backlog *backlog);

#endif
