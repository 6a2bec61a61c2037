/* SPDX-License-Identifier: MIT */
/* Events and recordings. */
#include "onvif_decode.h"

#include <stdio.h>
#include <string.h>

/* ---- Events ---- */

/* The topic without prefixes: "tns1:VideoSource/SignalLoss" is "VideoSource/SignalLoss". */
static void keep_topic(char *out, size_t size, const char *topic)
{
    size_t used = 0;
    struct vmm_text rest = vmm_text_trim(vmm_text_of(topic));
    struct vmm_text part;
    out[0] = '\0';
    while (vmm_text_part(&rest, '/', &part)) {
        const char *colon = part.size > 0 ? memchr(part.data, ':', part.size) : NULL;
        size_t skip = colon != NULL ? (size_t)(colon - part.data) + 1 : 0;
        int length = snprintf(out + used, size - used, "%s%.*s", used > 0 ? "/" : "",
                              (int)(part.size - skip), part.data + skip);
        if (length < 0 || (size_t)length >= size - used) {
            return;
        }
        used += (size_t)length;
    }
}

static bool is_state(const char *name)
{
    static const char *const names[] = {"State", "Failed", "IsTamper", "Critical", "Value"};
    for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void take_message(const struct wsnt__NotificationMessageHolderType *holder,
                         struct onvif_messages *messages)
{
    const struct _tt__Message *from = holder->Message != NULL ? holder->Message->tt__Message : NULL;
    if (from == NULL || holder->Topic == NULL || messages->count == ONVIF_MESSAGES_MAX) {
        return;
    }
    struct onvif_message *message = &messages->message[messages->count++];
    *message = (struct onvif_message){0};
    keep_topic(message->topic, sizeof(message->topic), holder->Topic);
    message->deleted =
        from->PropertyOperation != NULL && strcmp(from->PropertyOperation, "Deleted") == 0;
    if (from->Source != NULL && from->Source->__sizeSimpleItem > 0) {
        onvif_keep(message->source, sizeof(message->source), from->Source->SimpleItem[0].Value);
    }
    for (int i = 0; from->Data != NULL && i < from->Data->__sizeSimpleItem; i++) {
        const struct tt__SimpleItem *item = &from->Data->SimpleItem[i];
        if (!message->has_state && is_state(item->Name) && item->Value != NULL) {
            message->has_state = vmm_text_bool(vmm_text_of(item->Value), &message->state) == 0;
        }
    }
}

static void take_messages(const void *element, void *out)
{
    const struct _tev__PullMessagesResponse *answer = element;
    for (int i = 0; i < answer->__sizeNotificationMessage; i++) {
        take_message(&answer->wsnt__NotificationMessage[i], out);
    }
}

ONVIF_GET(_tev__PullMessagesResponse, "tev:PullMessagesResponse")

int onvif_decode_messages(struct vmm_text xml, struct onvif_messages *out,
                          struct onvif_fault *fault)
{
    out->count = 0;
    return onvif_decode(xml, get__tev__PullMessagesResponse, take_messages, out, fault);
}

/* ---- Recordings ---- */

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

/* xs:dateTime, in UTC; devices leave out the fraction, the zone, or the T. */
static bool take_datetime(const char *text, struct vmm_datetime *out)
{
    static const char *const formats[] = {"%FT%T.%f%z", "%FT%T%z", "%FT%T.%f", "%FT%T", "%F %T"};
    for (size_t i = 0; text != NULL && i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (vmm_datetime_parse(vmm_text_trim(vmm_text_of(text)), formats[i], out) == 0) {
            return true;
        }
    }
    return false;
}

static void take_records(const void *element, void *out)
{
    const struct _tse__GetRecordingSearchResultsResponse *answer = element;
    const struct tt__FindRecordingResultList *list = answer->ResultList;
    struct onvif_records *records = out;
    if (list == NULL) {
        return;
    }
    records->complete = list->SearchState != NULL && strcmp(list->SearchState, "Completed") == 0;
    for (int i = 0; i < list->__sizeRecordingInformation && records->count < ONVIF_RECORDS_MAX;
         i++) {
        const struct tt__RecordingInformation *info = &list->RecordingInformation[i];
        struct onvif_record *record = &records->record[records->count++];
        *record = (struct onvif_record){0};
        onvif_keep(record->source, sizeof(record->source),
                   info->Source != NULL ? info->Source->SourceId : NULL);
        record->has_latest = take_datetime(info->LatestRecording, &record->latest);
        record->has_earliest = take_datetime(info->EarliestRecording, &record->earliest);
    }
}

ONVIF_GET(_tse__GetRecordingSearchResultsResponse, "tse:GetRecordingSearchResultsResponse")

int onvif_decode_records(struct vmm_text xml, struct onvif_records *out, struct onvif_fault *fault)
{
    out->complete = false;
    out->count = 0;
    return onvif_decode(xml, get__tse__GetRecordingSearchResultsResponse, take_records, out, fault);
}
