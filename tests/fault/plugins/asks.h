/* SPDX-License-Identifier: MIT */
/*
 * The frame of a small probe that asks for one page: FAULT_ASKS(name, answered). `answered` gets the job as its argument and
 * ends it; asks_answered() is the one that does so as it should be, by asks_end().
 */
#ifndef ASKS_H
#define ASKS_H

#include <stdbool.h>

#include <vmm/http.h>

#include "fault.h"

static inline __attribute__((unused)) void asks_end(struct vmm_job *job,
                                                    const struct vmm_http_answer *answer)
{
    bool good = answer->outcome != VMM_OUTCOME_OK || answer->status == 200;
    fault_probe->finish(job, good ? answer->outcome : VMM_OUTCOME_BAD_REPLY, answer->rung,
                        answer->reason, answer->detail);
}

static inline __attribute__((unused)) void asks_answered(void *arg,
                                                         const struct vmm_http_answer *answer)
{
    asks_end(arg, answer);
}

static inline int asks_page(struct vmm_job *job, const struct vmm_look *look, const char *login,
                            vmm_http_fn answered)
{
    const struct vmm_http_host *http = fault_host->extension(fault_host->context, VMM_HTTP_HOST);
    bool logs_in = login != NULL && look->may_login != 0;
    struct vmm_http_request request = {.struct_size = sizeof(request),
                                       .flags = logs_in ? VMM_HTTP_TEMPLATE : 0,
                                       .method = "GET",
                                       .target = logs_in ? login : "/"};
    return http->request(job, &request, answered, job);
}

/* The host stops the request; its callback ends the look. */
static inline void asks_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

/* FAULT_LOGS_IN: with leave to log in it asks for another page, whose address has the words of VMM_HTTP_TEMPLATE. */
#define FAULT_LOGS_IN(word, page, answered)                                                        \
    static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)                 \
    {                                                                                              \
        (void)self;                                                                                \
        return asks_page(job, look, page, answered);                                               \
    }                                                                                              \
    static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),                           \
                                             .open = fault_open,                                   \
                                             .close = fault_close,                                 \
                                             .probe = probe,                                       \
                                             .cancel = asks_cancel};                               \
    FAULT_DESCRIPTOR(word, ops, .traits = 0);                                                      \
    FAULT_ENTRY

#define FAULT_ASKS(word, answered) FAULT_LOGS_IN(word, NULL, answered)

#endif
