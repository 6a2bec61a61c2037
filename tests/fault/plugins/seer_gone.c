/* SPDX-License-Identifier: MIT */
/* Tells a transcript and its result, and its process ends right after that. */
#include <pthread.h>
#include <unistd.h>

#include "seer.h"

static void opinion(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    (void)seen;
    seer_say(out, "seer_gone", 40);
}

static void *leave(void *arg)
{
    sleep(2); /* the result is out by then, on a slow machine too */
    _exit(0);
    return arg;
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)look;
    pthread_t thread;
    const struct vmm_transcript_host *transcript =
        fault_host->extension(fault_host->context, VMM_TRANSCRIPT_HOST);
    struct vmm_answer answer = {.struct_size = sizeof(answer), .way = VMM_WAY_OPEN, .port = 80};
    if (transcript->answer(job, &answer) != 0 || pthread_create(&thread, NULL, leave, NULL) != 0) {
        return VMM_E_NOMEM;
    }
    pthread_detach(thread);
    fault_probe->finish(job, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_ANSWER, VMM_REASON_UNSUPPORTED,
                        NULL);
    return 0;
}

FAULT_SEER_THAT("seer_gone", opinion, probe)
