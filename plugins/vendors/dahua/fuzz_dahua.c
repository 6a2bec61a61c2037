/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "dahua_parse.h"

/* The observer checks what it is given, so that a wrong word is a find too. */
static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    struct vmm_text text = vmm_text_bytes(o->text, o->text_size);
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || text.size > VMM_TEXT_MAX ||
        (o->type == VMM_TYPE_TEXT && !vmm_text_is_utf8(text)) ||
        (o->fact == VMM_FACT_DISK_FREE && o->number < 0)) {
        abort();
    }
    return 0;
}

static void read_search(struct vmm_text body)
{
    char cookie[64];
    uint32_t object = 0;
    struct dahua_files files;
    dahua_read_cookie(body, cookie, sizeof(cookie));
    size_t size = strlen(cookie);
    bool is_line = size == 0 || (size > 10 && strcmp(cookie + size - 2, "\r\n") == 0 &&
                                 strcspn(cookie, "\r\n") == size - 2);
    bool has_object = dahua_read_object(body, &object) == 0;
    if (!is_line || (has_object && object == 0)) {
        abort();
    }
    if (dahua_read_files(body, &files) && (files.newest_ms < 0 || files.count < 0)) {
        abort();
    }
}

/* What the answer says it has is all there, and makes a day. */
static void read_day(struct vmm_text body)
{
    static struct vmm_span spans[DAHUA_SPANS_MAX];
    struct vmm_dayscan scan = {0};
    size_t count = 0;
    if (!dahua_read_spans(body, spans, &count)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (count > DAHUA_SPANS_MAX || spans[i].begin_ms <= 0 ||
            spans[i].end_ms < spans[i].begin_ms) {
            abort();
        }
    }
    vmm_dayscan_begin(&scan, 1, INT64_C(1704096000000));
    vmm_dayscan_page(&scan, spans, count, count >= DAHUA_SPANS_MAX);
    if (scan.missing_s > 86400 || scan.end_s > scan.to_s) {
        abort();
    }
}

static void read_plans(struct vmm_text body, const struct vmm_observer *to)
{
    static struct dahua_plans plans;
    if (dahua_read_plans(body, 2, &plans) && plans.has_plan) {
        vmm_weekplan_observe(&plans.plan, 2, INT64_C(1704067200000), to);
    }
    for (uint32_t i = 0; i < DAHUA_MODES_MAX; i++) {
        if (plans.modes[i] != 0 && dahua_mode_word(plans.modes[i]) == NULL) {
            abort();
        }
    }
}

/* The first byte chooses the status. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    static const struct vmm_wallclock_zone zone = {.is_known = true, .minutes = 480};
    static const uint32_t statuses[] = {200, 400, 403, 500};
    const struct vmm_observer to = {.probe = &probe};
    if (size == 0) {
        return 0;
    }
    struct vmm_text body = vmm_text_bytes(data + 1, size - 1);
    struct vmm_http_answer answer = {.status = statuses[data[0] % 4u],
                                     .body = data + 1,
                                     .body_size = size - 1,
                                     .sent_wall_us = INT64_C(1704067200000000),
                                     .received_wall_us = INT64_C(1704067200100000)};
    struct vmm_part part = {0};
    struct dahua_device device = {0};
    dahua_judge(&answer, &part);
    dahua_read_lock(body, &to, &part);
    dahua_read_system(body, &device, &to);
    dahua_read_time(&answer, &zone, &device, &to);
    dahua_read_titles(body, &device, &to);
    dahua_read_states(body, &device);
    dahua_read_losses(body, &device);
    dahua_read_no_disk(body, &to);
    dahua_read_modes(body, &device, &to);
    read_plans(body, &to);
    dahua_read_disks(body, &device, &to);
    dahua_read_ntp(body, &to);
    if (device.channel_count > DAHUA_CHANNELS_MAX) {
        abort();
    }
    dahua_report_channels(&device, &to);
    read_search(body);
    read_day(body);
    return 0;
}
