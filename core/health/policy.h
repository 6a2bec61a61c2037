/* SPDX-License-Identifier: MIT */
/*
 * The numbers that judging goes by. The configuration maps onto this; nothing here reads it.
 * Every duration is in microseconds and says so.
 */
#ifndef VMM_HEALTH_POLICY_H
#define VMM_HEALTH_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#define HEALTH_REPEATS_MAX  8u  /* confirmation repeats that a policy can name */
#define HEALTH_REASON_SLOTS 64u /* reasons fit a bitmask of 64 */

struct health_policy {
    uint64_t interval_us;         /* normal rhythm: 240 s */
    uint64_t jitter_us;           /* of the normal rhythm: 60 s, so that gaps are 3 to 5 min */
    uint64_t suspect_interval_us; /* suspect rhythm: 60 s */
    uint64_t suspect_time_us;     /* a standing fault alone keeps the suspect rhythm: 30 min */
    uint64_t trial_interval_us;   /* critical rhythm: 60 s */
    uint64_t trial_time_us;       /* then trials follow the normal rhythm: 10 min */
    uint64_t deadline_us;         /* of a full look: 30 s */
    uint64_t latency_limit_us;    /* slowest request of a look: 5 s */
    uint64_t sustain_us;          /* out of critical: good looks over at least 2 min */
    uint64_t full_after_us;       /* a full look follows a good trial after: 1 s */
    uint64_t repeat_us[HEALTH_REPEATS_MAX]; /* confirmation: 5, 10, 20, 40 s after the end before */
    uint64_t repeat_deadline_us;            /* of one repeat: 8 s */
    uint64_t clock_limit_us;                /* a clock may be off by: 60 s */
    uint64_t footage_limit_us;              /* the newest footage may be as old as: 15 min */
    uint64_t index_time_us;    /* a recorder that is up for less proves no footage: 15 min */
    uint64_t footage_clock_us; /* nor does one whose clock is off by more: 1 h */
    uint64_t retention_us;     /* too young footage is a fault after: 2 days */
    uint8_t repeat_count;      /* 4; 0 is `confirm: off` */
    uint8_t fail_count;        /* consecutive failed looks to DOWN and to an open breaker: 5 */
    uint8_t ok_count;          /* good looks to OK: 2 */
    uint8_t degraded_on;       /* looks until a DEGRADED reason holds: 2 */
    uint8_t degraded_off;      /* looks until it no longer holds: 3 */
    uint8_t latency_count;     /* slow looks in a row to critical, each repeated: 2 */
    uint8_t sustain_count;     /* good full looks out of critical: 3 */
    uint8_t on[HEALTH_REASON_SLOTS]; /* per reason, instead of the counts above; 0: not set, at most
                                        15 */
    uint8_t off[HEALTH_REASON_SLOTS];
};

/* Fill in the defaults named above. */
void health_policy_init(struct health_policy *policy);

/* 0, or VMM_E_RANGE when a number makes no sense (a count of 0 or over 15, an interval of 0, a
 * jitter of at least the interval). */
int health_policy_check(const struct health_policy *policy);

/* How old a verdict may grow before it is stale: twice (interval + jitter) plus the look's
 * deadline. */
uint64_t health_policy_stale_after(const struct health_policy *policy);

/* How long nothing turns stale after a start or a pause: one interval with its jitter, plus the
 * deadline. */
uint64_t health_policy_grace(const struct health_policy *policy);

/* Looks of a row until `reason` (VMM_REASON_*) holds. */
uint8_t health_policy_on(const struct health_policy *policy, uint32_t reason);

/* Looks of a row until `reason` no longer holds. */
uint8_t health_policy_off(const struct health_policy *policy, uint32_t reason);

#endif
