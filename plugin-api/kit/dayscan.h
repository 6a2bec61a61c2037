/* SPDX-License-Identifier: MIT */
/*
 * The footage of a channel's last day, looked through for holes, for recorders whose searches answer page by page: a
 * page a look. What it has to know from one look to the next fits into a device's note. Pure.
 *
 *   begin ──page──▶ GOES_ON … ──the last page──▶ DONE: missing_s
 *                      └─ pages that lead nowhere ─▶ STUCK: nothing is known
 *
 * Times are of the device's wall clock, as if it were UTC.
 */
#ifndef VMM_KIT_DAYSCAN_H
#define VMM_KIT_DAYSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMM_DAYSCAN_GOES_ON 0u
#define VMM_DAYSCAN_DONE    1u
#define VMM_DAYSCAN_STUCK   2u

#define VMM_DAYSCAN_SIZE 16u

/* A stretch of footage, in milliseconds. */
struct vmm_span {
    int64_t begin_ms;
    int64_t end_ms;
};

/* All zero: nothing has begun. */
struct vmm_dayscan {
    uint16_t channel;   /* in whatever way the caller counts; 0: none */
    uint16_t pages;     /* taken so far */
    uint32_t end_s;     /* looked through up to here */
    uint32_t to_s;      /* to be looked through up to here */
    uint32_t missing_s; /* in holes so far */
};

/* What was written may have been changed since: a scan that makes no sense has not begun. */
void vmm_dayscan_read(struct vmm_dayscan *scan, const uint8_t bytes[VMM_DAYSCAN_SIZE]);
void vmm_dayscan_write(const struct vmm_dayscan *scan, uint8_t bytes[VMM_DAYSCAN_SIZE]);

/* Begin with a channel, at this wall clock in milliseconds: a day up to ten minutes ago, since an index is not written
 * at once. */
void vmm_dayscan_begin(struct vmm_dayscan *scan, uint32_t channel, int64_t wall_ms);

/* What the next page is to be searched between, in milliseconds. */
int64_t vmm_dayscan_from(const struct vmm_dayscan *scan);
int64_t vmm_dayscan_to(const struct vmm_dayscan *scan);

/* A page was answered, in whatever order; `spans` are sorted here. `more`: the device has more behind it, which is
 * believed only of a page whose spans go forward. Holes of some seconds between two files are none. Returns
 * VMM_DAYSCAN_*. */
uint32_t vmm_dayscan_page(struct vmm_dayscan *scan, struct vmm_span *spans, size_t count,
                          bool more);

#endif
