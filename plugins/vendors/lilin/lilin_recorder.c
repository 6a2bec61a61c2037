/* SPDX-License-Identifier: MIT */
/* What recorders answer: XML, some of it in Big5, and pairs for the clock. */
#include "lilin_parse.h"

#include <kit/disk.h>
#include <kit/xml.h>

#include <stdio.h>

#include "lilin_pairs.h"

#define FUTURE_S 60
#define YEARS_S  (10 * 366 * INT64_C(86400))

/* ---- The clock ---- */

static void read_time(struct vmm_text body, struct lilin_device *device)
{
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    device->has_time =
        lilin_pairs_int(body, "year", 1970, 9998, &year) &&
        lilin_pairs_int(body, "mn", 0, 12, &month) && lilin_pairs_int(body, "date", 1, 31, &day) &&
        lilin_pairs_int(body, "hr", 0, 23, &hour) && lilin_pairs_int(body, "min", 0, 59, &minute) &&
        lilin_pairs_int(body, "sec", 0, 59, &second);
    device->time = (struct vmm_datetime){.year = (int32_t)year,
                                         .month = (int32_t)month,
                                         .day = (int32_t)day,
                                         .hour = (int32_t)hour,
                                         .minute = (int32_t)minute,
                                         .second = (int32_t)second};
}

int lilin_read_clock(struct vmm_text body, struct lilin_device *device,
                     const struct vmm_observer *to)
{
    struct vmm_text server;
    read_time(body, device);
    if (lilin_pairs_find(body, "ntp_server", &server)) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, server);
    }
    return device->has_time ? 0 : VMM_E_PROTO;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

struct vmm_datetime lilin_clock_near(const struct vmm_datetime *told, int64_t near_ms)
{
    struct vmm_datetime from_one = *told;
    struct vmm_datetime from_zero = *told;
    from_zero.month++;
    if (told->month == 0) {
        return from_zero;
    }
    if (told->month == 12) {
        return from_one;
    }
    int64_t one = distance(vmm_datetime_epoch_ms(&from_one, 0), near_ms);
    int64_t zero = distance(vmm_datetime_epoch_ms(&from_zero, 0), near_ms);
    return zero < one ? from_zero : from_one;
}

/* ---- Signals ---- */

/* The number in Camera01, HardDrive12 or ch3; 0 when it is another name, or too large. */
static uint32_t number_of(const struct vmm_xml_node *node, const char *before, uint32_t max)
{
    struct vmm_text name = vmm_xml_name(node);
    int64_t number = 0;
    size_t length = vmm_text_of(before).size;
    if (!vmm_text_begins(name, before) ||
        vmm_text_int(vmm_text_bytes(name.data + length, name.size - length), 1, max, &number) !=
            0) {
        return 0;
    }
    return (uint32_t)number;
}

static void report_health(uint32_t channel, struct vmm_text health, const struct vmm_observer *to)
{
    if (vmm_text_same(health, "connected")) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, channel, true);
    } else if (vmm_text_same(health, "loss")) {
        vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, channel, VMM_REASON_VIDEO_LOSS, false);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, channel, (struct vmm_text){0});
    }
    if (health.size > 0) {
        vmm_observe_text(to, VMM_FACT_CHANNEL_STATE, channel, health);
    }
}

/* A channel that is off, or plays a demonstration, has no source to lose. */
static void read_camera(const struct vmm_xml_node *camera, uint32_t channel,
                        const struct vmm_observer *to)
{
    struct vmm_text type = vmm_xml_text_at(camera, "SourceType");
    if (vmm_text_same(type, "off") || vmm_text_same(type, "demovideo")) {
        vmm_observe_bool(to, VMM_FACT_CHANNEL_ENABLED, channel, false);
        vmm_observe_text(to, VMM_FACT_CHANNEL_STATE, channel, type);
    } else if (vmm_text_same(type, "ipcamera")) {
        char path[16];
        vmm_observe_bool(to, VMM_FACT_CHANNEL_ENABLED, channel, true);
        report_health(channel, vmm_xml_text_at(camera, "SourceHealth"), to);
        snprintf(path, sizeof(path), "/snap%02u", channel - 1);
        vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, channel, vmm_text_of(path));
    } else {
        vmm_observe_unjudged(to, VMM_FACT_CHANNEL_STATE, channel, type);
    }
}

static bool read_each_camera(const struct vmm_xml_node *root, const struct vmm_observer *to)
{
    bool any = false;
    const struct vmm_xml_node *at = vmm_xml_at(root, "CameraStatus/*");
    for (; at != NULL; at = vmm_xml_sibling(at)) {
        uint32_t channel = number_of(at, "Camera", LILIN_CHANNELS_MAX);
        if (channel > 0) {
            read_camera(at, channel, to);
            any = true;
        }
    }
    return any;
}

int lilin_read_cameras(struct vmm_text body, uint32_t charset, const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    int rc = vmm_xml_parse(body, charset, &xml);
    if (rc == 0) {
        rc = read_each_camera(vmm_xml_root(xml), to) ? 0 : VMM_E_PROTO;
    }
    vmm_xml_destroy(xml);
    return rc;
}

/* ---- Disks, fan, temperature ---- */

static bool is_fault_word(struct vmm_text state)
{
    return vmm_text_same(state, "file system error") || vmm_text_same(state, "IO error") ||
           vmm_text_same(state, "S.M.A.R.T fail") || vmm_text_same(state, "unformat");
}

static void report_vendor(const char *name, uint32_t index, struct vmm_text value,
                          const struct vmm_observer *to)
{
    char full[32];
    snprintf(full, sizeof(full), "%s_%u", name, index);
    vmm_observe_vendor(to, full, value);
}

/* True for a bay with a disk in it: an empty one says "none" of everything, and no state. */
static bool read_disk(const struct vmm_xml_node *drive, uint32_t index,
                      const struct vmm_observer *to)
{
    struct vmm_text state = vmm_xml_text_at(drive, "Status");
    struct vmm_text model = vmm_xml_text_at(drive, "ModelName");
    if (state.size == 0 && (model.size == 0 || vmm_text_same(model, "none"))) {
        return false;
    }
    if (vmm_text_same(state, "ok")) {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, index, state);
    } else if (is_fault_word(state)) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, VMM_REASON_DISK_FAULT, state);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_DISK_STATE, index, state);
    }
    report_vendor("disk_model", index, model, to);
    report_vendor("disk_serial", index, vmm_xml_text_at(drive, "SerialNumber"), to);
    /* The unit is wrong in the maker's own example, so this is no size in bytes. */
    report_vendor("disk_capacity", index, vmm_xml_text_at(drive, "Capacity"), to);
    return true;
}

/* Of the words of a fan only ok is told in the texts; a device without one says none. */
static void tell_fan(struct vmm_text word, const struct vmm_observer *to)
{
    char text[64];
    if (word.size == 0 || vmm_text_same(word, "none")) {
        return;
    }
    snprintf(text, sizeof(text), "fan: %.*s", (int)(word.size < 40 ? word.size : 40), word.data);
    if (vmm_text_same(word, "ok")) {
        vmm_observe_text(to, VMM_FACT_HARDWARE, 0, vmm_text_of(text));
    } else {
        vmm_observe_fault_text(to, VMM_FACT_HARDWARE, 0, VMM_REASON_HARDWARE_FAULT,
                               vmm_text_of(text));
    }
}

static void read_environment(const struct vmm_xml_node *root, const struct vmm_observer *to)
{
    struct vmm_text fan = vmm_xml_text_at(root, "EnvironmentStatus/Fan");
    struct vmm_text temperature = vmm_xml_text_at(root, "EnvironmentStatus/Temperature");
    if (fan.size > 0) {
        vmm_observe_vendor(to, "fan", fan);
    }
    tell_fan(fan, to);
    if (temperature.size > 0) {
        vmm_observe_vendor(to, "temperature", temperature);
    }
}

static bool read_drives(const struct vmm_xml_node *root, bool expect_disk,
                        const struct vmm_observer *to)
{
    const struct vmm_xml_node *list = vmm_xml_at(root, "HardDrivesStatus");
    uint32_t bays = 0;
    uint32_t disks = 0;
    for (const struct vmm_xml_node *at = vmm_xml_at(list, "*"); at != NULL;
         at = vmm_xml_sibling(at)) {
        uint32_t index = number_of(at, "HardDrive", LILIN_DISKS_MAX);
        bays += index > 0 ? 1 : 0;
        disks += index > 0 && read_disk(at, index, to) ? 1 : 0;
    }
    if (bays == 0) {
        return false; /* an empty bay is listed too */
    }
    if (disks == 0 && expect_disk) {
        vmm_observe_no_disk(to);
    }
    return true;
}

int lilin_read_system(struct vmm_text body, uint32_t charset, bool expect_disk,
                      const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    int rc = vmm_xml_parse(body, charset, &xml);
    if (rc == 0) {
        rc = read_drives(vmm_xml_root(xml), expect_disk, to) ? 0 : VMM_E_PROTO;
        read_environment(vmm_xml_root(xml), to);
    }
    vmm_xml_destroy(xml);
    return rc;
}

/* ---- Names, schedules, the newest recording ---- */

struct schedule {
    uint32_t on[LILIN_CHANNELS_MAX]; /* the channels whose schedule is on */
    uint32_t count;
};

/* 4: the schedule is on, 0: off; the other numbers are documented nowhere. */
static void read_mode(uint32_t channel, struct vmm_text status, struct schedule *schedule,
                      const struct vmm_observer *to)
{
    if (vmm_text_equal(status, "4")) {
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, channel, vmm_text_of("schedule"));
        schedule->on[schedule->count++] = channel;
    } else if (vmm_text_equal(status, "0")) {
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, channel, vmm_text_of("off"));
    } else if (status.size > 0) {
        vmm_observe_unjudged(to, VMM_FACT_RECORDING_MODE, channel, status);
    }
}

static void read_channels(const struct vmm_xml_node *list, struct schedule *schedule,
                          const struct vmm_observer *to)
{
    for (const struct vmm_xml_node *at = vmm_xml_at(list, "*");
         at != NULL && schedule->count < LILIN_CHANNELS_MAX; at = vmm_xml_sibling(at)) {
        uint32_t channel = number_of(at, "ch", LILIN_CHANNELS_MAX);
        struct vmm_text name = vmm_xml_text_at(at, "chname");
        if (channel == 0) {
            continue;
        }
        if (name.size > 0) {
            vmm_observe_text(to, VMM_FACT_CHANNEL_NAME, channel, name);
        }
        /* A source that is closed (0) or a demonstration (2) records nothing. */
        if (vmm_text_equal(vmm_xml_text_at(at, "source"), "1")) {
            read_mode(channel, vmm_xml_text_at(at, "status"), schedule, to);
        }
    }
}

/* How long ago the moment in this element was by the recorder's own clock; VMM_E_* when it cannot be told. `near` is
 * one that the clock's month is read by. */
static int age_of(const struct vmm_xml_node *root, const char *name, const char *near,
                  const struct lilin_device *device, int64_t *age)
{
    static const char form[] = "%y/%m/%d %H:%M:%S";
    struct vmm_datetime at = {0};
    struct vmm_datetime known = {0};
    struct vmm_text text = vmm_xml_text_at(vmm_xml_search(root, name), "");
    struct vmm_text near_text = vmm_xml_text_at(vmm_xml_search(root, near), "");
    if (!device->has_time || vmm_datetime_parse(text, form, &at) != 0 ||
        vmm_datetime_parse(near_text, form, &known) != 0) {
        return VMM_E_NOENT;
    }
    struct vmm_datetime now = lilin_clock_near(&device->time, vmm_datetime_epoch_ms(&known, 0));
    *age = (vmm_datetime_epoch_ms(&now, 0) - vmm_datetime_epoch_ms(&at, 0)) / 1000;
    return *age < -FUTURE_S || *age > YEARS_S ? VMM_E_RANGE : 0;
}

/* The recorder tells one end for all channels. When that is old, so is each; when it is fresh, it
 * proves the one channel that is scheduled, and of several nobody knows which. */
static void report_newest(const struct schedule *schedule, int64_t age,
                          const struct vmm_observer *to)
{
    char text[24];
    age = age < 0 ? 0 : age;
    snprintf(text, sizeof(text), "%lld", (long long)age);
    vmm_observe_vendor(to, "newest_of_all_s", vmm_text_of(text));
    for (uint32_t i = 0; i < schedule->count && (age > VMM_FOOTAGE_FRESH_S || schedule->count == 1);
         i++) {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, schedule->on[i], age);
    }
}

/* It tells one begin for all channels too, and of several nobody knows which of them was recorded then. */
static void report_oldest(const struct schedule *schedule, int64_t age,
                          const struct vmm_observer *to)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)age);
    vmm_observe_vendor(to, "oldest_of_all_s", vmm_text_of(text));
    if (schedule->count == 1) {
        vmm_observe_int(to, VMM_FACT_RECORDING_OLDEST, schedule->on[0], age);
    }
}

static void read_recording(const struct vmm_xml_node *root, const struct lilin_device *device,
                           const struct vmm_observer *to)
{
    struct schedule schedule = {0};
    bool overwrites = false;
    int64_t age = 0;
    read_channels(vmm_xml_search(root, "rec"), &schedule, to);
    if (vmm_text_bool(vmm_xml_text_at(vmm_xml_search(root, "roverwrite"), ""), &overwrites) == 0) {
        vmm_observe_bool(to, VMM_FACT_DISK_OVERWRITE, 0, overwrites);
    }
    if (age_of(root, "recend", "recend", device, &age) == 0) {
        report_newest(&schedule, age, to);
    }
    if (age_of(root, "recstart", "recend", device, &age) == 0 && age >= 0) {
        report_oldest(&schedule, age, to);
    }
}

int lilin_read_status(struct vmm_text body, uint32_t charset, const struct lilin_device *device,
                      const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    int rc = vmm_xml_parse(body, charset, &xml);
    if (rc == 0) {
        const struct vmm_xml_node *root = vmm_xml_root(xml);
        rc = vmm_text_same(vmm_xml_name(root), "dvr") ? 0 : VMM_E_PROTO;
        if (rc == 0) {
            read_recording(root, device, to);
        }
    }
    vmm_xml_destroy(xml);
    return rc;
}
