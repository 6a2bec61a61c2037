/* SPDX-License-Identifier: MIT */
#include "avtech_parse.h"

#include <kit/jpeg.h>
#include <kit/keyvalue.h>

#define DAY_S          86400
#define FUTURE_S       60    /* footage so little ahead of the clock was made just now */
#define LONGEST_S      DAY_S /* no recording is taken to last longer */
#define RECORDINGS_MAX (10 * 366 * (int64_t)DAY_S)

/* ---- The code ---- */

uint32_t avtech_answer(struct vmm_text body, struct vmm_text *data, int64_t *code)
{
    struct vmm_text line;
    struct vmm_text second;
    *data = (struct vmm_text){0};
    if (!vmm_text_line(&body, &line) ||
        vmm_text_int(vmm_text_trim(line), INT32_MIN, INT32_MAX, code) != 0) {
        return AVTECH_FOREIGN;
    }
    if (*code != 0) {
        return AVTECH_CODE;
    }
    (void)vmm_text_line(&body, &second);
    *data = body;
    return AVTECH_OK;
}

/* ---- Identity ---- */

static bool find(struct vmm_text data, const char *key, struct vmm_text *value)
{
    return vmm_keyvalue_find(data, key, VMM_KEYVALUE_ANY_CASE, value) == 0 && value->size > 0;
}

/* The short name, and where there is "None", the number of the product. */
static bool read_model(struct vmm_text data, const struct vmm_observer *to)
{
    struct vmm_text value;
    bool named = find(data, "Product.ShortName", &value) && !vmm_text_same(value, "None");
    if (!named && !find(data, "Product.ID", &value)) {
        return false;
    }
    vmm_observe_text(to, VMM_FACT_MODEL, 0, value);
    return true;
}

/* DVR, and NVR or another word for it. */
static bool is_recorder_type(struct vmm_text type)
{
    return type.size > 2 && vmm_text_same(vmm_text_bytes(type.data + type.size - 2, 2), "VR");
}

/* What has several inputs is taken for a recorder too: no picture of it proves a signal. */
static bool read_type(struct vmm_text data, struct avtech_device *device,
                      const struct vmm_observer *to)
{
    struct vmm_text value;
    int64_t number = 0;
    bool any = find(data, "Product.Type", &value);
    if (any) {
        device->is_recorder = is_recorder_type(value);
        vmm_observe_vendor(to, "product_type", value);
    }
    if (find(data, "Video.Input.Num", &value) &&
        vmm_text_int(value, 1, AVTECH_CHANNELS_MAX, &number) == 0) {
        device->channels = (uint32_t)number;
        device->is_recorder = device->is_recorder || number > 1;
        vmm_observe_int(to, VMM_FACT_CHANNELS, 0, number);
        any = true;
    }
    return any;
}

bool avtech_read_capability(struct vmm_text data, struct avtech_device *device,
                            const struct vmm_observer *to)
{
    struct vmm_text value;
    bool any = read_model(data, to);
    any = read_type(data, device, to) || any;
    if (find(data, "Firmware.Version", &value)) {
        vmm_observe_text(to, VMM_FACT_FIRMWARE, 0, value);
        any = true;
    }
    if (find(data, "MACAddress", &value)) {
        any = vmm_observe_mac(to, value) == 0 || any;
    }
    return any;
}

/* ---- Clock ---- */

bool avtech_read_time(struct vmm_text data, struct avtech_device *device)
{
    struct vmm_text line = {0};
    (void)vmm_text_line(&data, &line);
    device->has_time =
        vmm_datetime_parse(vmm_text_trim(line), "%Y/%m/%d %a %H:%M:%S", &device->time) == 0;
    return device->has_time;
}

/* ---- Recordings ---- */

struct recording {
    uint32_t channel;
    struct vmm_datetime begin;
};

/* Words of list_type. What else may stand there, VLOSS for example, is not known to be footage. */
static bool is_footage(struct vmm_text word)
{
    static const char *const words[] = {"MANUAL", "SYSTEM", "ALARM", "MOTION"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (vmm_text_same(word, words[i])) {
            return true;
        }
    }
    return false;
}

static struct vmm_text take_word(struct vmm_text *rest)
{
    struct vmm_text word = {0};
    *rest = vmm_text_trim(*rest);
    (void)vmm_text_part(rest, ' ', &word);
    return vmm_text_trim(word);
}

/* MOTION 1 2018/12/29 00:24:00 */
static bool read_recording(struct vmm_text line, struct recording *recording)
{
    int64_t channel = 0;
    struct vmm_text rest = line;
    if (!is_footage(take_word(&rest)) ||
        vmm_text_int(take_word(&rest), 1, AVTECH_CHANNELS_MAX, &channel) != 0) {
        return false;
    }
    recording->channel = (uint32_t)channel;
    return vmm_datetime_parse(vmm_text_trim(rest), "%Y/%m/%d %H:%M:%S", &recording->begin) == 0;
}

static int64_t seconds_of(const struct vmm_datetime *time)
{
    return vmm_datetime_epoch_ms(time, 0) / 1000;
}

/* Entries are dated by their begin, and how long one is, is not told: one that began a while ago may still be under way,
 * but for one that no recording lasts for. */
static void report_newest(uint32_t channel, int64_t newest, int64_t now,
                          const struct vmm_observer *to)
{
    int64_t age = now - newest;
    bool may_last = age > VMM_FOOTAGE_FRESH_S && age <= LONGEST_S;
    if (age < -FUTURE_S || age > RECORDINGS_MAX || may_last) {
        vmm_observe_unjudged(to, VMM_FACT_RECORDING_NEWEST, channel, (struct vmm_text){0});
    } else {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, channel, age < 0 ? 0 : age);
    }
}

uint32_t avtech_read_recordings(struct vmm_text data, const struct avtech_device *device,
                                const struct vmm_observer *to)
{
    int64_t newest[AVTECH_CHANNELS_MAX + 1] = {0};
    bool has[AVTECH_CHANNELS_MAX + 1] = {false};
    uint32_t others = 0;
    struct vmm_text line;
    while (vmm_text_line(&data, &line)) {
        struct recording seen = {0};
        line = vmm_text_trim(line);
        if (!read_recording(line, &seen)) {
            others += line.size > 0 ? 1 : 0;
            continue;
        }
        int64_t begin = seconds_of(&seen.begin);
        if (!has[seen.channel] || begin > newest[seen.channel]) {
            newest[seen.channel] = begin;
            has[seen.channel] = true;
        }
    }
    for (uint32_t i = 1; i <= AVTECH_CHANNELS_MAX && device->has_time; i++) {
        if (has[i]) {
            report_newest(i, newest[i], seconds_of(&device->time), to);
        }
    }
    return others;
}

/* ---- The monitor ---- */

struct vmm_text avtech_monitor_word(struct vmm_text body)
{
    struct vmm_text value = {0};
    (void)find(body, "SmartMonitor", &value);
    return value;
}

/* ---- Pictures ---- */

uint64_t avtech_picture_sum(struct vmm_text body)
{
    struct vmm_jpeg jpeg;
    if (vmm_jpeg_read(body, &jpeg) != 0 || !jpeg.is_whole) {
        return 0;
    }
    uint64_t sum = UINT64_C(14695981039346656037); /* FNV-1a, 64 bits */
    for (size_t i = 0; i < body.size; i++) {
        sum = (sum ^ (uint8_t)body.data[i]) * UINT64_C(1099511628211);
    }
    return sum == 0 ? 1 : sum;
}
