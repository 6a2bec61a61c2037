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

static int look_begin(void *plugin, void *state, const struct vmm_look *look,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    (void)plugin;
    (void)state;
    (void)look;
    (void)part;
    *list = (struct vmm_request_list){.rows = rows, .count = sizeof(rows) / sizeof(rows[0])};
    return 0;
}

static const struct vmm_requests_table table = {.begin = look_begin};

static int acme_open(const struct vmm_host *host, void **self)
{
    struct vmm_requests *requests = NULL;
    int rc = vmm_requests_create(host, &table, NULL, &requests);
    *self = requests;
    return rc;
}

static void acme_close(void *self)
{
    vmm_requests_destroy(self);
}

static int acme_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    return vmm_requests_probe(self, job, look);
}

static void acme_cancel(void *self, struct vmm_job *job)
{
    vmm_requests_cancel(self, job);
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = acme_open,
                                         .close = acme_close,
                                         .probe = acme_probe,
                                         .cancel = acme_cancel};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_PROBE,
    .name = "acme",
    .version = "0.1.0",
    .flag = "FEATURE_VMS_ACME_CGI",
    .summary = "Acme cameras, by status.cgi",
    .licence = "MIT",
    .generation = VMM_GENERATION_OVERLAP,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
