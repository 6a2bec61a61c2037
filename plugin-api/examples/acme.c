/* SPDX-License-Identifier: MIT */
/* A probe for devices with a page of key=value lines: model and video signal. */
#include <kit/keyvalue.h>
#include <kit/requests.h>

static void read_status(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct vmm_text body = vmm_text_bytes(answer->body, answer->body_size);
    struct vmm_text value;
    bool signal = false;
    (void)state;
    (void)row;
    if (vmm_keyvalue_find(body, "model", 0, &value) != 0) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0, "there is no model");
        return;
    }
    vmm_observe_text(to, VMM_FACT_MODEL, 0, value);
    if (vmm_keyvalue_find(body, "video.signal", 0, &value) != 0) {
        return; /* not offered: not reported, so not judged */
    }
    if (vmm_text_bool(value, &signal) != 0) {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, 1, value);
    } else if (signal) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, 1, true);
    } else {
        vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, 1, VMM_REASON_VIDEO_LOSS, false);
    }
}

static const struct vmm_request_row rows[] = {
    {.name = "alive",
     .target = "/",
     .scopes = VMM_SCOPE_TRIAL,
     .flags = VMM_ROW_ALIVE,
     .http_flags = VMM_HTTP_NO_LOGIN},
    {.name = "status",
     .target = "/cgi-bin/status.cgi",
     .scopes = VMM_SCOPE_FULL,
     .max_bytes = 65536,
     .read = read_status},
};

static const struct vmm_requests_table table = {.list = VMM_REQUEST_LIST(rows)};

VMM_REQUESTS_PLUGIN(table, .name = "acme", .version = "0.1.0", .flag = "FEATURE_VMS_ACME_CGI",
                    .summary = "Acme cameras, by status.cgi", .licence = "MIT");
