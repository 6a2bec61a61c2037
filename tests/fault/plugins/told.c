/* SPDX-License-Identifier: MIT */
/*
 * A good probe for tests, with one request a look, until the device's option "then" tells it to do something else
 * once the answer is there: "crash", or "hang".
 */
#include <string.h>
#include <unistd.h>

#include <vmm/http.h>

#include "fault.h"

struct look {
    struct vmm_job *job;
    void (*then)(void);
};

static volatile int stop;

static void nothing(void)
{
}

static void hang(void)
{
    while (stop == 0) {
        pause();
    }
}

static void answered(void *arg, const struct vmm_http_answer *answer)
{
    struct look *look = arg;
    struct vmm_job *job = look->job;
    look->then();
    free(look);
    fault_probe->finish(job, answer->outcome, answer->rung, answer->reason, answer->detail);
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    (void)self;
    const struct vmm_http_host *http = fault_host->extension(fault_host->context, VMM_HTTP_HOST);
    struct vmm_http_request request = {
        .struct_size = sizeof(request), .method = "GET", .target = "/"};
    struct look *look = calloc(1, sizeof(*look));
    if (look == NULL) {
        return VMM_E_NOMEM;
    }
    *look = (struct look){job, strstr(given->options, "\"crash\"") != NULL  ? fault_crash
                               : strstr(given->options, "\"hang\"") != NULL ? hang
                                                                            : nothing};
    int rc = http->request(job, &request, answered, look);
    if (rc != 0) {
        free(look);
    }
    return rc;
}

/* The host stops the request; its callback ends the look. */
static void cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static const struct vmm_config_item then_item = {.struct_size = sizeof(then_item),
                                                 .type = VMM_CONFIG_WORD,
                                                 .name = "then",
                                                 .summary = "what it does after the answer",
                                                 .default_json = "\"finish\"",
                                                 .words = "finish|crash|hang"};
static const struct vmm_config_item *const options[] = {&then_item, NULL};

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = fault_open,
                                         .close = fault_close,
                                         .probe = probe,
                                         .cancel = cancel};
FAULT_DESCRIPTOR("told", ops, .traits = 0, .device_config = options);
FAULT_ENTRY
