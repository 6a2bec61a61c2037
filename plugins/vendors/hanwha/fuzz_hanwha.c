/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "hanwha_parse.h"

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    bool sized =
        (o->fact != VMM_FACT_DISK_TOTAL && o->fact != VMM_FACT_DISK_FREE) || o->number >= 0;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->index > HANWHA_CHANNELS_MAX ||
        !sized || text.size > VMM_TEXT_MAX ||
        (o->type == VMM_TYPE_TEXT && !vmm_text_is_utf8(text))) {
        abort();
    }
    return 0;
}

static void read_modes(struct vmm_text body)
{
    uint8_t modes[HANWHA_CHANNELS_MAX] = {0};
    hanwha_read_modes(body, modes);
    hanwha_read_schedule(body, modes);
    for (size_t i = 0; i < sizeof(modes); i++) {
        if (modes[i] > HANWHA_MODE_CONTINUOUS) {
            abort();
        }
    }
}

static void read_footage(struct vmm_text body)
{
    struct hanwha_footage footage;
    uint32_t days = 0;
    hanwha_read_timeline(body, 0, &footage);
    if (hanwha_read_calendar(body, 0, &days) != HANWHA_VALUES ? days != 0 : (days & 1u) != 0) {
        abort();
    }
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
    struct hanwha_device device = {0};
    int64_t bytes = 0;
    hanwha_read_identity(body, &device, &to);
    hanwha_read_date(&answer, &device, &to);
    read_footage(body);
    read_modes(body);
    hanwha_read_events(body, &device, &to);
    hanwha_read_register(body, &device, &to);
    hanwha_read_sources(body, &device, &to);
    device.is_recorder = true;
    hanwha_read_storage(body, &device, true, &to);
    hanwha_read_recording(body, &to);
    return hanwha_size(body, &bytes) == 0 && bytes < 0 ? abort(), 0 : 0;
}
