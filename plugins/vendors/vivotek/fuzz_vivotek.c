/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "vivotek_parse.h"

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->index > VIVOTEK_CHANNELS_MAX ||
        text.size > VMM_TEXT_MAX || (o->type == VMM_TYPE_TEXT && !vmm_text_is_utf8(text))) {
        abort();
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    static const struct vivotek_times times = {1704067200000000, 1704067200100000};
    const struct vmm_observer to = {.probe = &probe};
    struct vmm_text body = vmm_text_bytes(data, size);
    struct vivotek_device device = {.has_zone = true};
    vivotek_read_parameters(body, &times, &device, &to);
    vivotek_read_parameters(body, &times, &device, &to); /* with what the first has taught it */
    (void)vivotek_report_setup(&device, &to);
    vivotek_read_storage(body, true, &to);
    struct vivotek_clips clips;
    if (vivotek_read_clips(body, &clips) == VIVOTEK_LINES) {
        (void)vivotek_report_clips(&clips, INT64_C(1704067200000), &to);
    }
    return 0;
}
