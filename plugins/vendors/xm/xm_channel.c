/* SPDX-License-Identifier: MIT */
/* Channels: signal, recording, names, footage. Here they count from 0, in observations from 1. */
#include <string.h>

#include <kit/datetime.h>

#include "xm_take.h"

#define MASK_BITS 32u /* how the masks go on behind that is not known */

/* Both as an object and as a list of one, as the two descriptions of the maker draw it. */
static const struct json_t *first(const struct json_t *json, const char *pointer)
{
    return vmm_json_item(json, pointer, 0);
}

static void tell_analog(struct xm_device *device, int64_t loss)
{
    for (uint32_t i = 0; i < device->analog && i < device->channels; i++) {
        if (i >= MASK_BITS) {
            vmm_observe_unjudged(&device->to, VMM_FACT_SIGNAL, i + 1, vmm_text_of(""));
            continue;
        }
        device->lost[i] = (loss >> i & 1) != 0;
        device->working[i] = !device->lost[i];
        if (device->lost[i]) {
            vmm_observe_fault_bool(&device->to, VMM_FACT_SIGNAL, i + 1, VMM_REASON_VIDEO_LOSS,
                                   false);
        } else {
            vmm_observe_bool(&device->to, VMM_FACT_SIGNAL, i + 1, true);
        }
    }
}

bool xm_take_work(struct xm_device *device, const struct json_t *work)
{
    const struct json_t *state = first(work, "");
    const struct json_t *alarm = first(state, "/AlarmState");
    int64_t loss = 0;
    if (vmm_json_int(alarm, "/VideoLoss", 0, UINT32_MAX, &loss) != 0) {
        return false;
    }
    tell_analog(device, loss);
    /* "Record" means armed, and a recorder says so of dead channels of the network too. */
    size_t count = vmm_json_count(state, "/ChannelState");
    for (uint32_t i = 0; i < device->analog && i < device->channels && i < count; i++) {
        bool armed = false;
        if (vmm_json_bool(vmm_json_item(state, "/ChannelState", i), "/Record", &armed) == 0) {
            vmm_observe_bool(&device->to, VMM_FACT_RECORDING_NOW, i + 1, armed);
        }
    }
    return true;
}

enum link { LINK_UP, LINK_LOST, LINK_UNKNOWN, LINK_EMPTY };

static enum link link_of(struct vmm_text word)
{
    if (vmm_text_same(word, "Connected")) {
        return LINK_UP;
    }
    if (vmm_text_same(word, "LoginFailed") || vmm_text_same(word, "Offline")) {
        return LINK_LOST;
    }
    return vmm_text_same(word, "NoConfig") ? LINK_EMPTY : LINK_UNKNOWN;
}

static void tell_digital(struct xm_device *device, uint32_t channel, const struct json_t *row)
{
    struct vmm_text word = vmm_json_text(row, "/Status");
    struct vmm_text name = vmm_text_trim(vmm_json_text(row, "/ChnName"));
    enum link link = link_of(word);
    vmm_observe_bool(&device->to, VMM_FACT_CHANNEL_ENABLED, channel + 1, link != LINK_EMPTY);
    if (link == LINK_EMPTY) {
        return;
    }
    vmm_observe_text(&device->to, VMM_FACT_CHANNEL_STATE, channel + 1, word);
    if (name.size > 0) {
        vmm_observe_text(&device->to, VMM_FACT_CHANNEL_NAME, channel + 1, name);
    }
    device->working[channel] = link == LINK_UP;
    if (link == LINK_UP) {
        vmm_observe_bool(&device->to, VMM_FACT_SIGNAL, channel + 1, true);
    } else if (link == LINK_LOST) {
        vmm_observe_fault_bool(&device->to, VMM_FACT_SIGNAL, channel + 1, VMM_REASON_VIDEO_LOSS,
                               false);
    } else {
        vmm_observe_unjudged(&device->to, VMM_FACT_SIGNAL, channel + 1, vmm_text_of(""));
    }
}

bool xm_take_channels(struct xm_device *device, const struct json_t *channels)
{
    size_t count = vmm_json_count(channels, "");
    for (size_t i = 0; i < count && device->analog + i < device->channels; i++) {
        const struct json_t *row = vmm_json_item(channels, "", i);
        if (vmm_json_text(row, "/Status").data != NULL) {
            tell_digital(device, device->analog + (uint32_t)i, row);
        }
    }
    return count > 0;
}

bool xm_take_titles(struct xm_device *device, const struct json_t *titles)
{
    size_t count = vmm_json_count(titles, "");
    for (uint32_t i = 0; i < device->channels && i < count; i++) {
        struct vmm_text name = vmm_text_trim(vmm_json_text(vmm_json_item(titles, "", i), ""));
        if (name.size > 0) {
            vmm_observe_text(&device->to, VMM_FACT_CHANNEL_NAME, i + 1, name);
        }
    }
    return count > 0;
}

/* A moment of the device's own clock, in milliseconds as if it were UTC; 0 when it is none. */
static int64_t moment(const struct json_t *row, const char *pointer)
{
    struct vmm_datetime at;
    bool good = vmm_datetime_parse(vmm_json_text(row, pointer), "%F %T", &at) == 0;
    return good ? vmm_datetime_epoch_ms(&at, 0) : 0;
}

int64_t xm_take_files(const struct json_t *files)
{
    int64_t newest_s = 0;
    size_t count = vmm_json_count(files, "");
    for (size_t i = 0; i < count; i++) {
        int64_t end_s = moment(vmm_json_item(files, "", i), "/EndTime") / 1000;
        newest_s = end_s > newest_s ? end_s : newest_s;
    }
    return newest_s;
}

size_t xm_take_spans(const struct json_t *files, struct vmm_span spans[XM_SPANS_MAX])
{
    size_t count = vmm_json_count(files, "");
    count = count < XM_SPANS_MAX ? count : XM_SPANS_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct json_t *row = vmm_json_item(files, "", i);
        spans[i].begin_ms = moment(row, "/BeginTime");
        spans[i].end_ms = moment(row, "/EndTime");
        if (spans[i].begin_ms <= 0 || spans[i].end_ms < spans[i].begin_ms) {
            return 0;
        }
    }
    return count;
}
