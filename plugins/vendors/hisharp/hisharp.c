/* SPDX-License-Identifier: MIT */
/*
 * HiSharp: no API of its own is known. A look keeps what the front page says of itself, asks whether
 * the device speaks ONVIF, and names that provider. It never says that such a device is well.
 */
#include <kit/fingerprint.h>
#include <kit/requests.h>

#define ANSWER_MAX 65536u

/* ---- What is answered ---- */

/* True when the device refuses for load, or fails: then it tells nothing. */
static bool is_unwell(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    if (answer->status == 429 || (answer->status >= 500 && answer->status != 501)) {
        (void)vmm_part_status(part, answer);
        return true;
    }
    return false;
}

static void report(const char *name, struct vmm_text value, const struct vmm_observer *to)
{
    if (value.size > 0) {
        vmm_observe_vendor(to, name, value);
    }
}

static void read_front(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    struct vmm_text headers = vmm_text_bytes(answer->headers, answer->headers_size);
    struct vmm_text value;
    (void)state;
    (void)row;
    if (is_unwell(answer, part)) {
        return;
    }
    if (vmm_text_header(headers, "Server", &value) == 0) {
        report("server", value, to);
    }
    report("realm", vmm_fingerprint_realm(headers), to);
    report("title", vmm_fingerprint_title(vmm_text_bytes(answer->body, answer->body_size)), to);
}

static void read_onvif(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    (void)state;
    (void)row;
    if (is_unwell(answer, part)) {
        return;
    }
    if (vmm_fingerprint_is_onvif(answer)) {
        vmm_observe_text(to, VMM_FACT_PROVIDER, 0, vmm_text_of("onvif"));
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "it speaks the language of the provider onvif");
    } else {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "it speaks no ONVIF at this port; try rtsp, or generic");
    }
}

static const struct vmm_request_row rows[] = {
    {
        .name = "alive",
        .target = "/",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "front page",
        .target = "/",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
        .read = read_front,
    },
    {
        .name = "onvif",
        .method = "POST",
        .target = VMM_FINGERPRINT_ONVIF_TARGET,
        .headers = VMM_FINGERPRINT_ONVIF_HEADERS,
        .body = VMM_FINGERPRINT_ONVIF_BODY,
        .body_size = sizeof(VMM_FINGERPRINT_ONVIF_BODY) - 1,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_NO_LOGIN | VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        .read = read_onvif,
    },
};

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    (void)plugin;
    (void)state;
    (void)given;
    (void)part;
    list->rows = rows;
    list->count = sizeof(rows) / sizeof(rows[0]);
    return 0;
}

static const struct vmm_requests_table table = {
    .begin = look_begin,
};

VMM_REQUESTS_PLUGIN(
    table, .name = "hisharp", .version = "0.1.0", .flag = "FEATURE_VMS_HISHARP_CGI",
    .summary = "HiSharp devices: whether they speak ONVIF, and what they say of themselves",
    .licence = "MIT", .traits = VMM_TRAIT_HANDS_OVER);
