/* SPDX-License-Identifier: MIT */
/* The last day of channels that are recorded all the time, one after another each day, a page a search. */
#include "dahua_look.h"

#define DAY_MS INT64_C(86400000)

uint8_t dahua_mode_of(const struct dahua_look *look, uint32_t channel)
{
    uint8_t mode = look->device.modes[channel - 1];
    bool is_planned = mode == DAHUA_MODE_SCHEDULE && channel <= DAHUA_MODES_MAX;
    uint8_t planned = is_planned ? look->modes[channel - 1] : DAHUA_MODE_UNKNOWN;
    return dahua_mode_word(planned) != NULL ? planned : mode;
}

/* The first behind this channel, both from 1, that is recorded all the time; 0 when there is none. */
static uint32_t next_continuous(const struct dahua_look *look, uint32_t after)
{
    for (uint32_t i = after + 1; i <= look->device.channel_count; i++) {
        if (dahua_is_live(&look->device, i) && dahua_mode_of(look, i) == DAHUA_MODE_CONTINUOUS) {
            return i;
        }
    }
    return 0;
}

static void begin_with(struct dahua_look *look, uint32_t channel)
{
    look->scan = (struct vmm_dayscan){0};
    if (channel != 0) {
        vmm_dayscan_begin(&look->scan, channel, dahua_wall_ms(look));
    }
}

bool dahua_day_begin(struct dahua_look *look)
{
    uint16_t today = (uint16_t)(dahua_wall_ms(look) / DAY_MS);
    uint32_t under_way = look->scan.channel;
    uint32_t channel = under_way == 0 ? 0 : next_continuous(look, under_way - 1);
    if (channel == 0 && look->scanned != today) {
        look->scanned = today;
        channel = next_continuous(look, 0);
    }
    if (channel != under_way) {
        begin_with(look, channel);
    }
    return look->scan.channel != 0;
}

void dahua_day_done(struct dahua_look *look)
{
    begin_with(look, next_continuous(look, look->scan.channel));
}

void dahua_day_take(struct dahua_look *look, struct vmm_span *spans, size_t count,
                    const struct vmm_observer *to)
{
    uint32_t came = vmm_dayscan_page(&look->scan, spans, count, count >= DAHUA_SPANS_MAX);
    look->is_day = false;
    if (came == VMM_DAYSCAN_DONE) {
        vmm_observe_int(to, VMM_FACT_RECORDING_GAP, look->scan.channel, look->scan.missing_s);
    }
    if (came != VMM_DAYSCAN_GOES_ON) {
        dahua_day_done(look);
    }
}
