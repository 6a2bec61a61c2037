/* SPDX-License-Identifier: MIT */
#include <kit/dayscan.h>

#include <stdlib.h>

#define DAY_S     86400
#define LATE_S    600
#define HOLE_S    10 /* between two files of one recording */
#define PAGES_MAX 48u

/* ---- The note ---- */

static void put(uint8_t *at, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

static uint32_t get(const uint8_t *at, size_t size)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value |= (uint32_t)at[i] << 8 * i;
    }
    return value;
}

static bool is_sound(const struct vmm_dayscan *scan)
{
    return scan->channel != 0 && scan->pages <= PAGES_MAX && scan->end_s <= scan->to_s &&
           scan->to_s - scan->end_s <= DAY_S && scan->missing_s <= DAY_S;
}

void vmm_dayscan_read(struct vmm_dayscan *scan, const uint8_t bytes[VMM_DAYSCAN_SIZE])
{
    *scan = (struct vmm_dayscan){.channel = (uint16_t)get(bytes, 2),
                                 .pages = (uint16_t)get(bytes + 2, 2),
                                 .end_s = get(bytes + 4, 4),
                                 .to_s = get(bytes + 8, 4),
                                 .missing_s = get(bytes + 12, 4)};
    if (!is_sound(scan)) {
        *scan = (struct vmm_dayscan){0};
    }
}

void vmm_dayscan_write(const struct vmm_dayscan *scan, uint8_t bytes[VMM_DAYSCAN_SIZE])
{
    put(bytes, scan->channel, 2);
    put(bytes + 2, scan->pages, 2);
    put(bytes + 4, scan->end_s, 4);
    put(bytes + 8, scan->to_s, 4);
    put(bytes + 12, scan->missing_s, 4);
}

/* ---- The scan ---- */

void vmm_dayscan_begin(struct vmm_dayscan *scan, uint32_t channel, int64_t wall_ms)
{
    int64_t to = wall_ms / 1000 - LATE_S;
    bool fits = to >= DAY_S && to <= UINT32_MAX && channel <= UINT16_MAX;
    *scan = (struct vmm_dayscan){.channel = fits ? (uint16_t)channel : 0,
                                 .end_s = fits ? (uint32_t)(to - DAY_S) : 0,
                                 .to_s = fits ? (uint32_t)to : 0};
}

int64_t vmm_dayscan_from(const struct vmm_dayscan *scan)
{
    return (int64_t)scan->end_s * 1000;
}

int64_t vmm_dayscan_to(const struct vmm_dayscan *scan)
{
    return (int64_t)scan->to_s * 1000;
}

static int by_begin(const void *a, const void *b)
{
    const struct vmm_span *left = a;
    const struct vmm_span *right = b;
    return (left->begin_ms > right->begin_ms) - (left->begin_ms < right->begin_ms);
}

static bool goes_forward(const struct vmm_span *spans, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (spans[i].begin_ms < spans[i - 1].begin_ms) {
            return false;
        }
    }
    return count > 1;
}

/* A time of the device, within what is looked through. */
static uint32_t clip(const struct vmm_dayscan *scan, int64_t ms)
{
    int64_t s = ms / 1000;
    return s < scan->end_s ? scan->end_s : s > scan->to_s ? scan->to_s : (uint32_t)s;
}

/* There is footage again from here on. */
static void reach(struct vmm_dayscan *scan, uint32_t begin_s)
{
    if (begin_s - scan->end_s > HOLE_S) {
        scan->missing_s += begin_s - scan->end_s;
    }
    scan->end_s = begin_s;
}

uint32_t vmm_dayscan_page(struct vmm_dayscan *scan, struct vmm_span *spans, size_t count, bool more)
{
    uint32_t before = scan->end_s;
    if (more && (!goes_forward(spans, count) || scan->pages >= PAGES_MAX)) {
        return VMM_DAYSCAN_STUCK;
    }
    if (count > 0) {
        qsort(spans, count, sizeof(*spans), by_begin);
    }
    scan->pages++;
    for (size_t i = 0; i < count; i++) {
        reach(scan, clip(scan, spans[i].begin_ms));
        scan->end_s = clip(scan, spans[i].end_ms); /* never back: clip() ends at end_s */
    }
    if (!more || scan->end_s == scan->to_s) {
        reach(scan, scan->to_s);
        return VMM_DAYSCAN_DONE;
    }
    return scan->end_s > before ? VMM_DAYSCAN_GOES_ON : VMM_DAYSCAN_STUCK;
}
