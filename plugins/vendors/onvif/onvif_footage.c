/* SPDX-License-Identifier: MIT */
/* What is told of recordings, and of the jobs that make them. */
#include <stdio.h>
#include <string.h>

#include "onvif_look.h"

#define SET_MS (INT64_C(946684800) * 1000) /* 2000-01-01: before that no clock was set */

/* ---- Recordings ---- */

ONVIF_TAKE(search)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    (void)to;
    int rc = onvif_decode_search(onvif_body(answer), look->search, &fault);
    onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_SEARCH, part);
}

/* Age by the device's own clock: what it told in UTC, and its offset. -1: of no clock that was set. */
static int64_t age_of(const struct onvif_look *look, const struct vmm_datetime *time,
                      int64_t now_ms)
{
    int64_t then_ms = vmm_datetime_epoch_ms(time, time->has_zone ? time->zone_minutes : 0);
    int64_t age_s = (now_ms + look->offset_ms - then_ms) / 1000;
    return then_ms < SET_MS ? -1 : age_s > 0 ? age_s : 0;
}

static void tell_newest(struct onvif_look *look, uint32_t channel, int64_t age_s,
                        const struct vmm_observer *to)
{
    vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, channel, age_s);
    look->footage[channel] = true;
    look->fresh[channel] = age_s <= ONVIF_FRESH_S;
}

/* What was found of a channel, in seconds; -1: nothing. */
struct ages {
    int64_t newest;
    int64_t oldest;
};

/* A source may have many recordings, in any order. */
static void add_record(struct onvif_look *look, const struct onvif_record *record, int64_t now_ms,
                       struct ages ages[ONVIF_SOURCES_MAX + 1])
{
    uint32_t channel = onvif_look_channel(look, record->source);
    struct ages *of = &ages[channel];
    if (channel == 0) {
        return; /* whose footage it is is not known: not guessed */
    }
    if (record->token[0] != '\0' && look->recordings < ONVIF_RECORDINGS_MAX) {
        memcpy(look->recording[look->recordings].token, record->token, ONVIF_TOKEN_MAX);
        look->recording[look->recordings++].channel = channel;
    }
    int64_t newest = record->has_latest ? age_of(look, &record->latest, now_ms) : -1;
    int64_t oldest = record->has_earliest ? age_of(look, &record->earliest, now_ms) : -1;
    of->newest = newest >= 0 && (of->newest < 0 || newest < of->newest) ? newest : of->newest;
    of->oldest = oldest > of->oldest ? oldest : of->oldest;
}

/* A search that goes on may still find younger footage, and older: until then only what is fresh proves anything. */
static void tell_ages(struct onvif_look *look, uint32_t channel, const struct ages *ages,
                      bool complete, const struct vmm_observer *to)
{
    if (ages->newest >= 0 && (complete || ages->newest <= ONVIF_FRESH_S)) {
        tell_newest(look, channel, ages->newest, to);
    }
    if (ages->oldest >= 0 && complete) {
        vmm_observe_int(to, VMM_FACT_RECORDING_OLDEST, channel, ages->oldest);
    }
}

static void tell_records(struct onvif_look *look, const struct onvif_records *records,
                         int64_t now_ms, const struct vmm_observer *to)
{
    struct ages ages[ONVIF_SOURCES_MAX + 1];
    for (uint32_t channel = 0; channel <= ONVIF_SOURCES_MAX; channel++) {
        ages[channel] = (struct ages){-1, -1};
    }
    for (uint32_t i = 0; i < records->count; i++) {
        add_record(look, &records->record[i], now_ms, ages);
    }
    for (uint32_t channel = 1; look->has_offset && channel <= look->sources; channel++) {
        tell_ages(look, channel, &ages[channel], records->complete, to);
    }
}

ONVIF_TAKE(records)
{
    static struct onvif_records records; /* large; one thread, and not kept */
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_records(onvif_body(answer), &records, &fault);
    if (onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_SEARCH, part)) {
        tell_records(look, &records, answer->received_wall_us / 1000, to);
    }
}

/* Asked only where there is one source. */
ONVIF_TAKE(summary)
{
    struct onvif_look *look = state;
    struct onvif_summary summary;
    struct onvif_fault fault = {0};
    int64_t now_ms = answer->received_wall_us / 1000;
    (void)row;
    int rc = onvif_decode_summary(onvif_body(answer), &summary, &fault);
    if (!onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_SUMMARY, part) || !look->has_offset) {
        return;
    }
    struct ages ages = {summary.has_until ? age_of(look, &summary.until, now_ms) : -1,
                        summary.has_from ? age_of(look, &summary.from, now_ms) : -1};
    tell_ages(look, 1, &ages, true, to);
}

/* Where a recording is played back: no fact of the vocabulary, for nothing is judged by it. */
ONVIF_TAKE(replay)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    char path[ONVIF_PATH_MAX];
    char text[ONVIF_PATH_MAX + 32];
    uint32_t channel = look->recording[look->replay++].channel;
    (void)row;
    int rc = onvif_decode_replay(onvif_body(answer), path, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part) && path[0] != '\0') {
        snprintf(text, sizeof(text), "channel %u: %s", channel, path);
        vmm_observe_vendor(to, "replay_path", vmm_text_of(text));
    }
}

/* ---- Jobs ---- */

/* The channel that a job records: by its profile, or by whose recording it is. 0: not known. */
static uint32_t channel_of(const struct onvif_look *look, const struct onvif_job *job)
{
    for (uint32_t i = 0; job->profile[0] != '\0' && i < look->profiles.count; i++) {
        if (strcmp(look->profiles.profile[i].token, job->profile) == 0) {
            return onvif_look_channel(look, look->profiles.profile[i].source);
        }
    }
    for (uint32_t i = 0; job->recording[0] != '\0' && i < look->recordings; i++) {
        if (strcmp(look->recording[i].token, job->recording) == 0) {
            return look->recording[i].channel;
        }
    }
    return 0;
}

/* One that is active goes before one that is idle, then the one of the higher priority. */
static void keep_job(struct onvif_look *look, const struct onvif_job *job)
{
    uint32_t channel = channel_of(look, job);
    struct onvif_channel_job *kept = &look->job[channel];
    bool better = !kept->told || (job->active && !kept->active) ||
                  (job->active == kept->active && job->priority > kept->priority);
    if (channel != 0 && job->has_mode && better) {
        memcpy(kept->token, job->token, ONVIF_TOKEN_MAX);
        kept->told = true;
        kept->active = job->active;
        kept->priority = job->priority;
    }
}

/* A job that is active records when and as its maker has set it: that it is continuous is not said. One that is idle
 * beside fresh footage shows only that something else records. */
static void tell_mode(const struct onvif_look *look, uint32_t channel,
                      const struct vmm_observer *to)
{
    const struct onvif_channel_job *job = &look->job[channel];
    if (!job->told) {
        return;
    }
    if (job->active || look->fresh[channel]) {
        vmm_observe_unjudged(to, VMM_FACT_RECORDING_MODE, channel,
                             vmm_text_of(job->active ? "Active" : "Idle"));
    } else {
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, channel, vmm_text_of("off"));
        vmm_observe_bool(to, VMM_FACT_RECORDING_NOW, channel, false);
    }
}

/* On to the next channel whose job is active; each look of this kind begins where the one before it ended. */
static void next_state(struct onvif_look *look)
{
    uint32_t first = onvif_look_window(look) * ONVIF_STATES_MAX;
    look->state = 0;
    while (look->state == 0 && look->steps < look->sources && look->asked < ONVIF_STATES_MAX) {
        uint32_t channel = (first + look->steps++) % look->sources + 1;
        if (look->job[channel].active && look->job[channel].token[0] != '\0') {
            look->state = channel;
            look->asked++;
        }
    }
}

ONVIF_TAKE(jobs)
{
    static struct onvif_jobs jobs; /* large; one thread, and not kept */
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_jobs(onvif_body(answer), &jobs, &fault);
    if (!onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_JOBS, part)) {
        return;
    }
    look->jobs_told = true;
    for (uint32_t i = 0; i < jobs.count; i++) {
        keep_job(look, &jobs.job[i]);
    }
    for (uint32_t channel = 1; channel <= look->sources; channel++) {
        tell_mode(look, channel, to);
    }
    next_state(look);
}

static void tell_failed(uint32_t channel, const char *error, const struct vmm_observer *to)
{
    char text[ONVIF_TEXT_MAX + 32];
    vmm_observe_fault_bool(to, VMM_FACT_RECORDING_NOW, channel, VMM_REASON_MISSING_RECORDING,
                           false);
    snprintf(text, sizeof(text), "channel %u: %s", channel, error);
    vmm_observe_vendor(to, "recording_error", vmm_text_of(text));
}

static void tell_job_state(uint32_t channel, const struct onvif_job_state *told,
                           const struct vmm_observer *to)
{
    if (told->word == ONVIF_JOB_ERROR) {
        tell_failed(channel, told->error, to);
    } else if (told->word == ONVIF_JOB_OTHER) {
        vmm_observe_unjudged(to, VMM_FACT_RECORDING_NOW, channel, vmm_text_of(""));
    } else {
        vmm_observe_bool(to, VMM_FACT_RECORDING_NOW, channel, told->word == ONVIF_JOB_ACTIVE);
    }
}

ONVIF_TAKE(job_state)
{
    struct onvif_look *look = state;
    struct onvif_job_state told;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_job_state(onvif_body(answer), &told, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part)) {
        tell_job_state(look->state, &told, to);
        look->job_failed = look->job_failed || told.word == ONVIF_JOB_ERROR;
    }
    next_state(look);
}
