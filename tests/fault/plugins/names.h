/* SPDX-License-Identifier: MIT */
/* A probe that reaches each device by one request, and always says that another provider speaks its language. */
#ifndef NAMES_H
#define NAMES_H

#include <string.h>

#include <vmm/http.h>

#include "fault.h"

static const char *names_other(void);

static void names_answered(void *arg, const struct vmm_http_answer *answer)
{
    struct vmm_job *job = arg;
    const struct vmm_observation other = {.struct_size = sizeof(other),
                                          .subject = VMM_SUBJECT_DEVICE,
                                          .fact = VMM_FACT_PROVIDER,
                                          .standing = VMM_STANDING_OK,
                                          .type = VMM_TYPE_TEXT,
                                          .text = names_other(),
                                          .text_size = strlen(names_other())};
    if (answer->outcome != VMM_OUTCOME_OK) {
        fault_probe->finish(job, answer->outcome, answer->rung, answer->reason, NULL);
        return;
    }
    fault_probe->observe(job, &other);
    fault_probe->finish(job, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, VMM_REASON_NONE, NULL);
}

static int names_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    const struct vmm_http_host *http = fault_host->extension(fault_host->context, VMM_HTTP_HOST);
    struct vmm_http_request request = {
        .struct_size = sizeof(request), .flags = VMM_HTTP_NO_LOGIN, .method = "GET", .target = "/"};
    return http->request(job, &request, names_answered, job);
}

/* The host stops the request; its callback ends the look. */
static void names_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

#define NAMES_PLUGIN(word, other)                                                                  \
    static const char *names_other(void)                                                           \
    {                                                                                              \
        return other;                                                                              \
    }                                                                                              \
    static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),                           \
                                             .open = fault_open,                                   \
                                             .close = fault_close,                                 \
                                             .probe = names_probe,                                 \
                                             .cancel = names_cancel};                              \
    FAULT_DESCRIPTOR(word, ops, .traits = 0);                                                      \
    FAULT_ENTRY

#endif
