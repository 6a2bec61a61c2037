/* SPDX-License-Identifier: MIT */
/* Recordings. */
#include "onvif_decode.h"

#include <string.h>

/* ---- Times ---- */

bool onvif_datetime(const char *text, struct vmm_datetime *out)
{
    static const char *const formats[] = {"%FT%T.%f%z", "%FT%T%z", "%FT%T.%f", "%FT%T", "%F %T"};
    for (size_t i = 0; text != NULL && i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (vmm_datetime_parse(vmm_text_trim(vmm_text_of(text)), formats[i], out) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- Each for itself ---- */

static void take_search(const void *element, void *out)
{
    const struct _tse__FindRecordingsResponse *answer = element;
    bool fits = answer->SearchToken != NULL && strlen(answer->SearchToken) < ONVIF_TOKEN_MAX;
    onvif_keep(out, ONVIF_TOKEN_MAX, fits ? answer->SearchToken : NULL);
}

ONVIF_GET(_tse__FindRecordingsResponse, "tse:FindRecordingsResponse")

int onvif_decode_search(struct vmm_text xml, char token[ONVIF_TOKEN_MAX], struct onvif_fault *fault)
{
    token[0] = '\0';
    return onvif_decode(xml, get__tse__FindRecordingsResponse, take_search, token, fault);
}

/* Queued, Searching, or Unknown. A device that leaves the word out has nothing more to say. */
static bool is_over(const char *state)
{
    struct vmm_text told = vmm_text_trim(vmm_text_of(state));
    return told.size == 0 || vmm_text_same(told, "Completed");
}

static void take_records(const void *element, void *out)
{
    const struct _tse__GetRecordingSearchResultsResponse *answer = element;
    const struct tt__FindRecordingResultList *list = answer->ResultList;
    struct onvif_records *records = out;
    if (list == NULL) {
        return;
    }
    records->complete = is_over(list->SearchState);
    for (int i = 0; i < list->__sizeRecordingInformation && records->count < ONVIF_RECORDS_MAX;
         i++) {
        const struct tt__RecordingInformation *info = &list->RecordingInformation[i];
        struct onvif_record *record = &records->record[records->count++];
        *record = (struct onvif_record){0};
        onvif_keep(record->token, sizeof(record->token), info->RecordingToken);
        onvif_keep(record->source, sizeof(record->source),
                   info->Source != NULL ? info->Source->SourceId : NULL);
        record->has_latest = onvif_datetime(info->LatestRecording, &record->latest);
        record->has_earliest = onvif_datetime(info->EarliestRecording, &record->earliest);
    }
}

ONVIF_GET(_tse__GetRecordingSearchResultsResponse, "tse:GetRecordingSearchResultsResponse")

int onvif_decode_records(struct vmm_text xml, struct onvif_records *out, struct onvif_fault *fault)
{
    out->complete = false;
    out->count = 0;
    return onvif_decode_large(xml, ONVIF_FOUND_MAX, get__tse__GetRecordingSearchResultsResponse,
                              take_records, out, fault);
}

/* ---- All of them in one ---- */

static void take_summary(const void *element, void *out)
{
    const struct _tse__GetRecordingSummaryResponse *answer = element;
    const struct tt__RecordingSummary *from = answer->Summary;
    struct onvif_summary *summary = out;
    int64_t count = 0;
    if (from == NULL || from->NumberRecordings == NULL ||
        vmm_text_int(vmm_text_trim(vmm_text_of(from->NumberRecordings)), 1, INT32_MAX, &count) !=
            0) {
        return; /* without recordings the times mean nothing */
    }
    summary->has_from = onvif_datetime(from->DataFrom, &summary->from);
    summary->has_until = onvif_datetime(from->DataUntil, &summary->until);
}

ONVIF_GET(_tse__GetRecordingSummaryResponse, "tse:GetRecordingSummaryResponse")

int onvif_decode_summary(struct vmm_text xml, struct onvif_summary *out, struct onvif_fault *fault)
{
    *out = (struct onvif_summary){0};
    return onvif_decode(xml, get__tse__GetRecordingSummaryResponse, take_summary, out, fault);
}
