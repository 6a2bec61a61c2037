/* SPDX-License-Identifier: MIT */
#include "vivotek_parse.h"

#include <kit/datetime.h>
#include <kit/keyvalue.h>

#include <stdio.h>

#define RESOLUTION_MS 1000 /* the clock is told in whole seconds */
#define DAYLIGHT_MS   (60 * 60 * 1000)

/* The values of one answer, views of it; data is NULL where the answer does not tell. */
struct values {
    struct vmm_text model;
    struct vmm_text extended;
    struct vmm_text firmware;
    struct vmm_text serial;
    struct vmm_text hostname;
    struct vmm_text videoin_type;
    struct vmm_text nvideoin;
    struct vmm_text zone;
    struct vmm_text daylight;
    struct vmm_text ntp;
    struct vmm_text date;
    struct vmm_text time;
};

static const struct {
    const char *name;
    size_t place;
} names[] = {
    {"system_info_modelname", offsetof(struct values, model)},
    {"system_info_extendedmodelname", offsetof(struct values, extended)},
    {"system_info_firmwareversion", offsetof(struct values, firmware)},
    {"system_info_serialnumber", offsetof(struct values, serial)},
    {"system_hostname", offsetof(struct values, hostname)},
    {"capability_videoin_type", offsetof(struct values, videoin_type)},
    {"capability_nvideoin", offsetof(struct values, nvideoin)},
    {"system_timezoneindex", offsetof(struct values, zone)},
    {"system_daylight_enable", offsetof(struct values, daylight)},
    {"system_ntp", offsetof(struct values, ntp)},
    {"system_date", offsetof(struct values, date)},
    {"system_time", offsetof(struct values, time)},
};

static bool told(struct vmm_text value)
{
    return value.data != NULL;
}

/* ---- The kind of an answer ---- */

static uint32_t kind_without_lines(struct vmm_text body)
{
    struct vmm_text line;
    while (vmm_text_line(&body, &line)) {
        if (vmm_text_begins(vmm_text_trim(line), "ERROR")) {
            return VIVOTEK_ERROR;
        }
    }
    return VIVOTEK_FOREIGN;
}

/* ---- Identity ---- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The serial number is the hardware address without separators: 0002D1322F7D. */
static void report_mac(struct vmm_text serial, const struct vmm_observer *to)
{
    char mac[18];
    size_t at = 0;
    if (serial.size != 12) {
        return;
    }
    for (size_t i = 0; i < serial.size; i++) {
        char c = serial.data[i];
        if (!is_hex(c)) {
            return;
        }
        if (i > 0 && i % 2 == 0) {
            mac[at++] = ':';
        }
        mac[at++] = (char)(c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
    }
    vmm_observe_text(to, VMM_FACT_MAC, 0, vmm_text_bytes(mac, at));
}

/* FNV-1a, 32 bits: enough to see that the firmware is another one. */
static uint32_t hash_of(struct vmm_text text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * 16777619u;
    }
    return hash == 0 ? 1 : hash;
}

static void report_text(struct vmm_text value, uint32_t fact, const struct vmm_observer *to)
{
    if (value.size > 0) {
        vmm_observe_text(to, fact, 0, value);
    }
}

static void read_identity(const struct values *v, struct vivotek_device *device,
                          const struct vmm_observer *to)
{
    report_text(v->model, VMM_FACT_MODEL, to);
    report_text(v->firmware, VMM_FACT_FIRMWARE, to);
    report_text(v->serial, VMM_FACT_SERIAL, to);
    report_text(v->hostname, VMM_FACT_HOSTNAME, to);
    report_mac(v->serial, to);
    if (v->extended.size > 0) {
        vmm_observe_vendor(to, "extended_model", v->extended);
    }
    if (v->firmware.size > 0) {
        device->firmware = hash_of(v->firmware);
    }
}

static void read_capabilities(const struct values *v, struct vivotek_device *device,
                              const struct vmm_observer *to)
{
    int64_t number = 0;
    if (told(v->videoin_type) && vmm_text_int(v->videoin_type, 0, 255, &number) == 0) {
        device->is_encoder = number <= 1;
    }
    if (told(v->nvideoin) && vmm_text_int(v->nvideoin, 1, VIVOTEK_CHANNELS_MAX, &number) == 0) {
        device->channels = (uint32_t)number;
        vmm_observe_int(to, VMM_FACT_CHANNELS, 0, number);
    }
}

/* ---- Clock ---- */

int vivotek_zone_minutes(int64_t units, int32_t *minutes)
{
    if (units < VMM_ZONE_MIN * 2 / 3 || units > VMM_ZONE_MAX * 2 / 3) {
        return VMM_E_RANGE;
    }
    *minutes = (int32_t)(units * 3 / 2); /* 40 units an hour: one and a half minutes each */
    return 0;
}

static void read_zone(const struct values *v, struct vivotek_device *device,
                      const struct vmm_observer *to)
{
    int64_t units = 0;
    int32_t minutes = 0;
    if (told(v->zone) && vmm_text_int(v->zone, INT32_MIN, INT32_MAX, &units) == 0 &&
        vivotek_zone_minutes(units, &minutes) == 0) {
        device->has_zone = true;
        device->zone_minutes = minutes;
        vmm_observe_int(to, VMM_FACT_CLOCK_ZONE, 0, minutes);
    }
    bool daylight = false;
    if (told(v->daylight) && vmm_text_bool(v->daylight, &daylight) == 0) {
        device->daylight = daylight;
        vmm_observe_bool(to, VMM_FACT_CLOCK_DST, 0, daylight);
    }
    if (told(v->ntp)) {
        device->has_ntp = true;
        device->ntp_is_set = v->ntp.size > 0;
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, v->ntp);
    }
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/*
 * The device tells its wall clock. With daylight saving switched on it does not tell whether the
 * step is in force today, so the reading nearer to the true time counts: a clock off by exactly
 * that hour is not seen then, and a right one raises no alarm twice a year.
 */
static void report_clock(const struct vmm_datetime *at, const struct vivotek_times *times,
                         const struct vivotek_device *device, const struct vmm_observer *to)
{
    int64_t device_ms = vmm_datetime_epoch_ms(at, device->zone_minutes);
    int64_t near_ms = times->received_wall_us / 1000;
    if (device->daylight &&
        distance(device_ms - DAYLIGHT_MS, near_ms) < distance(device_ms, near_ms)) {
        device_ms -= DAYLIGHT_MS;
    }
    vmm_observe_clock(to, device_ms, RESOLUTION_MS, times->sent_wall_us, times->received_wall_us);
}

static void read_clock(const struct values *v, const struct vivotek_times *times,
                       struct vivotek_device *device, const struct vmm_observer *to)
{
    char text[64];
    struct vmm_datetime at = {0};
    if (!told(v->date) || !told(v->time) || v->date.size + v->time.size > 60) {
        return;
    }
    snprintf(text, sizeof(text), "%.*s %.*s", (int)v->date.size, v->date.data, (int)v->time.size,
             v->time.data);
    if (vmm_datetime_parse(vmm_text_of(text), "%Y/%m/%d %H:%M:%S", &at) != 0) {
        return;
    }
    device->has_wall = true;
    device->wall_ms = vmm_datetime_epoch_ms(&at, 0) - times->received_wall_us / 1000;
    if (device->has_zone) {
        report_clock(&at, times, device, to);
    }
}

/* ---- Video signal ---- */

/* No manual spells the words of this boolean out; a word that is not known is not judged. */
static void report_signal(uint32_t channel, struct vmm_text value, const struct vmm_observer *to)
{
    bool signal = false;
    if (vmm_text_bool(value, &signal) != 0) {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, channel, value);
    } else if (signal) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, channel, true);
    } else {
        vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, channel, VMM_REASON_VIDEO_LOSS, false);
    }
}

/* ---- An answer of getparam ---- */

static bool take_value(struct values *values, struct vmm_text key, struct vmm_text value)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (vmm_text_equal(key, names[i].name)) {
            *(struct vmm_text *)(void *)((char *)values + names[i].place) = value;
            return true;
        }
    }
    return false;
}

/* Channel n of the names is channel n + 1 of the product's words. Of an encoder only: a camera's
 * sensor has no cable to lose. */
static bool take_signal(struct vmm_text key, struct vmm_text value,
                        const struct vivotek_device *device, const struct vmm_observer *to)
{
    uint32_t n = 0;
    if (!device->is_encoder ||
        vmm_keyvalue_index(key, "status_c", "_signal_detect", VIVOTEK_CHANNELS_MAX - 1, &n) != 0) {
        return false;
    }
    report_signal(n + 1, value, to);
    return true;
}

uint32_t vivotek_read_parameters(struct vmm_text body, const struct vivotek_times *times,
                                 struct vivotek_device *device, const struct vmm_observer *to)
{
    struct values values = {0};
    struct vmm_text rest = body;
    struct vmm_text key;
    struct vmm_text value;
    bool any = false;
    while (vmm_keyvalue_next(&rest, &key, &value)) {
        any = take_value(&values, key, value) || take_signal(key, value, device, to) ||
              vivotek_take_setup(key, value, device, to) || any;
    }
    if (!any) {
        return kind_without_lines(body);
    }
    read_identity(&values, device, to);
    read_capabilities(&values, device, to);
    read_zone(&values, device, to);
    read_clock(&values, times, device, to);
    return VIVOTEK_LINES;
}

/* ---- Storage ---- */

struct disk {
    struct vmm_text state;
    struct vmm_text total;
    struct vmm_text free;
};

/* Words of FD8137's manual, "stormgr_disk". False when the word tells nothing about the card. */
static bool report_state(uint32_t index, struct vmm_text state, bool expect_card,
                         const struct vmm_observer *to)
{
    uint32_t reason = vmm_text_same(state, "error")      ? VMM_REASON_DISK_FAULT
                      : vmm_text_same(state, "readonly") ? VMM_REASON_DISK_READONLY
                      : vmm_text_same(state, "detached") ? VMM_REASON_DISK_MISSING
                                                         : VMM_REASON_NONE;
    if (reason == VMM_REASON_DISK_MISSING && !expect_card) {
        reason = VMM_REASON_NONE;
    }
    if (reason != VMM_REASON_NONE) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, reason, state);
        return true;
    }
    if (vmm_text_same(state, "ready")) {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, index, state);
        return true;
    }
    vmm_observe_unjudged(to, VMM_FACT_DISK_STATE, index, state);
    return false;
}

/* Sizes are told in KB. */
static void report_size(uint32_t index, uint32_t fact, struct vmm_text size,
                        const struct vmm_observer *to)
{
    int64_t kilobytes = 0;
    if (told(size) && vmm_text_int(size, 0, INT64_MAX / 1024, &kilobytes) == 0) {
        vmm_observe_int(to, fact, index, kilobytes * 1024);
    }
}

static bool take_disk(struct disk *disks, struct vmm_text key, struct vmm_text value)
{
    static const struct {
        const char *after;
        size_t place;
    } parts[] = {
        {"_cond", offsetof(struct disk, state)},
        {"_totalsize", offsetof(struct disk, total)},
        {"_freespace", offsetof(struct disk, free)},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint32_t n = 0;
        if (vmm_keyvalue_index(key, "disk_i", parts[i].after, VIVOTEK_DISKS_MAX - 1, &n) == 0) {
            *(struct vmm_text *)(void *)((char *)&disks[n] + parts[i].place) = value;
            return true;
        }
    }
    return false;
}

uint32_t vivotek_read_storage(struct vmm_text body, bool expect_card, const struct vmm_observer *to)
{
    struct disk disks[VIVOTEK_DISKS_MAX] = {0};
    struct vmm_text rest = body;
    struct vmm_text key;
    struct vmm_text value;
    bool any = false;
    while (vmm_keyvalue_next(&rest, &key, &value)) {
        any = take_disk(disks, key, value) || any;
    }
    for (uint32_t i = 0; i < VIVOTEK_DISKS_MAX; i++) {
        if (told(disks[i].state) && report_state(i + 1, disks[i].state, expect_card, to)) {
            report_size(i + 1, VMM_FACT_DISK_TOTAL, disks[i].total, to);
            report_size(i + 1, VMM_FACT_DISK_FREE, disks[i].free, to);
        }
    }
    return any ? VIVOTEK_LINES : kind_without_lines(body);
}
