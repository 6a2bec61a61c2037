/* SPDX-License-Identifier: MIT */
/* Looks: what a job is given, what it may say, and how it ends. */
#include "mock/mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fact {
    uint32_t subject;
    uint32_t type;
};

#define FACT_ROW(number, NAME, word, subject, type, unit, meaning)                                 \
    [number] = {VMM_SUBJECT_##subject, VMM_TYPE_##type},
static const struct fact facts[VMM_FACT_COUNT] = {VMM_FACTS(FACT_ROW)};
#undef FACT_ROW

/* ---- What may be said ---- */

static const char *wrong_place(const struct vmm_observation *o)
{
    if (o->struct_size != sizeof(*o)) {
        return "struct_size";
    }
    if (o->fact >= VMM_FACT_COUNT || facts[o->fact].subject == 0) {
        return "a fact that is not in the vocabulary";
    }
    if (o->subject != facts[o->fact].subject) {
        return "a subject that is not the fact's";
    }
    if ((o->subject == VMM_SUBJECT_DEVICE) != (o->index == 0)) {
        return "an index that does not fit the subject";
    }
    return NULL;
}

static const char *wrong_standing(const struct vmm_observation *o)
{
    if (o->standing > VMM_STANDING_FAULT) {
        return "a standing that is not in the vocabulary";
    }
    if (o->reason >= VMM_REASON_COUNT) {
        return "a reason that is not in the vocabulary";
    }
    if ((o->standing == VMM_STANDING_FAULT) != (o->reason != VMM_REASON_NONE)) {
        return "a fault needs a reason, and nothing else has one";
    }
    return NULL;
}

static const char *wrong_value(const struct vmm_observation *o)
{
    if (o->type != VMM_TYPE_NONE && o->type != facts[o->fact].type) {
        return "a type that is not the fact's";
    }
    if (o->type == VMM_TYPE_BOOL && (o->number < 0 || o->number > 1)) {
        return "a truth that is neither 0 nor 1";
    }
    if (o->type == VMM_TYPE_TEXT && o->text == NULL && o->text_size > 0) {
        return "a text that is NULL";
    }
    return NULL;
}

static void keep_observation(struct vmm_job *job, const struct vmm_observation *o)
{
    struct vmm_mock_result *result = &job->result;
    size_t count = result->observation_count;
    struct vmm_observation *grown = realloc(job->observations, (count + 1) * sizeof(*grown));
    if (grown == NULL) {
        abort();
    }
    grown[count] = *o;
    bool text = o->type == VMM_TYPE_TEXT;
    grown[count].text = text ? mock_copy(o->text, o->text_size) : NULL;
    job->observations = grown;
    result->observations = grown;
    result->observation_count = count + 1;
}

static int probe_observe(struct vmm_job *job, const struct vmm_observation *o)
{
    struct vmm_mock *mock = job->mock;
    if (job->result.finished) {
        mock_complain(mock, "observe() after finish()");
        return VMM_E_STATE;
    }
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    const char *wrong = wrong_place(o);
    wrong = wrong != NULL ? wrong : wrong_standing(o);
    wrong = wrong != NULL ? wrong : wrong_value(o);
    if (wrong != NULL) {
        mock_complain(mock, "observation of fact %u: %s", o->fact, wrong);
        return VMM_E_INVAL;
    }
    if (job->result.observation_count == VMM_OBSERVATIONS_MAX) {
        mock_complain(mock, "more than %u observations", VMM_OBSERVATIONS_MAX);
        return VMM_E_TOOBIG;
    }
    keep_observation(job, o);
    return 0;
}

static int probe_note(struct vmm_job *job, const void *bytes, size_t size)
{
    struct vmm_mock *mock = job->mock;
    if (job->result.finished) {
        mock_complain(mock, "note() after finish()");
        return VMM_E_STATE;
    }
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    if (size > VMM_NOTE_MAX || (bytes == NULL && size > 0)) {
        mock_complain(mock, "note() of %zu bytes", size);
        return VMM_E_TOOBIG;
    }
    free((void *)job->result.note);
    job->result.note = mock_copy(bytes, size);
    job->result.note_size = size;
    return 0;
}

static void check_finish(struct vmm_job *job, uint32_t outcome, uint32_t rung, uint32_t reason,
                         const char *detail)
{
    struct vmm_mock *mock = job->mock;
    if (outcome >= VMM_OUTCOME_COUNT || rung >= VMM_RUNG_COUNT || reason >= VMM_REASON_COUNT) {
        mock_complain(mock, "finish() with a word that is not in the vocabulary: %u %u %u", outcome,
                      rung, reason);
    }
    if (job->taken_back && outcome != VMM_OUTCOME_CANCELLED) {
        mock_complain(mock, "a job that was taken back finished with outcome %u", outcome);
    }
    if (outcome == VMM_OUTCOME_CANCELLED && !job->taken_back) {
        mock_complain(mock, "a job that nobody took back finished as cancelled");
    }
    if (detail != NULL && strpbrk(detail, "\r\n") != NULL) {
        mock_complain(mock, "finish() with a detail of more than one line");
    }
    if (mock_http_is_open(job) && !job->taken_back) {
        mock_complain(mock, "finish() while a request is under way");
    }
    if (mock_net_count(job) > 0) {
        mock_complain(mock, "finish() while a connection is open");
    }
}

/* What was lent to the plugin until finish(). Gone, so that the sanitizer sees a later use. */
static void take_loan_back(struct vmm_job *job)
{
    free((void *)job->look.device_id);
    free((void *)job->look.options);
    free((void *)job->look.note);
    job->look = (struct vmm_look){0};
}

static void probe_finish(struct vmm_job *job, uint32_t outcome, uint32_t rung, uint32_t reason,
                         const char *detail)
{
    if (job->result.finished) {
        mock_complain(job->mock, "finish() a second time");
        return;
    }
    check_finish(job, outcome, rung, reason, detail);
    free((void *)job->result.detail);
    job->result.detail = mock_string(detail);
    job->result.finished = true;
    job->result.outcome = outcome;
    job->result.rung = rung;
    job->result.reason = reason;
    if (job->deadline.queued) {
        mock_event_remove(job->mock, &job->deadline);
    }
    mock_http_stop(job, job->taken_back);
    mock_net_stop(job, false);
    take_loan_back(job);
}

const struct vmm_probe_host mock_probe_host = {
    .struct_size = sizeof(struct vmm_probe_host),
    .observe = probe_observe,
    .note = probe_note,
    .finish = probe_finish,
};

/* ---- The course of a job ---- */

static uint64_t hash_text(const char *text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a, 64 bits */
    for (; *text != '\0'; text++) {
        hash = (hash ^ (uint8_t)*text) * 1099511628211u;
    }
    return hash;
}

static void fire_deadline(struct vmm_mock *mock, struct mock_event *event)
{
    struct vmm_job *job =
        (struct vmm_job *)(void *)((char *)event - offsetof(struct vmm_job, deadline));
    vmm_mock_cancel(mock, job);
}

static struct vmm_job *job_create(struct vmm_mock *mock, const struct vmm_mock_ask *ask)
{
    struct vmm_job *job = mock_alloc(sizeof(*job));
    job->mock = mock;
    job->next = mock->jobs;
    mock->jobs = job;
    job->deadline.fire = fire_deadline;
    job->port = ask->port;
    job->allowed = ask->connections > 0 ? ask->connections : 1;
    job->no_login = ask->no_login;
    job->no_credential = ask->no_credential;
    job->result.detail = mock_string("");
    mock_transcript_init(job);
    struct vmm_look *look = &job->look;
    look->struct_size = sizeof(*look);
    look->scope = ask->scope == 0 ? VMM_SCOPE_FULL : ask->scope;
    look->deadline_ms = ask->deadline_ms == 0 ? 30000 : ask->deadline_ms;
    look->may_login = ask->no_login ? 0 : 1;
    look->device_id = mock_string(ask->device_id == NULL ? "cam-1" : ask->device_id);
    look->options = mock_settings(mock, mock->descriptor->device_config,
                                  ask->options == NULL ? "{}" : ask->options, "option");
    look->options_hash = hash_text(look->options);
    look->note = ask->note == NULL ? NULL : mock_copy(ask->note, ask->note_size);
    look->note_size = ask->note == NULL ? 0 : ask->note_size;
    return job;
}

/* The look itself is lent for the call only, so the plugin gets a copy that is gone afterwards. */
static int call_probe(struct vmm_mock *mock, struct vmm_job *job)
{
    const struct vmm_probe_ops *ops = mock->descriptor->ops;
    struct vmm_look *lent = mock_copy(&job->look, sizeof(job->look));
    mock_event_add(mock, &job->deadline, (uint64_t)job->look.deadline_ms * 1000);
    int rc = ops->probe(mock->self, job, lent);
    free(lent);
    return rc;
}

struct vmm_job *vmm_mock_probe(struct vmm_mock *mock, const struct vmm_mock_ask *ask)
{
    struct vmm_job *job = job_create(mock, ask);
    if (!mock->is_open || mock->descriptor->kind != VMM_KIND_PROBE) {
        job->result.accepted = VMM_E_STATE;
        take_loan_back(job);
        return job;
    }
    job->result.accepted = call_probe(mock, job);
    if (job->result.accepted == 0) {
        return job;
    }
    if (job->result.finished || mock_http_is_open(job) || mock_net_count(job) > 0) {
        mock_complain(mock, "a job was used and then refused");
    }
    if (!job->result.finished) {
        mock_event_remove(mock, &job->deadline);
        mock_http_stop(job, false);
        mock_net_stop(job, false);
        take_loan_back(job);
    }
    return job;
}

const struct vmm_mock_result *vmm_mock_look(struct vmm_mock *mock, const struct vmm_mock_ask *ask)
{
    struct vmm_job *job = vmm_mock_probe(mock, ask);
    vmm_mock_run(mock);
    if (job->result.accepted == 0 && !job->result.finished) {
        mock_complain(mock, "a job is not finished and nothing is left to happen");
    }
    return &job->result;
}

const struct vmm_mock_result *vmm_mock_result(const struct vmm_job *job)
{
    return &job->result;
}

void vmm_mock_cancel(struct vmm_mock *mock, struct vmm_job *job)
{
    if (job->result.accepted != 0 || job->result.finished || job->taken_back) {
        return;
    }
    job->taken_back = true;
    ((const struct vmm_probe_ops *)mock->descriptor->ops)->cancel(mock->self, job);
    mock_http_stop(job, true);
    mock_net_stop(job, true);
}

const struct vmm_observation *vmm_mock_find(const struct vmm_mock_result *result, uint32_t fact,
                                            uint32_t index)
{
    for (size_t i = result->observation_count; i > 0; i--) {
        const struct vmm_observation *o = &result->observations[i - 1];
        if (o->fact == fact && o->index == index) {
            return o;
        }
    }
    return NULL;
}

static void job_destroy(struct vmm_job *job)
{
    for (size_t i = 0; i < job->result.observation_count; i++) {
        free((void *)job->observations[i].text);
    }
    free(job->observations);
    free((void *)job->result.note);
    free((void *)job->result.detail);
    mock_transcript_release(job);
    take_loan_back(job);
    free(job);
}

void mock_jobs_release(struct vmm_mock *mock)
{
    for (struct vmm_job *job = mock->jobs; job != NULL;) {
        struct vmm_job *next = job->next;
        job_destroy(job);
        job = next;
    }
}
