/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <kit/charset.h>

#include "lilin_pairs.h"
#include "lilin_parse.h"

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->index > LILIN_CHANNELS_MAX ||
        text.size > VMM_TEXT_MAX || (o->type == VMM_TYPE_TEXT && !vmm_text_is_utf8(text))) {
        abort();
    }
    return 0;
}

/* Each pair lies inside the body, behind the one before it. */
static void check_pairs(struct vmm_text body)
{
    struct vmm_text rest = body;
    struct vmm_text key;
    struct vmm_text value;
    const char *at = body.data;
    while (lilin_pairs_next(&rest, &key, &value)) {
        if (key.data < at || value.data < key.data + key.size ||
            value.data + value.size > body.data + body.size) {
            abort();
        }
        at = key.data + key.size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    const struct vmm_observer to = {.probe = &probe};
    struct vmm_text body = vmm_text_bytes(data, size);
    struct lilin_device device = {0};
    struct vmm_datetime time = {0};
    check_pairs(body);
    lilin_read_server(body, &device, &to);
    lilin_read_alarm(body, &time, &to);
    if (lilin_read_clock(body, &device, &to) == 0) {
        time = lilin_clock_near(&device.time, 1704067200000);
    }
    device.has_time = true;
    device.time = (struct vmm_datetime){.year = 2018, .month = 6, .day = 11, .hour = 16};
    uint32_t charset = vmm_charset_of((struct vmm_text){0}, body);
    lilin_read_cameras(body, charset, &to);
    lilin_read_system(body, charset, true, &to);
    lilin_read_status(body, charset, &device, &to);
    lilin_read_intervals(body, charset, &device, &to);
    lilin_read_alarms(body, &device, &to);
    return 0;
}
