/* SPDX-License-Identifier: MIT */
#include "host/transcript.h"

#include <string.h>

#include "base/log.h"
#include "host/job.h"
#include "host/sized.h"
#include "ipc/transcript.h"

/* ---- Gathering one ---- */

static size_t cut(size_t size)
{
    return size < VMM_TRANSCRIPT_TEXT_MAX ? size : VMM_TRANSCRIPT_TEXT_MAX;
}

static bool fits(const char **text, size_t max)
{
    *text = *text != NULL ? *text : "";
    return strnlen(*text, max + 1) <= max;
}

/* What both sides know of it, with its texts in bounds. */
static int read_answer(struct vmm_answer *answer, const struct vmm_answer *given)
{
    sized_copy(answer, sizeof(*answer), given);
    bool good = answer->way >= VMM_WAY_HTTP && answer->way <= VMM_WAY_OPEN &&
                answer->port <= UINT16_MAX && answer->status <= 999 &&
                fits(&answer->target, VMM_TRANSCRIPT_TARGET_MAX) &&
                fits(&answer->certificate, VMM_TRANSCRIPT_NAME_MAX) &&
                fits(&answer->place, VMM_TRANSCRIPT_PLACE_MAX);
    answer->headers_size = answer->headers != NULL ? cut(answer->headers_size) : 0;
    answer->body_size = answer->body != NULL ? cut(answer->body_size) : 0;
    return good ? 0 : VMM_E_INVAL;
}

static int add_answer(struct vmm_job *handle, const struct vmm_answer *given)
{
    struct job *job = job_of(handle);
    struct vmm_answer answer;
    bool is_over = job == NULL || job->phase == JOB_ABANDONED;
    if (is_over || (job->login.flags & RESULT_LOGIN_TRIED) != 0) {
        return VMM_E_STATE;
    }
    int rc = read_answer(&answer, given);
    if (rc == 0 && job->answers == VMM_TRANSCRIPT_ANSWERS_MAX) {
        rc = VMM_E_TOOBIG;
    }
    if (rc == 0) {
        transcript_add(&job->transcript, &answer);
        rc = buf_failed(&job->transcript) ? VMM_E_NOMEM : 0;
        job->answers += rc == 0;
    }
    return rc;
}

const struct vmm_transcript_host transcript_host = {
    .struct_size = sizeof(struct vmm_transcript_host), .answer = add_answer};

void transcript_put(struct job *job)
{
    struct buf *out = channel_out(job_setup(job)->channel);
    bool good = !buf_failed(&job->transcript);
    if (good && job->answers > 0) {
        good = message_put_transcript(out, FRAME_TRANSCRIPT, job->id, job->answers,
                                      &job->transcript) == 0;
    }
    if (!good) {
        log_error("job", "a transcript could not be written");
    }
    buf_finish(&job->transcript);
    job->answers = 0;
}

/* ---- An opinion on one ---- */

int transcript_weigh(const struct plugin *plugin, const struct frame *frame, struct buf *out)
{
    static struct transcript transcript;
    struct vmm_identify_ops ops;
    struct vmm_opinion opinion = {.struct_size = sizeof(opinion)};
    if (loader_extension(plugin, VMM_IDENTIFY, &ops, sizeof(ops)) != 0 || ops.opinion == NULL ||
        message_get_transcript(frame, &transcript) != 0) {
        return VMM_E_PROTO;
    }
    ops.opinion(&transcript.seen, &opinion);
    opinion.family[sizeof(opinion.family) - 1] = '\0';
    opinion.why[sizeof(opinion.why) - 1] = '\0';
    struct opinion_message message = {
        .certainty = (uint8_t)(opinion.certainty <= UINT8_MAX ? opinion.certainty : UINT8_MAX),
        .flags = (uint8_t)(opinion.flags <= UINT8_MAX ? opinion.flags : UINT8_MAX),
        .answer = (uint8_t)(opinion.answer <= UINT8_MAX ? opinion.answer : UINT8_MAX),
        .family = opinion.family,
        .why = opinion.why};
    return message_put_opinion(out, frame->id, &message);
}
