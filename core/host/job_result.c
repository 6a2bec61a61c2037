/* SPDX-License-Identifier: MIT */
/* From what a look has found to FRAME_RESULT. */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "host/job.h"
#include "host/transcript.h"

/* What a plugin says is held to the vocabulary; what became of the job overrules it. */
static struct job_ending correct(const struct job *job, struct job_ending end)
{
    if (end.outcome >= VMM_OUTCOME_COUNT || end.rung >= VMM_RUNG_COUNT ||
        end.reason >= VMM_REASON_COUNT) {
        return (struct job_ending){.outcome = VMM_OUTCOME_INTERNAL,
                                   .detail =
                                       "the plugin ended the look with words that do not exist"};
    }
    if (job->facts.overflow) {
        return (struct job_ending){
            .outcome = VMM_OUTCOME_INTERNAL,
            .rung = end.rung,
            .detail = "the plugin reported more observations than a look may have"};
    }
    if (end.outcome == VMM_OUTCOME_CANCELLED && job->overdue) {
        end.outcome = VMM_OUTCOME_TIMEOUT;
        end.rung = end.rung != VMM_RUNG_NONE ? end.rung : VMM_RUNG_ANSWER;
        end.detail = end.detail != NULL ? end.detail : "the deadline of the look has passed";
    }
    return end;
}

uint32_t job_login_flags(const struct job *job, uint32_t outcome)
{
    uint32_t flags = job->login.flags;
    uint32_t settled = RESULT_LOGIN_ACCEPTED | RESULT_LOGIN_REFUSED;
    if ((flags & RESULT_LOGIN_TRIED) != 0 && (flags & settled) == 0) {
        bool is_good = outcome == VMM_OUTCOME_OK || outcome == VMM_OUTCOME_PARTIAL;
        if (is_good && job->login.is_answered) {
            flags |= RESULT_LOGIN_ACCEPTED;
        } else if (outcome == VMM_OUTCOME_AUTH) {
            flags |= RESULT_LOGIN_REFUSED;
        }
    }
    return flags;
}

static uint32_t clamp(uint64_t value, uint32_t max)
{
    return value > max ? max : (uint32_t)value;
}

/* A device that was shown the password may repeat it; it stays here. */
static void mask(struct job *job, char detail[TEXT_MAX + 1])
{
    bool is_basic = job->login.auth.challenge.scheme == VMM_AUTH_BASIC;
    if (!job->shows_secret && !(is_basic && (job->login.flags & RESULT_LOGIN_TRIED) != 0)) {
        return;
    }
    struct mask shapes;
    mask_init(&shapes, job->login.user, job->login.password);
    mask_text(&shapes, detail, TEXT_MAX + 1);
    facts_mask(&job->facts, &shapes);
    trace_mask(&job->trace, &shapes);
    mask_finish(&shapes);
}

void job_result_put(struct job *job, const struct job_ending *asked)
{
    struct job_ending end = correct(job, *asked);
    char detail[TEXT_MAX + 1] = "";
    if (end.detail != NULL) {
        text_clean(end.detail, strnlen(end.detail, 4 * TEXT_MAX), detail);
    }
    mask(job, detail);
    uint8_t host_note[NOTE_HOST_MAX];
    struct result_step steps[MESSAGE_STEPS_MAX];
    trace_view(&job->trace, steps);
    struct result_message result = {
        .outcome = (uint8_t)end.outcome,
        .rung = (uint8_t)end.rung,
        .reason = (uint16_t)end.reason,
        .flags = job->flags | job_login_flags(job, end.outcome),
        .slowest_us = job->slowest_us,
        .total_us = clamp(job_age_us(job), UINT32_MAX),
        .requests = (uint16_t)clamp(job->requests, UINT16_MAX),
        .connections = (uint16_t)clamp(job->opened, UINT16_MAX),
        .bytes = clamp(job->bytes, UINT32_MAX),
        .detail = detail,
        .tls_key = {job->tls_key, job->tls_key_seen ? TLS_PIN_SIZE : 0},
        .host_note = {host_note, (uint32_t)login_note(&job->login, host_note)},
        .plugin_note = {job->note, (uint32_t)job->note_size},
        .fact_count = job->facts.count,
        .step_count = job->trace.count,
        .facts = facts_view(&job->facts),
        .steps = steps};
    transcript_put(job);
    if (message_put_result(channel_out(job_setup(job)->channel), job->id, &result) != 0) {
        log_error("job", "a result could not be written");
    }
    explicit_bzero(host_note, sizeof(host_note));
}
