/* SPDX-License-Identifier: MIT */
/*
 * What an operator has set up in a VIVOTEK device: time server, streams, recording; and the clips
 * that it has recorded.
 */
#include "vivotek_parse.h"

#include <kit/datetime.h>
#include <kit/keyvalue.h>
#include <kit/xml.h>

#include <stdio.h>
#include <stdlib.h>

#define STREAMS_MAX 8u
#define DAY_MS      INT64_C(86400000)
#define CLIPS_MOST  100
#define ALL_DAYS    127 /* a bit a day */

/* ---- Lines ---- */

static bool take_stream(struct vmm_text key, struct vmm_text value, const struct vmm_observer *to)
{
    uint32_t n = 0;
    char path[128];
    if (vmm_keyvalue_index(key, "network_rtsp_s", "_accessname", STREAMS_MAX - 1, &n) != 0) {
        return false;
    }
    if (value.size > 0 && value.size < sizeof(path) - 1) {
        snprintf(path, sizeof(path), "/%.*s", (int)value.size, value.data);
        vmm_observe_text(to, VMM_FACT_STREAM_PATH, n + 1, vmm_text_of(path));
    }
    return true;
}

/* Entry n of the recordings, and which of its names; false for another line. */
static bool split_recording(struct vmm_text key, uint32_t *n, struct vmm_text *name)
{
    static const char *const names[] = {"_enable", "_weekday", "_begintime", "_endtime"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (vmm_keyvalue_index(key, "recording_i", names[i], VIVOTEK_RECORDINGS - 1, n) == 0) {
            *name = vmm_text_of(names[i]);
            return true;
        }
    }
    return false;
}

/* Whatever is not plainly all day and all week goes by a schedule. */
static bool take_recording(struct vmm_text key, struct vmm_text value,
                           struct vivotek_device *device)
{
    uint32_t n = 0;
    struct vmm_text name;
    bool enabled = false;
    int64_t days = 0;
    if (!split_recording(key, &n, &name)) {
        return false;
    }
    struct vivotek_recording *entry = &device->recordings[n];
    if (vmm_text_equal(name, "_enable")) {
        entry->is_told = vmm_text_bool(value, &enabled) == 0;
        entry->enabled = enabled;
        entry->all_week = true; /* until a line says otherwise */
    } else if (vmm_text_equal(name, "_weekday")) {
        entry->all_week = entry->all_week && vmm_text_int(value, 0, 255, &days) == 0 &&
                          (days & ALL_DAYS) == ALL_DAYS;
    } else if (vmm_text_equal(name, "_begintime")) {
        entry->all_week = entry->all_week && vmm_text_equal(value, "00:00");
    } else {
        entry->all_week = entry->all_week && vmm_text_equal(value, "24:00");
    }
    return true;
}

bool vivotek_take_setup(struct vmm_text key, struct vmm_text value, struct vivotek_device *device,
                        const struct vmm_observer *to)
{
    int64_t number = 0;
    if (vmm_text_equal(key, "system_updateinterval")) {
        device->has_interval = vmm_text_int(value, 0, INT32_MAX, &number) == 0;
        device->ntp_is_used = number > 0;
        return true;
    }
    if (vmm_text_equal(key, "capability_nmediastream")) {
        if (vmm_text_int(value, 1, 64, &number) == 0) {
            vmm_observe_int(to, VMM_FACT_STREAMS, 0, number);
        }
        return true;
    }
    return take_stream(key, value, to) || take_recording(key, value, device);
}

/* ---- What they say together ---- */

/* False when nothing is to be recorded. */
static bool report_mode(const struct vivotek_device *device, const struct vmm_observer *to)
{
    bool told = false;
    bool enabled = false;
    bool all_week = false;
    for (size_t i = 0; i < VIVOTEK_RECORDINGS; i++) {
        const struct vivotek_recording *entry = &device->recordings[i];
        told = told || entry->is_told;
        enabled = enabled || entry->enabled;
        all_week = all_week || (entry->enabled && entry->all_week);
    }
    if (told) {
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, 1,
                         vmm_text_of(!enabled   ? "off"
                                     : all_week ? "continuous"
                                                : "schedule"));
    }
    return !told || enabled;
}

bool vivotek_report_setup(const struct vivotek_device *device, const struct vmm_observer *to)
{
    uint32_t channels = device->channels;
    if (device->has_ntp && (!device->ntp_is_set || device->has_interval)) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, device->ntp_is_set && device->ntp_is_used);
    }
    bool records = report_mode(device, to);
    for (uint32_t c = 0; c < channels; c++) {
        char path[64];
        snprintf(path, sizeof(path), "/cgi-bin/viewer/video.jpg?channel=%u", c);
        vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, c + 1, vmm_text_of(path));
    }
    return records;
}

/* ---- Clips ---- */

int vivotek_search_target(int64_t wall_ms, char *target, size_t size)
{
    char from[VMM_DATETIME_TEXT_SIZE];
    char to[VMM_DATETIME_TEXT_SIZE];
    vmm_datetime_print(wall_ms - DAY_MS, "%20", from);
    vmm_datetime_print(wall_ms + 60000, "%20", to);
    int made = snprintf(target, size,
                        "/cgi-bin/admin/lsctrl.cgi?cmd=search&mediaType=videoclip"
                        "&triggerTime='%s'+TO+'%s'&limit=%d&offset=0",
                        from, to, CLIPS_MOST);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

/* Entries are called i0, i1 …; a clip is dated by its trigger. */
static void take_clip(const struct vmm_xml_node *node, int64_t begins[CLIPS_MOST],
                      struct vivotek_clips *clips)
{
    struct vmm_datetime at = {0};
    struct vmm_text text = vmm_xml_text_at(node, "triggerTime");
    if (vmm_datetime_parse(text, "%Y-%m-%d %H:%M:%S", &at) == 0) {
        int64_t ms = vmm_datetime_epoch_ms(&at, 0);
        if (clips->count < CLIPS_MOST) {
            begins[clips->count++] = ms;
        } else {
            clips->is_cut = true;
        }
    }
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* How long a clip is, is not told: not longer than the longest step from one to the next, where they follow each
 * other. */
static void measure(int64_t *begins, struct vivotek_clips *clips)
{
    qsort(begins, (size_t)clips->count, sizeof(begins[0]), by_time);
    for (int64_t i = 1; i < clips->count; i++) {
        int64_t step = begins[i] - begins[i - 1];
        clips->step_ms = step > clips->step_ms ? step : clips->step_ms;
    }
    clips->newest_ms = clips->count > 0 ? begins[clips->count - 1] : 0;
}

static uint32_t read_clips(const struct vmm_xml_node *root, struct vivotek_clips *clips)
{
    int64_t counts = -1;
    int64_t begins[CLIPS_MOST];
    (void)vmm_text_int(vmm_xml_text(vmm_xml_search(root, "counts")), 0, INT32_MAX, &counts);
    const struct vmm_xml_node *first = vmm_xml_search(root, "i0");
    for (const struct vmm_xml_node *node = first; node != NULL; node = vmm_xml_sibling(node)) {
        take_clip(node, begins, clips);
    }
    measure(begins, clips);
    clips->is_cut = clips->is_cut || clips->count == CLIPS_MOST || counts > clips->count;
    return counts == 0 || clips->newest_ms > 0 ? VIVOTEK_LINES : VIVOTEK_FOREIGN;
}

uint32_t vivotek_read_clips(struct vmm_text body, struct vivotek_clips *clips)
{
    struct vmm_xml *xml = NULL;
    *clips = (struct vivotek_clips){0};
    if (vmm_text_begins(vmm_text_trim(body), "ERROR")) {
        return VIVOTEK_ERROR;
    }
    if (vmm_xml_parse(body, VMM_CHARSET_LATIN1, &xml) != 0) {
        return VIVOTEK_FOREIGN;
    }
    bool known = vmm_text_equal(vmm_xml_name(vmm_xml_root(xml)), "stormgr");
    uint32_t kind = known ? read_clips(vmm_xml_root(xml), clips) : VIVOTEK_FOREIGN;
    vmm_xml_destroy(xml);
    return kind;
}

bool vivotek_report_clips(const struct vivotek_clips *clips, int64_t wall_ms,
                          const struct vmm_observer *to)
{
    int64_t age_s = (wall_ms - clips->newest_ms) / 1000;
    bool is_over = !clips->is_cut && clips->count > 1 &&
                   age_s > VMM_FOOTAGE_FRESH_S + 2 * clips->step_ms / 1000;
    if (clips->newest_ms == 0) {
        vmm_observe_no_footage(to, 1, DAY_MS / 1000);
    } else if (is_over || age_s <= VMM_FOOTAGE_FRESH_S) {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, 1, age_s < 0 ? 0 : age_s);
    }
    return clips->newest_ms != 0 && age_s <= VMM_FOOTAGE_FRESH_S;
}
