/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "uniview_parse.h"

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
    return 0;
}

static void read_all(const struct json_t *data, const struct vmm_http_answer *http,
                     const struct vmm_observer *to)
{
    struct uniview_device device = {0};
    char nonce[64];
    struct uniview_footage footage;
    uint32_t days = 0;
    uniview_read_identity(data, to);
    uniview_read_time(data, http, &device, to);
    uniview_read_ntp(data, to);
    uniview_read_channels(data, &device, to);
    uniview_read_channels(data, &device, to);
    uniview_read_storage(data, true, &device, to);
    uniview_read_records(data, &footage);
    bool has_days = uniview_read_days(data, &days);
    uniview_report_paths(&device, to);
    bool has_nonce = uniview_read_nonce(data, nonce, sizeof(nonce));
    if (footage.newest_s < 0 || footage.oldest_s < 0 || (days & 1u) != 0 ||
        (!has_days && days != 0) || (has_nonce && strpbrk(nonce, "\" \r\n") != NULL)) {
        abort();
    }
    for (uint32_t i = 1; i < device.channel_count; i++) {
        if (device.channels[i - 1].id >= device.channels[i].id) {
            abort();
        }
    }
}

/* The first byte chooses the status. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    static const uint32_t statuses[] = {200, 599, 404, 403, 500, 401};
    const struct vmm_observer to = {.probe = &probe};
    if (size == 0) {
        return 0;
    }
    struct vmm_http_answer http = {.status = statuses[data[0] % 6u],
                                   .headers = "",
                                   .body = data + 1,
                                   .body_size = size - 1,
                                   .sent_wall_us = INT64_C(1704067200000000),
                                   .received_wall_us = INT64_C(1704067200100000)};
    struct uniview_answer answer;
    struct vmm_part part = {0};
    if (uniview_answer_init(&answer, &http, &part) == UNIVIEW_ANSWERED) {
        read_all(answer.data, &http, &to);
    }
    uniview_answer_finish(&answer);
    return 0;
}
