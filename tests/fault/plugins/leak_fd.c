/* SPDX-License-Identifier: MIT */
/* Opens files until there are no more, then asks the host for a connection. */
#include <fcntl.h>

#include <vmm/http.h>

#include "fault.h"

static void answered(void *arg, const struct vmm_http_answer *answer)
{
    fault_probe->finish(arg, answer->outcome, answer->rung, answer->reason, answer->detail);
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    while (open("/dev/null", O_RDONLY) >= 0) {
    }
    const struct vmm_http_host *http = fault_host->extension(fault_host->context, VMM_HTTP_HOST);
    struct vmm_http_request request = {
        .struct_size = sizeof(request), .method = "GET", .target = "/"};
    return http->request(job, &request, answered, job);
}

FAULT_PROBE("leak_fd", fault_open, probe)
