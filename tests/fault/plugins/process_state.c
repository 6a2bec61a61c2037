/* SPDX-License-Identifier: MIT */
/* Changes what belongs to the whole process: locale, signals, umask, folder, environment. */
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"

static int open_plugin(const struct vmm_host *host, void **self)
{
    setenv("LOCPATH", VMM_FAULT_LOCALES, 1);
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
        return -1; /* or nobody would notice that the decimal comma was never tried */
    }
    signal(SIGPIPE, SIG_DFL);
    umask(0);
    (void)!chdir("/");
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "socks5://127.0.0.1:1/", 1);
    return fault_open(host, self);
}

#include <vmm/http.h>

static void answered(void *arg, const struct vmm_http_answer *answer)
{
    fault_probe->finish(arg, answer->outcome, answer->rung, answer->reason, answer->detail);
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    const struct vmm_http_host *http = fault_host->extension(fault_host->context, VMM_HTTP_HOST);
    struct vmm_http_request request = {
        .struct_size = sizeof(request), .method = "GET", .target = "/"};
    return http->request(job, &request, answered, job);
}

FAULT_PROBE("process_state", open_plugin, probe)
