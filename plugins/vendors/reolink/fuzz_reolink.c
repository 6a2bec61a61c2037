/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "reolink_parse.h"

static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    (void)job;
    bool fault = o->standing == VMM_STANDING_FAULT;
    bool device = o->subject == VMM_SUBJECT_DEVICE;
    if (fault != (o->reason != 0) || device != (o->index == 0) || o->text_size > VMM_TEXT_MAX) {
        abort();
    }
    return 0;
}

static void read_search(const struct json_t *reply)
{
    struct reolink_footage footage;
    uint32_t days = 0;
    bool known = reolink_read_footage(reply, &footage);
    if (!known && (footage.has_begin || footage.has_end)) {
        abort();
    }
    if (!reolink_read_days(reply, 2024, 1, &days) ? days != 0 : (days & 1u) != 0) {
        abort();
    }
}

/* Whatever a device answers: no crash, no fact that breaks the vocabulary, no token that would change
 * a query. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
    const struct vmm_observer to = {.probe = &probe};
    const struct vmm_http_answer answer = {.struct_size = sizeof(answer),
                                           .status = 200,
                                           .sent_wall_us = 1704067200000000,
                                           .received_wall_us = 1704067200010000};
    const struct vmm_wallclock_zone zone = {.is_known = size % 2 == 0, .minutes = 480};
    struct reolink_device device = {0};
    char token[REOLINK_TOKEN_MAX + 1] = "";
    struct json_t *reply = NULL;
    if (reolink_parse(vmm_text_bytes(data, size), &reply) != 0) {
        return 0;
    }
    if (reolink_read_login(reply, token) == REOLINK_DONE && strpbrk(token, "&=#% {}\r\n") != NULL) {
        abort();
    }
    (void)reolink_read_device(reply, &zone, &answer, &device, &to);
    reolink_read_schedules(reply, &to);
    read_search(reply);
    vmm_json_destroy(reply);
    return 0;
}
