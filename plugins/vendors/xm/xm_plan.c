/* SPDX-License-Identifier: MIT */
#include "xm_plan.h"

#include <stdio.h>
#include <string.h>

#include <kit/datetime.h>

#define SHORT_SPAN_S (2 * 3600)
#define DAY_S        86400

/* A moment of the device's own clock, as it writes it. */
static void write_time(int64_t local_s, char out[20])
{
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    int64_t days = local_s / DAY_S;
    int64_t rest = local_s % DAY_S;
    if (rest < 0) {
        days--;
        rest += DAY_S;
    }
    vmm_datetime_date(days, &year, &month, &day);
    snprintf(out, 20, "%04u-%02u-%02u %02u:%02u:%02u", (unsigned)year % 10000u,
             (unsigned)month % 100u, (unsigned)day % 100u, (unsigned)(rest / 3600) % 100u,
             (unsigned)(rest / 60 % 60), (unsigned)(rest % 60));
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
            write_time(device->local_s - SHORT_SPAN_S, span->begin);
            write_time(device->local_s, span->end);
            return true;
        }
    }
    return false;
}

bool xm_plan_footage_more(const struct xm_device *device, size_t rows, int64_t newest_s,
                          struct xm_span *span)
{
    char begin[20];
    int64_t from = device->local_s - XM_LONG_SPAN_S;
    if (rows > 0 && rows < XM_FILES_MAX) {
        return false;
    }
    if (rows >= XM_FILES_MAX) {
        from = newest_s;
    }
    write_time(from, begin);
    if (newest_s >= device->local_s || strcmp(begin, span->begin) == 0) {
        return false; /* there is nothing behind it, or it came to nothing already */
    }
    memcpy(span->begin, begin, sizeof(span->begin));
    return true;
}

void xm_plan_keep(struct xm_device *device, const struct xm_span *asked)
{
    device->note.turn = (uint8_t)((device->note.turn + 1) % XM_SETTINGS_TURN);
    if (asked != NULL && device->channels > 0) {
        device->note.channel = (uint16_t)((asked->channel + 1) % device->channels);
    }
}
