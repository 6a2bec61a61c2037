/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "acti_parse.h"

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->index > ACTI_CHANNELS_MAX ||
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
    struct acti_device device = {0};
    uint16_t port = 0;
    acti_read_identity(body, &device, &to);
    if (acti_read_port(body, &port) == ACTI_VALUES && port == 0) {
        abort();
    }
    acti_read_picture(body, false, true, &to);
    acti_read_picture(body, true, false, &to);
    return 0;
}
