/* SPDX-License-Identifier: MIT */
/*
 * The way to one destination: its messages in order, its quota, and how it does.
 *
 *   IDLE ─freeze, commit─▶ SENDING ─delivered or dropped─▶ IDLE
 *                             └─ retry, or the sink was lost ─▶ IDLE, not before `retry_us`
 *
 * A destination that took nothing for LANE_AWAY_US is away: what waits is not kept message by message, and when it is
 * back it hears in one message what it missed.
 */
#ifndef GATEWAY_LANE_H
#define GATEWAY_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/bucket.h"
#include "gateway/notice.h"
#include "gateway/policy.h"

#define LANE_AWAY_US   (15ll * 60 * 1000000)
#define LANE_SITES_MAX 256u /* site buckets kept; the one that is fullest gives way */

struct lane_site {
    char *site_id;
    struct bucket bucket;
};

struct lane {
    char *channel;
    bool ready;   /* its sink has a process */
    bool sending; /* its first notice is with the sink, or on its way there */
    struct bucket bucket;
    struct lane_site sites[LANE_SITES_MAX];
    size_t site_count;
    struct notice **notices; /* in order; a frozen one is always the first */
    size_t count;
    size_t room;
    uint32_t failures;  /* attempts in a row that failed */
    uint64_t retry_us;  /* monotonic; 0: at once */
    uint64_t asked_us;  /* monotonic: the destination asked for no attempt before; 0: it did not */
    int64_t away_since; /* wall time of the first failure, or of its sink's loss; 0: it works */
    bool dirty;         /* to be stored */
    bool catch_up;      /* it hears of what it missed in one message */
    uint32_t missed;    /* incidents that came and went meanwhile */
    uint32_t over;      /* that it knew of, and that ended meanwhile */
    uint64_t sent;
    uint64_t failed;
    uint64_t dropped;
};

/* NULL without memory. */
struct lane *lane_create(const char *channel, uint32_t quota, uint64_t now_us);
void lane_destroy(struct lane *lane);

/* Put a notice at the end; the lane owns it from now on. False without memory, then it is still the caller's. */
bool lane_add(struct lane *lane, struct notice *notice);

/* Take it out; it is the caller's again. */
void lane_remove(struct lane *lane, const struct notice *notice);

/* Its frozen notice, or NULL. */
struct notice *lane_frozen(const struct lane *lane);

/* A waiting notice of this group, kind and thread; NULL. */
struct notice *lane_find_group(const struct lane *lane, enum notice_kind kind, const char *group);

/* A waiting notice of this kind that speaks of the alarm; NULL. */
struct notice *lane_find_alarm(const struct lane *lane, enum notice_kind kind, const char *alarm);

/* The waiting notice that goes next: of those that are due the most severe, and of these the oldest. NULL: none is
 * due. `tokens` gets how many of its site may go now, by the quotas of destination and site. */
struct notice *lane_next(struct lane *lane, const struct policy *policy, uint64_t now_us,
                         uint32_t *tokens);

/* Take a token of the destination and of the site. */
void lane_take(struct lane *lane, const char *site_id, uint64_t now_us);

/* When something may be due next, by this lane alone; UINT64_MAX: nothing waits. */
uint64_t lane_due(const struct lane *lane);

/* Why what is due does not go when nothing else keeps it: the destination's quota, or that of its site there. */
const char *lane_full(const struct lane *lane, uint64_t now_us);

/* Notices that are due, of this site or of any (NULL). */
size_t lane_waiting(const struct lane *lane, const char *site_id, uint64_t now_us);

#endif
