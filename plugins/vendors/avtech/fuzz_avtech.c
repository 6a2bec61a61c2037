/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "avtech_parse.h"

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    bool aged = o->fact != VMM_FACT_RECORDING_NEWEST || o->number >= 0;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->index > AVTECH_CHANNELS_MAX ||
        !aged || text.size > VMM_TEXT_MAX ||
        (o->type == VMM_TYPE_TEXT && !vmm_text_is_utf8(text))) {
        abort();
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    const struct vmm_observer to = {.probe = &probe};
    struct vmm_text body = vmm_text_bytes(data, size);
    struct avtech_device device = {
        .has_time = true,
        .time = {.year = 2024, .month = 1, .day = 1, .hour = 8},
    };
    struct vmm_text rest;
    int64_t code = 0;
    if (avtech_answer(body, &rest, &code) == AVTECH_OK) {
        avtech_read_capability(rest, &device, &to);
        avtech_read_recordings(rest, &device, &to);
        avtech_read_time(rest, &device);
        avtech_read_recordings(rest, &device, &to);
    }
    avtech_monitor_word(body);
    avtech_picture_sum(body);
    return device.channels > AVTECH_CHANNELS_MAX ? abort(), 0 : 0;
}
