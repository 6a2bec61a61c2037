/* SPDX-License-Identifier: MIT */
/* Recording jobs: what records what, and what becomes of it. */
#include "onvif_decode.h"

#include <string.h>

/* A token whole or not at all: cut it names another. */
static void keep_token(char out[ONVIF_TOKEN_MAX], const char *token)
{
    bool fits = token != NULL && strlen(token) < ONVIF_TOKEN_MAX;
    onvif_keep(out, ONVIF_TOKEN_MAX, fits ? token : NULL);
}

/* The first source that is a profile of the device itself; others are receivers, which name none. */
static const char *profile_of(const struct tt__RecordingJobConfiguration *from)
{
    static const char own[] = "http://www.onvif.org/ver10/schema/Profile";
    for (int i = 0; i < from->__sizeSource; i++) {
        const struct tt__SourceReference *source = from->Source[i].SourceToken;
        if (source != NULL && vmm_text_equal(vmm_text_trim(vmm_text_of(source->Type)), own)) {
            return source->Token;
        }
    }
    return NULL;
}

static void take_job(const struct tt__GetRecordingJobsResponseItem *item, struct onvif_jobs *jobs)
{
    const struct tt__RecordingJobConfiguration *from = item->JobConfiguration;
    if (from == NULL || jobs->count == ONVIF_JOBS_MAX) {
        return;
    }
    struct onvif_job *job = &jobs->job[jobs->count++];
    struct vmm_text mode = vmm_text_trim(vmm_text_of(from->Mode));
    *job = (struct onvif_job){0};
    keep_token(job->token, item->JobToken);
    keep_token(job->recording, from->RecordingToken);
    keep_token(job->profile, profile_of(from));
    job->active = vmm_text_same(mode, "Active");
    job->has_mode = job->active || vmm_text_same(mode, "Idle");
    if (from->Priority != NULL) {
        (void)vmm_text_int(vmm_text_trim(vmm_text_of(from->Priority)), 0, INT32_MAX,
                           &job->priority);
    }
}

static void take_jobs(const void *element, void *out)
{
    const struct _trc__GetRecordingJobsResponse *answer = element;
    for (int i = 0; i < answer->__sizeJobItem; i++) {
        take_job(&answer->JobItem[i], out);
    }
}

ONVIF_GET(_trc__GetRecordingJobsResponse, "trc:GetRecordingJobsResponse")

int onvif_decode_jobs(struct vmm_text xml, struct onvif_jobs *out, struct onvif_fault *fault)
{
    out->count = 0;
    return onvif_decode(xml, get__trc__GetRecordingJobsResponse, take_jobs, out, fault);
}

/* ---- States ---- */

static enum onvif_job_word word_of(const char *state)
{
    static const struct {
        const char *state;
        enum onvif_job_word word;
    } words[] = {{"Idle", ONVIF_JOB_IDLE},
                 {"Active", ONVIF_JOB_ACTIVE},
                 {"PartiallyActive", ONVIF_JOB_ACTIVE},
                 {"Error", ONVIF_JOB_ERROR}};
    struct vmm_text told = vmm_text_trim(vmm_text_of(state));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (vmm_text_same(told, words[i].state)) {
            return words[i].word;
        }
    }
    return ONVIF_JOB_OTHER;
}

/* Which track is the video is told by no field: makers put it into the tag of the source or the token of the track. */
static bool is_video(const struct tt__RecordingJobStateTrack *track)
{
    return (track->SourceTag != NULL && strcasestr(track->SourceTag, "video") != NULL) ||
           (track->Destination != NULL && strcasestr(track->Destination, "video") != NULL);
}

/* Footage of one source is footage, whatever has become of the other. */
static void take_track(const struct tt__RecordingJobStateTrack *track,
                       struct onvif_job_state *state, bool first)
{
    enum onvif_job_word word = word_of(track->State);
    if (first || word == ONVIF_JOB_ACTIVE ||
        (word == ONVIF_JOB_ERROR && state->word != ONVIF_JOB_ACTIVE)) {
        state->word = word;
        onvif_keep(state->error, sizeof(state->error),
                   word == ONVIF_JOB_ERROR ? track->Error : NULL);
    }
}

static void take_job_state(const void *element, void *out)
{
    const struct _trc__GetRecordingJobStateResponse *answer = element;
    const struct tt__RecordingJobStateInformation *from = answer->State;
    struct onvif_job_state *state = out;
    bool first = true;
    if (from == NULL) {
        return;
    }
    state->word = word_of(from->State);
    for (int i = 0; i < from->__sizeSources; i++) {
        const struct tt__RecordingJobStateTracks *tracks = from->Sources[i].Tracks;
        for (int k = 0; tracks != NULL && k < tracks->__sizeTrack; k++) {
            if (is_video(&tracks->Track[k])) {
                take_track(&tracks->Track[k], state, first);
                first = false;
            }
        }
    }
}

ONVIF_GET(_trc__GetRecordingJobStateResponse, "trc:GetRecordingJobStateResponse")

int onvif_decode_job_state(struct vmm_text xml, struct onvif_job_state *out,
                           struct onvif_fault *fault)
{
    *out = (struct onvif_job_state){0};
    return onvif_decode(xml, get__trc__GetRecordingJobStateResponse, take_job_state, out, fault);
}
