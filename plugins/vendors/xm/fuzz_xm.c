/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "xm_frame.h"
#include "xm_plan.h"

static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->text_size > VMM_TEXT_MAX ||
        o->index > XM_CHANNELS_MAX + 1) {
        abort();
    }
    return 0;
}

static void take_day(struct xm_device *device, const struct json_t *json)
{
    static struct vmm_span spans[XM_SPANS_MAX];
    struct xm_span span = {0};
    size_t count = xm_take_spans(json, spans);
    device->note.turn = 1;
    if (vmm_json_count(json, "") == 0 || xm_plan_next(device, XM_ASK_FILES) != XM_ASK_DAY) {
        return;
    }
    xm_plan_day(device, &span);
    if (span.channel >= device->channels || device->note.scan.missing_s > 86400) {
        abort();
    }
    if (vmm_dayscan_page(&device->note.scan, spans, count, count >= XM_FILES_MAX) !=
        VMM_DAYSCAN_GOES_ON) {
        xm_plan_day_done(device);
    }
}

static void take(struct xm_device *device, const struct json_t *json)
{
    struct xm_span span = {0};
    xm_take_login(device, json);
    xm_take_system(device, json);
    xm_take_general(device, json);
    xm_take_ntp(device, json);
    xm_take_work(device, json);
    xm_take_channels(device, json);
    xm_take_record(device, json);
    xm_take_titles(device, json);
    xm_take_storage(device, json);
    xm_take_time(device, json, 1000, 2000);
    if (xm_plan_footage(device, &span)) {
        xm_plan_footage_more(device, vmm_json_count(json, ""), xm_take_files(json), &span);
        xm_plan_keep(device, &span);
    }
    take_day(device, json);
}

/* The bytes of a connection: what comes out of them as messages is taken for each kind of answer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    struct xm_device device = {.to = {.probe = &probe}, .has_zone = size % 2 == 0};
    struct xm_reader reader;
    struct xm_message message;
    xm_reader_init(&reader);
    for (size_t at = 0; at < size;) {
        size_t part = size - at < 700 ? size - at : 700;
        if (xm_reader_add(&reader, data + at, part) != 0) {
            break;
        }
        at += part;
        int got = xm_reader_next(&reader, &message);
        for (; got == 1; got = xm_reader_next(&reader, &message)) {
            struct json_t *json = NULL;
            if (vmm_json_parse(message.body, VMM_CHARSET_UNKNOWN, &json) == 0) {
                take(&device, json);
                take(&device, vmm_json_item(json, "", 0));
            }
            vmm_json_destroy(json);
        }
        if (got != 0) {
            break;
        }
    }
    xm_reader_finish(&reader);
    return 0;
}
