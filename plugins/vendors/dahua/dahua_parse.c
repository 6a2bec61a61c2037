/* SPDX-License-Identifier: MIT */
#include "dahua_parse.h"

#include <kit/json.h>
#include <kit/keyvalue.h>

#include <stdio.h>
#include <string.h>

#define CHANNELS_FULL 128u /* more of them, and a look has no room for what is mere inventory */

/* ---- Errors ---- */

static bool has_word(struct vmm_text text, const char *word)
{
    return text.size > 0 && memmem(text.data, text.size, word, strlen(word)) != NULL;
}

/* The answer is Error, and `rest` what stands behind it. */
static bool is_error(struct vmm_text body, struct vmm_text *rest)
{
    struct vmm_text line;
    *rest = body;
    if (!vmm_text_line(rest, &line)) {
        return false;
    }
    *rest = vmm_text_trim(*rest);
    return vmm_text_same(vmm_text_trim(line), "Error");
}

static void say_status(const struct vmm_http_answer *answer, struct vmm_text body,
                       struct vmm_part *part)
{
    if (vmm_part_status(part, answer)) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, "Error");
    }
    if (answer->status == 403 && has_word(body, "RmLock")) {
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED, NULL);
    }
}

uint32_t dahua_judge(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    struct vmm_text body = vmm_text_bytes(answer->body, answer->body_size);
    struct vmm_text rest;
    bool error = is_error(body, &rest);
    if (answer->status >= 200 && answer->status <= 299 && !error) {
        return DAHUA_ANSWERED;
    }
    if (error && answer->status == 200 && rest.size == 0) {
        return DAHUA_NOTHING;
    }
    if (answer->status == 404 || answer->status == 501 || answer->status == 400 ||
        (error && answer->status == 200)) {
        return DAHUA_NOT_OFFERED;
    }
    say_status(answer, body, part);
    return DAHUA_REFUSED;
}

void dahua_read_lock(struct vmm_text body, const struct vmm_observer *to, struct vmm_part *part)
{
    struct json_t *json = NULL;
    int64_t number = 0;
    if (vmm_json_parse(body, VMM_CHARSET_UNKNOWN, &json) != 0) {
        return;
    }
    if (vmm_json_int(json, "/RmLogin", 0, 1000, &number) == 0) {
        vmm_observe_int(to, VMM_FACT_LOGIN_TRIES, 0, number);
    }
    if (vmm_json_int(json, "/RmLock", 1, INT32_MAX, &number) == 0) {
        vmm_observe_fault_bool(to, VMM_FACT_LOGIN_LOCKED, 0, VMM_REASON_LOCKED, true);
        vmm_observe_int(to, VMM_FACT_LOGIN_UNLOCK, 0, number);
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED,
                     "the device has locked this account or address");
    }
    vmm_json_destroy(json);
}

/* ---- Single values ---- */

static bool value_of(struct vmm_text body, const char *key, struct vmm_text *value)
{
    return vmm_keyvalue_find(body, key, 0, value) == 0;
}

static bool report(struct vmm_text body, const char *key, uint32_t fact,
                   const struct vmm_observer *to)
{
    struct vmm_text value;
    bool found = value_of(body, key, &value);
    if (found && value.size > 0) {
        vmm_observe_text(to, fact, 0, value);
    }
    return found;
}

/* On some brands the type is a number, and getDeviceType has the name. */
bool dahua_read_system(struct vmm_text body, struct dahua_device *device,
                       const struct vmm_observer *to)
{
    struct vmm_text type;
    int64_t number = 0;
    bool found = value_of(body, "deviceType", &type);
    device->has_number_type = found && vmm_text_int(type, 0, INT64_MAX, &number) == 0;
    if (found && !device->has_number_type && type.size > 0) {
        vmm_observe_text(to, VMM_FACT_MODEL, 0, type);
    }
    struct vmm_text hardware;
    if (value_of(body, "hardwareVersion", &hardware) && hardware.size > 0) {
        vmm_observe_vendor(to, "hardware", hardware);
    }
    return report(body, "serialNumber", VMM_FACT_SERIAL, to) || found;
}

bool dahua_read_type(struct vmm_text body, const struct vmm_observer *to)
{
    return report(body, "type", VMM_FACT_MODEL, to);
}

bool dahua_read_version(struct vmm_text body, const struct vmm_observer *to)
{
    return report(body, "version", VMM_FACT_FIRMWARE, to);
}

bool dahua_read_name(struct vmm_text body, const struct vmm_observer *to)
{
    return report(body, "name", VMM_FACT_HOSTNAME, to);
}

bool dahua_read_vendor(struct vmm_text body, const struct vmm_observer *to)
{
    return report(body, "vendor", VMM_FACT_BRAND, to);
}

bool dahua_read_time(const struct vmm_http_answer *answer, const struct vmm_wallclock_zone *zone,
                     struct dahua_device *device, const struct vmm_observer *to)
{
    struct vmm_text value;
    struct vmm_datetime wall = {0};
    struct vmm_text body = vmm_text_bytes(answer->body, answer->body_size);
    if (!value_of(body, "result", &value) ||
        vmm_datetime_parse(value, "%Y-%m-%d %H:%M:%S", &wall) != 0) {
        return false;
    }
    device->has_wall = true;
    device->wall_ms = vmm_datetime_epoch_ms(&wall, 0) - answer->received_wall_us / 1000;
    vmm_wallclock_observe(to, &wall, zone, answer);
    return true;
}

bool dahua_read_ntp(struct vmm_text body, const struct vmm_observer *to)
{
    struct vmm_text value;
    bool enabled = false;
    if (!value_of(body, "table.NTP.Enable", &value) || vmm_text_bool(value, &enabled) != 0) {
        return false;
    }
    vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, enabled);
    if (value_of(body, "table.NTP.Address", &value)) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, enabled ? value : vmm_text_of(""));
    }
    return true;
}

/* ---- Channels ---- */

static void note_channel(struct dahua_device *device, uint32_t place, uint8_t bits)
{
    device->channels[place] |= bits;
    if (place >= device->channel_count) {
        device->channel_count = place + 1;
    }
}

bool dahua_read_titles(struct vmm_text body, struct dahua_device *device,
                       const struct vmm_observer *to)
{
    struct vmm_text key;
    struct vmm_text value;
    uint32_t place = 0;
    bool any = false;
    while (vmm_keyvalue_next(&body, &key, &value)) {
        if (vmm_keyvalue_index(key, "table.ChannelTitle[", "].Name", DAHUA_CHANNELS_MAX - 1,
                               &place) != 0) {
            continue;
        }
        any = true;
        note_channel(device, place, DAHUA_NAMED);
        if (value.size > 0) {
            vmm_observe_text(to, VMM_FACT_CHANNEL_NAME, place + 1, value);
        }
    }
    return any;
}

bool dahua_read_losses(struct vmm_text body, struct dahua_device *device)
{
    struct vmm_text key;
    struct vmm_text value;
    while (vmm_keyvalue_next(&body, &key, &value)) {
        uint32_t place = 0;
        int64_t channel = 0;
        if (vmm_keyvalue_index(key, "channels[", "]", UINT32_MAX, &place) == 0 &&
            vmm_text_int(value, 0, DAHUA_CHANNELS_MAX - 1, &channel) == 0) {
            device->has_losses = true;
            note_channel(device, (uint32_t)channel, DAHUA_LOST);
        }
    }
    return device->has_losses;
}

bool dahua_read_no_disk(struct vmm_text body, const struct vmm_observer *to)
{
    struct vmm_text key;
    struct vmm_text value;
    bool known = false;
    while (vmm_keyvalue_next(&body, &key, &value)) {
        uint32_t place = 0;
        int64_t storage = 0;
        if (vmm_keyvalue_index(key, "channels[", "]", UINT32_MAX, &place) == 0 &&
            vmm_text_int(value, 0, DAHUA_DISKS_MAX - 1, &storage) == 0) {
            known = true;
            vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, (uint32_t)storage + 1,
                                   VMM_REASON_DISK_MISSING, vmm_text_of("StorageNotExist"));
        }
    }
    return known;
}

static uint8_t state_of(struct vmm_text word)
{
    return vmm_text_same(word, "Connected")   ? DAHUA_CONNECTED
           : vmm_text_same(word, "Unconnect") ? DAHUA_UNCONNECTED
           : vmm_text_same(word, "Empty")     ? DAHUA_EMPTY
                                              : DAHUA_ODD;
}

/* states[n].channel stands before states[n].connectionState; without it n is the channel. */
bool dahua_read_states(struct vmm_text body, struct dahua_device *device)
{
    struct vmm_text key;
    struct vmm_text value;
    uint32_t place = 0;
    uint32_t named = UINT32_MAX;
    int64_t channel = 0;
    while (vmm_keyvalue_next(&body, &key, &value)) {
        if (vmm_keyvalue_index(key, "states[", "].channel", UINT32_MAX, &place) == 0 &&
            vmm_text_int(value, 0, DAHUA_CHANNELS_MAX - 1, &channel) == 0) {
            named = place;
        } else if (vmm_keyvalue_index(key, "states[", "].connectionState", UINT32_MAX, &place) ==
                   0) {
            uint32_t at = named == place ? (uint32_t)channel : place;
            device->has_states = true;
            if (at < DAHUA_CHANNELS_MAX) {
                note_channel(device, at, state_of(value));
            }
        }
    }
    return device->has_states;
}

const char *dahua_mode_word(uint8_t mode)
{
    static const char *const words[] = {NULL, "continuous", "schedule", "motion", "event", "off"};
    return mode < sizeof(words) / sizeof(words[0]) ? words[mode] : NULL;
}

/* Mode 0 goes by the schedule, 1 records always, 2 never; Record[].Enable means nothing. */
bool dahua_read_modes(struct vmm_text body, struct dahua_device *device,
                      const struct vmm_observer *to)
{
    static const uint8_t modes[] = {DAHUA_MODE_SCHEDULE, DAHUA_MODE_CONTINUOUS, DAHUA_MODE_OFF};
    struct vmm_text key;
    struct vmm_text value;
    bool any = false;
    while (vmm_keyvalue_next(&body, &key, &value)) {
        uint32_t place = 0;
        int64_t mode = 0;
        if (vmm_keyvalue_index(key, "table.RecordMode[", "].Mode", DAHUA_CHANNELS_MAX - 1,
                               &place) != 0) {
            continue;
        }
        any = true;
        if (vmm_text_int(value, 0, 2, &mode) == 0) {
            device->modes[place] = modes[mode];
        } else {
            vmm_observe_unjudged(to, VMM_FACT_RECORDING_MODE, place + 1, value);
        }
    }
    return any;
}

static void report_live(uint32_t index, const char *word, const struct vmm_observer *to)
{
    vmm_observe_bool(to, VMM_FACT_SIGNAL, index, true);
    if (word != NULL) {
        vmm_observe_text(to, VMM_FACT_CHANNEL_STATE, index, vmm_text_of(word));
    }
}

static void report_lost(uint32_t index, const char *word, const struct vmm_observer *to)
{
    vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, index, VMM_REASON_VIDEO_LOSS, false);
    vmm_observe_fault_text(to, VMM_FACT_CHANNEL_STATE, index, VMM_REASON_VIDEO_LOSS,
                           vmm_text_of(word));
}

/* A channel of which only the title is known has a signal when the list of losses was read and it
 * is not in it. */
static void report_channel(const struct dahua_device *device, uint32_t place,
                           const struct vmm_observer *to)
{
    uint8_t bits = device->channels[place];
    uint32_t index = place + 1;
    if ((bits & DAHUA_EMPTY) != 0) {
        vmm_observe_bool(to, VMM_FACT_CHANNEL_ENABLED, index, false);
        vmm_observe_unjudged(to, VMM_FACT_CHANNEL_STATE, index, vmm_text_of("Empty"));
    } else if ((bits & DAHUA_UNCONNECTED) != 0) {
        report_lost(index, "Unconnect", to);
    } else if ((bits & DAHUA_LOST) != 0) {
        report_lost(index, "VideoLoss", to);
    } else if ((bits & DAHUA_ODD) != 0) {
        vmm_observe_unjudged(to, VMM_FACT_CHANNEL_STATE, index, vmm_text_of("not known"));
    } else if ((bits & DAHUA_CONNECTED) != 0) {
        report_live(index, device->channel_count <= CHANNELS_FULL ? "Connected" : NULL, to);
    } else if ((bits & DAHUA_NAMED) != 0 && device->has_losses) {
        report_live(index, NULL, to);
    }
}

/* Streams and pictures count channels from 1. */
static void report_paths(uint32_t index, const struct vmm_observer *to)
{
    char path[64];
    snprintf(path, sizeof(path), "/cgi-bin/snapshot.cgi?channel=%u", index);
    vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, index, vmm_text_of(path));
    for (uint32_t stream = 0; stream <= 1; stream++) {
        snprintf(path, sizeof(path), "/cam/realmonitor?channel=%u&subtype=%u", index, stream);
        vmm_observe_text(to, VMM_FACT_STREAM_PATH, index * 10 + stream + 1, vmm_text_of(path));
    }
}

void dahua_report_channels(const struct dahua_device *device, const struct vmm_observer *to)
{
    for (uint32_t i = 0; i < device->channel_count; i++) {
        report_channel(device, i, to);
    }
    bool has_room = device->channel_count <= CHANNELS_FULL;
    for (uint32_t i = 0; i < device->channel_count && has_room; i++) {
        if (device->channels[i] != 0 && (device->channels[i] & DAHUA_EMPTY) == 0) {
            report_paths(i + 1, to);
        }
    }
    if (device->channel_count > 0) {
        vmm_observe_int(to, VMM_FACT_CHANNELS, 0, device->channel_count);
    }
}

/* ---- Disks ---- */

struct disk {
    struct vmm_text state; /* data NULL: not told */
    bool is_there;
    bool has_error;
    bool is_read_only;
    int64_t total;
    int64_t used;
};

/* "2000324395008.000000" */
static int64_t bytes_of(struct vmm_text text)
{
    struct vmm_text whole = {0};
    int64_t number = 0;
    (void)vmm_text_part(&text, '.', &whole);
    return vmm_text_int(whole, 0, INT64_MAX / 64, &number) == 0 ? number : 0;
}

/* Values of the partitions are added up: the disk has what they have together. */
static void take_disk(struct disk *disk, struct vmm_text name, struct vmm_text value)
{
    bool truth = false;
    disk->is_there = true;
    if (vmm_text_equal(name, "State")) {
        disk->state = value;
    } else if (has_word(name, "].IsError") && vmm_text_bool(value, &truth) == 0) {
        disk->has_error = disk->has_error || truth;
    } else if (has_word(name, "].Type")) {
        disk->is_read_only = disk->is_read_only || vmm_text_same(value, "ReadOnly");
    } else if (has_word(name, "].TotalBytes")) {
        disk->total += bytes_of(value);
    } else if (has_word(name, "].UsedBytes")) {
        disk->used += bytes_of(value);
    }
}

static void report_disk(const struct disk *disk, uint32_t index, const struct vmm_observer *to)
{
    struct vmm_text word = disk->has_error ? vmm_text_of("IsError") : disk->state;
    if (disk->has_error || vmm_text_same(word, "Error")) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, VMM_REASON_DISK_FAULT, word);
    } else if (!vmm_text_same(word, "Success")) {
        vmm_observe_unjudged(to, VMM_FACT_DISK_STATE, index, word);
        return;
    } else if (disk->is_read_only) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, VMM_REASON_DISK_READONLY,
                               vmm_text_of("ReadOnly"));
    } else {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, index, word);
    }
    if (disk->total > 0) {
        vmm_observe_int(to, VMM_FACT_DISK_TOTAL, index, disk->total);
        vmm_observe_int(to, VMM_FACT_DISK_FREE, index,
                        disk->used > disk->total ? 0 : disk->total - disk->used);
    }
}

/* list.info[0].Name, or list[0].Name as the printed description has it. */
static bool split_key(struct vmm_text key, uint32_t *place, struct vmm_text *name)
{
    static const char *const heads[] = {"list.info[", "list["};
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        size_t size = strlen(heads[i]);
        if (!vmm_text_begins(key, heads[i])) {
            continue;
        }
        struct vmm_text rest = vmm_text_bytes(key.data + size, key.size - size);
        struct vmm_text digits;
        int64_t number = 0;
        if (!vmm_text_part(&rest, ']', &digits) || rest.size < 2 || rest.data[0] != '.' ||
            vmm_text_int(digits, 0, DAHUA_DISKS_MAX - 1, &number) != 0) {
            return false;
        }
        *place = (uint32_t)number;
        *name = vmm_text_bytes(rest.data + 1, rest.size - 1);
        return true;
    }
    return false;
}

bool dahua_read_disks(struct vmm_text body, struct dahua_device *device,
                      const struct vmm_observer *to)
{
    struct disk disks[DAHUA_DISKS_MAX] = {0};
    struct vmm_text key;
    struct vmm_text value;
    while (vmm_keyvalue_next(&body, &key, &value)) {
        uint32_t place = 0;
        struct vmm_text name;
        if (split_key(key, &place, &name)) {
            take_disk(&disks[place], name, value);
            device->has_disk = true;
        }
    }
    for (uint32_t i = 0; i < DAHUA_DISKS_MAX; i++) {
        if (disks[i].is_there) {
            report_disk(&disks[i], i + 1, to);
        }
    }
    return device->has_disk;
}
