/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <kit/charset.h>

#include "axis_parse.h"

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->index > AXIS_CHANNELS_MAX ||
        text.size > VMM_TEXT_MAX || (o->type == VMM_TYPE_TEXT && !vmm_text_is_utf8(text))) {
        abort();
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    const struct vmm_observer to = {.probe = &probe};
    struct vmm_text body = vmm_text_bytes(data, size);
    const struct vmm_http_answer answer = {.status = 200,
                                           .body = data,
                                           .body_size = size,
                                           .sent_wall_us = 1704067200000000,
                                           .received_wall_us = 1704067200100000};
    bool ready = false;
    axis_read_ready(body, &ready, &to);
    axis_read_identity(body, &to);
    struct axis_clock clock = {0};
    axis_read_time(&answer, &clock, &to);
    axis_read_ntp(body, &to);
    axis_read_parameters(body, VMM_CHARSET_UNKNOWN, &to);
    axis_read_disks(body, true, &to);
    clock.is_known = true;
    axis_read_recordings(body, &clock, INT64_C(1704067200000), &to);
    return 0;
}
