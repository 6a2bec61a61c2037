/* SPDX-License-Identifier: MIT */
/*
 * The way back to the oldest footage of a channel, for recorders with a calendar: a month a step, and then one search
 * on the oldest day. What it has to know from one look to the next fits into a device's note. Pure.
 *
 *   BACK ──days of a month──▶ BACK … ──a month without any──▶ DAY ──search on that day──▶ DONE ──▶ the next channel
 *
 * One month without footage may be a gap at the turn of a month; two are the end.
 */
#ifndef VMM_KIT_BACKWALK_H
#define VMM_KIT_BACKWALK_H

#include <stdbool.h>
#include <stdint.h>

#define VMM_BACKWALK_BACK 0u /* looking for the oldest month */
#define VMM_BACKWALK_DAY  1u /* the oldest day is known, its first footage is not */
#define VMM_BACKWALK_DONE 2u /* the next channel is due */

#define VMM_BACKWALK_SIZE 8u

/* All zero: nothing has begun. */
struct vmm_backwalk {
    uint16_t channel; /* in whatever way the caller counts; 0: none yet */
    uint16_t year;    /* the oldest day with footage so far; day 0: none */
    uint8_t month;
    uint8_t day;
    uint8_t months; /* steps taken back */
    uint8_t state;  /* VMM_BACKWALK_* */
};

/* What was written may have been changed since: a walk that makes no sense has not begun. */
void vmm_backwalk_read(struct vmm_backwalk *walk, const uint8_t bytes[VMM_BACKWALK_SIZE]);
void vmm_backwalk_write(const struct vmm_backwalk *walk, uint8_t bytes[VMM_BACKWALK_SIZE]);

/* The month of the next step, counted back from the device's wall clock in milliseconds as if UTC. */
void vmm_backwalk_month(const struct vmm_backwalk *walk, int64_t wall_ms, int32_t *year,
                        int32_t *month);

/* The days of that month with footage are known, bit n for day n: go on, or stop at the oldest day. */
void vmm_backwalk_days(struct vmm_backwalk *walk, int64_t wall_ms, uint32_t days);

/* When the oldest day begins, in milliseconds as if UTC; for the state DAY. */
int64_t vmm_backwalk_midnight(const struct vmm_backwalk *walk);

#endif
