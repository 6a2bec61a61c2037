/* SPDX-License-Identifier: MIT */
/* Disks and cards. */
#include "hanwha_parse.h"

#include <jansson.h>

#include <kit/disk.h>
#include <kit/json.h>
#include <kit/keyvalue.h>

#include <stdio.h>

#define MEGABYTE (INT64_C(1) << 20)

/* ---- Sizes ---- */

static int unit_of(struct vmm_text text, int64_t *unit)
{
    static const struct {
        const char *word;
        int64_t bytes;
    } table[] = {{"", MEGABYTE}, {"MB", MEGABYTE}, {"GB", MEGABYTE << 10}, {"TB", MEGABYTE << 20}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (vmm_text_same(text, table[i].word)) {
            *unit = table[i].bytes;
            return 0;
        }
    }
    return VMM_E_INVAL;
}

int hanwha_size(struct vmm_text text, int64_t *bytes)
{
    int64_t whole = 0;
    int64_t hundredths = 0;
    int64_t unit = 0;
    size_t at = 0;
    int places = -1; /* behind the point; none yet */
    text = vmm_text_trim(text);
    if (text.size == 0) {
        return VMM_E_INVAL;
    }
    for (; at < text.size && at < 12; at++) {
        char c = text.data[at];
        if (c == '.' && places < 0 && at > 0) {
            places = 0;
        } else if (c >= '0' && c <= '9' && places < 0) {
            whole = whole * 10 + (c - '0');
        } else if (c >= '0' && c <= '9') {
            hundredths = places < 2 ? hundredths * 10 + (c - '0') : hundredths;
            places += places < 2 ? 1 : 0;
        } else {
            break;
        }
    }
    struct vmm_text rest = vmm_text_trim(vmm_text_bytes(text.data + at, text.size - at));
    if (at == 0 || unit_of(rest, &unit) != 0) {
        return VMM_E_INVAL;
    }
    hundredths *= places == 1 ? 10 : 1;
    if (whole > INT64_MAX / unit / 2) {
        return VMM_E_RANGE;
    }
    *bytes = whole * unit + hundredths * (unit / 100);
    return 0;
}

/* ---- Disks ---- */

struct disk {
    struct vmm_text status;
    struct vmm_text total;
    struct vmm_text used;
    struct vmm_text model;
    struct vmm_text temperature;
    bool seen;
};

/* Normal: ready. Active: recording on it. An empty word: nothing is in the slot. No word at all: there is a disk, of
 * which nothing is known. */
static bool report_disk(uint32_t index, const struct disk *disk, const struct vmm_observer *to)
{
    struct vmm_text status = disk->status;
    int64_t total = 0;
    int64_t used = 0;
    if (status.data != NULL && status.size == 0) {
        return false;
    }
    if (vmm_text_same(status, "Normal") || vmm_text_same(status, "Active")) {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, index, status);
    } else if (vmm_text_same(status, "Error")) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, VMM_REASON_DISK_FAULT, status);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_DISK_STATE, index, status);
    }
    if (hanwha_size(disk->total, &total) == 0) {
        vmm_observe_int(to, VMM_FACT_DISK_TOTAL, index, total);
        if (hanwha_size(disk->used, &used) == 0 && used <= total) {
            vmm_observe_int(to, VMM_FACT_DISK_FREE, index, total - used);
        }
    }
    return true;
}

static void report_vendor(const char *name, uint32_t index, struct vmm_text value,
                          const struct vmm_observer *to)
{
    char full[40];
    if (value.size > 0) {
        snprintf(full, sizeof(full), "%s_%u", name, index);
        vmm_observe_vendor(to, full, value);
    }
}

/* ---- Lines: Storage.1.Status=Normal ---- */

static bool take(struct disk *disks, struct vmm_text key, struct vmm_text value)
{
    static const struct {
        const char *after;
        size_t place;
    } parts[] = {
        {".Status", offsetof(struct disk, status)},
        {".TotalSpace", offsetof(struct disk, total)},
        {".UsedSpace", offsetof(struct disk, used)},
        {".Model", offsetof(struct disk, model)},
        {".TemperatureCelsius", offsetof(struct disk, temperature)},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint32_t n = 0;
        if (vmm_keyvalue_index(key, "Storage.", parts[i].after, HANWHA_DISKS_MAX, &n) == 0 &&
            n > 0) {
            *(struct vmm_text *)(void *)((char *)&disks[n - 1] + parts[i].place) = value;
            disks[n - 1].seen = true;
            return true;
        }
    }
    return false;
}

/* How many disks were told. */
static uint32_t read_lines(struct vmm_text body, bool *any, const struct vmm_observer *to)
{
    struct disk disks[HANWHA_DISKS_MAX] = {0};
    struct vmm_text key;
    struct vmm_text value;
    uint32_t count = 0;
    while (vmm_keyvalue_next(&body, &key, &value)) {
        *any = take(disks, key, value) || vmm_text_same(key, "Status") || *any;
    }
    for (uint32_t i = 0; i < HANWHA_DISKS_MAX; i++) {
        if (disks[i].seen && report_disk(i + 1, &disks[i], to)) {
            report_vendor("disk_model", i + 1, disks[i].model, to);
            report_vendor("disk_temperature", i + 1, disks[i].temperature, to);
            count++;
        }
    }
    return count;
}

/* ---- JSON of a camera: {"Storages":[{"Type":"DAS","Enable":true,"Status":"Normal"}]} ---- */

static uint32_t read_json(struct vmm_text body, bool *any, const struct vmm_observer *to)
{
    struct json_t *json = NULL;
    uint32_t count = 0;
    if (vmm_json_parse(body, VMM_CHARSET_UNKNOWN, &json) != 0) {
        return 0;
    }
    size_t slots = vmm_json_count(json, "/Storages");
    *any = json_is_array(vmm_json_at(json, "/Storages"));
    for (uint32_t i = 0; i < slots && i < HANWHA_DISKS_MAX; i++) {
        const struct json_t *slot = vmm_json_item(json, "/Storages", i);
        bool enabled = true;
        (void)vmm_json_bool(slot, "/Enable", &enabled);
        struct disk disk = {.status = vmm_json_text(slot, "/Status"),
                            .total = vmm_json_text(slot, "/TotalSpace"),
                            .used = vmm_json_text(slot, "/UsedSpace")};
        if (enabled && report_disk(i + 1, &disk, to)) {
            report_vendor("disk_type", i + 1, vmm_json_text(slot, "/Type"), to);
            count++;
        }
    }
    vmm_json_destroy(json);
    return count;
}

uint32_t hanwha_read_storage(struct vmm_text body, struct hanwha_device *device, bool expect_disk,
                             const struct vmm_observer *to)
{
    struct vmm_text text = vmm_text_trim(body);
    bool any = false;
    uint32_t count = text.size > 0 && text.data[0] == '{' ? read_json(body, &any, to)
                                                          : read_lines(body, &any, to);
    if (!any) {
        return hanwha_error_of(body);
    }
    device->has_disk = count > 0;
    if (count == 0 && device->is_recorder && expect_disk) {
        vmm_observe_no_disk(to);
    }
    return HANWHA_VALUES;
}
