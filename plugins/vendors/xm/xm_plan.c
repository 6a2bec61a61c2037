/* SPDX-License-Identifier: MIT */
#include "xm_plan.h"

#include <string.h>

#define SHORT_SPAN_S (2 * 3600)
#define DAY_S        86400

/* The first channel from this one on that records all the time; XM_CHANNELS_MAX when there is none. */
static uint32_t continuous_from(const struct xm_device *device, uint32_t channel)
{
    for (uint32_t i = channel; i < device->channels; i++) {
        if (device->working[i] && device->continuous[i]) {
            return i;
        }
    }
    return XM_CHANNELS_MAX;
}

static uint16_t today(const struct xm_device *device)
{
    return (uint16_t)(device->local_s / DAY_S);
}

/* The channel whose last day is looked through now: the one under way, or the first one of the day. */
static uint32_t day_channel(const struct xm_device *device)
{
    const struct xm_note *note = &device->note;
    uint32_t under_way = note->scan.channel;
    uint32_t channel = under_way == 0 ? XM_CHANNELS_MAX : continuous_from(device, under_way - 1u);
    bool begins = channel == XM_CHANNELS_MAX && note->scanned != today(device);
    return begins ? continuous_from(device, 0) : channel;
}

static bool is_wanted(const struct xm_device *device, enum xm_ask ask)
{
    struct xm_span span;
    switch (ask) {
    case XM_ASK_GENERAL:
    case XM_ASK_NTP:
        return device->note.turn == 0;
    case XM_ASK_TITLES:
        return device->note.turn == 0 && device->analog > 0;
    case XM_ASK_WORK:
        return device->analog > 0;
    case XM_ASK_CHANNELS:
        return device->digital > 0;
    case XM_ASK_FILES:
        return xm_plan_footage(device, &span);
    case XM_ASK_DAY:
        return device->note.turn != 0 && device->has_time && day_channel(device) < XM_CHANNELS_MAX;
    default:
        return true;
    }
}

enum xm_ask xm_plan_next(const struct xm_device *device, enum xm_ask asked)
{
    enum xm_ask next = asked;
    do {
        next++;
    } while (next < XM_ASK_COUNT && !is_wanted(device, next));
    return next;
}

bool xm_plan_footage(const struct xm_device *device, struct xm_span *span)
{
    for (uint32_t i = 0; device->has_time && i < device->channels; i++) {
        uint32_t channel = (device->note.channel + i) % device->channels;
        if (device->working[channel] && !device->not_recording[channel]) {
            span->channel = channel;
            span->h264 = device->note.h264;
            vmm_datetime_print((device->local_s - SHORT_SPAN_S) * 1000, " ", span->begin);
            vmm_datetime_print(device->local_s * 1000, " ", span->end);
            return true;
        }
    }
    return false;
}

bool xm_plan_other(const struct xm_device *device, struct xm_span *span)
{
    bool asked = span->h264 != device->note.h264;
    span->h264 = !device->note.h264;
    return !asked;
}

void xm_plan_found(struct xm_device *device, const struct xm_span *span)
{
    device->note.h264 = span->h264;
}

bool xm_plan_footage_more(const struct xm_device *device, size_t rows, int64_t newest_s,
                          struct xm_span *span)
{
    char begin[VMM_DATETIME_TEXT_SIZE];
    int64_t from = device->local_s - XM_LONG_SPAN_S;
    if (rows < XM_FILES_MAX && newest_s > 0) {
        return false;
    }
    if (rows >= XM_FILES_MAX) {
        from = newest_s;
    }
    vmm_datetime_print(from * 1000, " ", begin);
    if (newest_s >= device->local_s) {
        return false; /* there is nothing behind it */
    }
    if (strcmp(begin, span->begin) == 0) { /* it came to nothing already */
        return newest_s == 0 && xm_plan_other(device, span);
    }
    memcpy(span->begin, begin, sizeof(span->begin));
    return true;
}

void xm_plan_day(struct xm_device *device, struct xm_span *span)
{
    struct vmm_dayscan *scan = &device->note.scan;
    uint32_t channel = day_channel(device);
    if (scan->channel == 0 || channel + 1 < scan->channel) {
        device->note.scanned = today(device);
    }
    if (scan->channel != channel + 1) {
        vmm_dayscan_begin(scan, channel + 1, device->local_s * 1000);
    }
    span->channel = channel;
    span->h264 = device->note.h264;
    vmm_datetime_print(vmm_dayscan_from(scan), " ", span->begin);
    vmm_datetime_print(vmm_dayscan_to(scan), " ", span->end);
}

void xm_plan_day_done(struct xm_device *device)
{
    struct vmm_dayscan *scan = &device->note.scan;
    uint32_t next = continuous_from(device, scan->channel);
    bool more = scan->channel != 0 && next < XM_CHANNELS_MAX;
    *scan = (struct vmm_dayscan){0};
    if (more) {
        vmm_dayscan_begin(scan, next + 1, device->local_s * 1000);
    }
}

void xm_plan_keep(struct xm_device *device, const struct xm_span *asked)
{
    device->note.turn = (uint8_t)((device->note.turn + 1) % XM_SETTINGS_TURN);
    if (asked != NULL && device->channels > 0) {
        device->note.channel = (uint16_t)((asked->channel + 1) % device->channels);
    }
}
