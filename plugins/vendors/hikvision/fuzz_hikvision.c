/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "hikvision_plan.h"

/* Which channels were told to have a signal, or none, of this input. */
static bool told[1u << 14];

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || text.size > VMM_TEXT_MAX ||
        (o->type == VMM_TYPE_TEXT && !vmm_text_is_utf8(text))) {
        abort();
    }
    if (o->fact == VMM_FACT_SIGNAL || o->fact == VMM_FACT_CHANNEL_ENABLED) {
        if (told[o->index]) {
            abort(); /* a second word of it, which may be another */
        }
        told[o->index] = true;
    }
    return 0;
}

static void check_channels(const struct hikvision_device *device)
{
    for (uint32_t i = 0; i < device->channel_count; i++) {
        if (device->channels[i].id == 0 ||
            (i > 0 && device->channels[i - 1].id > device->channels[i].id)) {
            abort();
        }
    }
}

static void read_channels(uint32_t which, struct vmm_text body, struct hikvision_device *device,
                          const struct vmm_observer *to)
{
    switch (which) {
    case 0:
        hikvision_read_inputs(body, device, to);
        hikvision_read_proxies(body, device, to);
        hikvision_read_proxies(body, device, to); /* every id a second time */
        break;
    case 1:
        hikvision_read_proxies(body, device, to);
        hikvision_read_names(body, device, to);
        break;
    default:
        hikvision_read_work(body, device, to);
        break;
    }
    hikvision_report_channels(device, to);
    hikvision_report_paths(device, to);
    check_channels(device);
}

static void walk_back(uint32_t days)
{
    struct vmm_backwalk walk = {.channel = 1};
    for (int i = 0; i < 40 && walk.state == VMM_BACKWALK_BACK; i++) {
        vmm_backwalk_days(&walk, INT64_C(1704067200000), i < 30 ? days : 0);
    }
    if (walk.state == VMM_BACKWALK_BACK) {
        abort();
    }
}

static void scan_day(struct hikvision_footage *footage)
{
    struct vmm_dayscan scan;
    size_t count = footage->matches < HIKVISION_SPANS_MAX ? footage->matches : HIKVISION_SPANS_MAX;
    vmm_dayscan_begin(&scan, 1, INT64_C(1704067200000));
    uint32_t came = vmm_dayscan_page(&scan, footage->spans, count, footage->more);
    if (scan.missing_s > 86400 || scan.end_s > scan.to_s || came > VMM_DAYSCAN_STUCK) {
        abort();
    }
}

static void read_rest(uint32_t which, struct vmm_text body, struct hikvision_device *device,
                      const struct vmm_observer *to)
{
    struct hikvision_footage footage;
    struct vmm_weekplan plan;
    uint32_t days = 0;
    switch (which) {
    case 0:
        hikvision_read_identity(body, device, to);
        hikvision_read_status(body, to);
        break;
    case 1:
        hikvision_read_storage(body, true, device, to);
        hikvision_read_ntp(body, to);
        if (hikvision_read_track(body, &plan) == HIKVISION_READ) {
            vmm_weekplan_observe(&plan, 1, INT64_C(1704067200000), to);
        }
        break;
    case 2:
        if (hikvision_read_search(body, &footage) == HIKVISION_FOREIGN && footage.matches > 0) {
            abort(); /* what was found is never lost */
        }
        scan_day(&footage);
        break;
    default:
        hikvision_read_days(body, &days);
        if ((days & 1u) != 0) {
            abort();
        }
        walk_back(days);
        break;
    }
}

/* The first byte chooses the reader. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    const struct vmm_observer to = {.probe = &probe};
    static const struct hikvision_device known = {
        .channel_count = 2, .channels = {{.id = 1, .flags = HIKVISION_CHANNEL_LIVE}, {.id = 2}}};
    if (size == 0) {
        return 0;
    }
    struct hikvision_device device = data[0] % 2u == 0 ? known : (struct hikvision_device){0};
    struct vmm_text body = vmm_text_bytes(data + 1, size - 1);
    struct vmm_part part = {0};
    struct vmm_http_answer answer = {.status = data[0] < 128 ? 200 : 403,
                                     .body = data + 1,
                                     .body_size = size - 1,
                                     .sent_wall_us = INT64_C(1704067200000000),
                                     .received_wall_us = INT64_C(1704067200100000)};
    memset(told, 0, sizeof(told));
    hikvision_judge(&answer, &part);
    hikvision_read_lock(body, &to, &part);
    hikvision_read_time(&answer, &device, &to);
    read_channels(data[0] / 2u % 3u, body, &device, &to);
    read_rest(data[0] / 8u % 4u, body, &device, &to);
    struct vmm_look look = {.note = data, .note_size = size};
    struct note note;
    note_read(&note, &look);
    return 0;
}
