/* SPDX-License-Identifier: MIT */
#include "onvif_ask.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#define TDS  "http://www.onvif.org/ver10/device/wsdl"
#define TRT  "http://www.onvif.org/ver10/media/wsdl"
#define TR2  "http://www.onvif.org/ver20/media/wsdl"
#define TEV  "http://www.onvif.org/ver10/events/wsdl"
#define TSE  "http://www.onvif.org/ver10/search/wsdl"
#define TRC  "http://www.onvif.org/ver10/recording/wsdl"
#define TRP  "http://www.onvif.org/ver10/replay/wsdl"
#define WSNT "http://docs.oasis-open.org/wsn/b-2"
#define SETUP                                                                                      \
    "<StreamSetup><Stream xmlns=\"http://www.onvif.org/ver10/schema\">RTP-Unicast</Stream>"        \
    "<Transport xmlns=\"http://www.onvif.org/ver10/schema\"><Protocol>RTSP</Protocol></Transport>" \
    "</StreamSetup>"

/* Before and behind the token. */
static const struct {
    const char *before;
    const char *behind;
    const char
        *action; /* WS-Addressing, of event operations alone: elsewhere some devices refuse it */
} asks[ONVIF_ASK_COUNT] = {
    [ONVIF_ASK_CLOCK] = {"<GetSystemDateAndTime xmlns=\"" TDS "\"/>", "", NULL},
    [ONVIF_ASK_IDENTITY] = {"<GetDeviceInformation xmlns=\"" TDS "\"/>", "", NULL},
    [ONVIF_ASK_SERVICES] = {"<GetServices xmlns=\"" TDS "\"><IncludeCapability>false"
                            "</IncludeCapability></GetServices>",
                            "", NULL},
    [ONVIF_ASK_CAPABILITIES] = {"<GetCapabilities xmlns=\"" TDS "\"><Category>All</Category>"
                                "</GetCapabilities>",
                                "", NULL},
    [ONVIF_ASK_NTP] = {"<GetNTP xmlns=\"" TDS "\"/>", "", NULL},
    [ONVIF_ASK_HOSTNAME] = {"<GetHostname xmlns=\"" TDS "\"/>", "", NULL},
    [ONVIF_ASK_INTERFACES] = {"<GetNetworkInterfaces xmlns=\"" TDS "\"/>", "", NULL},
    [ONVIF_ASK_PROFILES] = {"<GetProfiles xmlns=\"" TRT "\"/>", "", NULL},
    [ONVIF_ASK_PROFILES2] = {"<GetProfiles xmlns=\"" TR2 "\"><Type>All</Type></GetProfiles>", "",
                             NULL},
    [ONVIF_ASK_STREAM] = {"<GetStreamUri xmlns=\"" TRT "\">" SETUP "<ProfileToken>",
                          "</ProfileToken></GetStreamUri>", NULL},
    [ONVIF_ASK_STREAM2] = {"<GetStreamUri xmlns=\"" TR2
                           "\"><Protocol>RTSP</Protocol><ProfileToken>",
                           "</ProfileToken></GetStreamUri>", NULL},
    [ONVIF_ASK_SNAPSHOT] = {"<GetSnapshotUri xmlns=\"" TRT "\"><ProfileToken>",
                            "</ProfileToken></GetSnapshotUri>", NULL},
    [ONVIF_ASK_SNAPSHOT2] = {"<GetSnapshotUri xmlns=\"" TR2 "\"><ProfileToken>",
                             "</ProfileToken></GetSnapshotUri>", NULL},
    [ONVIF_ASK_TOPICS] = {"<GetEventProperties xmlns=\"" TEV "\"/>", "",
                          TEV "/EventPortType/GetEventPropertiesRequest"},
    [ONVIF_ASK_SUBSCRIBE] = {"<CreatePullPointSubscription xmlns=\"" TEV "\">"
                             "<InitialTerminationTime>PT60S</InitialTerminationTime>"
                             "</CreatePullPointSubscription>",
                             "", TEV "/EventPortType/CreatePullPointSubscriptionRequest"},
    [ONVIF_ASK_PULL] = {"<PullMessages xmlns=\"" TEV "\"><Timeout>PT1S</Timeout>"
                        "<MessageLimit>128</MessageLimit></PullMessages>",
                        "", TEV "/PullPointSubscription/PullMessagesRequest"},
    [ONVIF_ASK_UNSUBSCRIBE] = {"<Unsubscribe xmlns=\"" WSNT "\"/>", "",
                               "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/"
                               "UnsubscribeRequest"},
    [ONVIF_ASK_SEARCH] = {"<FindRecordings xmlns=\"" TSE "\"><Scope/><KeepAliveTime>PT30S"
                          "</KeepAliveTime></FindRecordings>",
                          "", NULL},
    [ONVIF_ASK_RECORDS] = {"<GetRecordingSearchResults xmlns=\"" TSE "\"><SearchToken>",
                           "</SearchToken><WaitTime>PT2S</WaitTime></GetRecordingSearchResults>",
                           NULL},
    [ONVIF_ASK_END_SEARCH] = {"<EndSearch xmlns=\"" TSE "\"><SearchToken>",
                              "</SearchToken></EndSearch>", NULL},
    [ONVIF_ASK_SUMMARY] = {"<GetRecordingSummary xmlns=\"" TSE "\"/>", "", NULL},
    [ONVIF_ASK_JOBS] = {"<GetRecordingJobs xmlns=\"" TRC "\"/>", "", NULL},
    [ONVIF_ASK_JOB_STATE] = {"<GetRecordingJobState xmlns=\"" TRC "\"><JobToken>",
                             "</JobToken></GetRecordingJobState>", NULL},
    [ONVIF_ASK_REPLAY] = {"<GetReplayUri xmlns=\"" TRP "\">" SETUP "<RecordingToken>",
                          "</RecordingToken></GetReplayUri>", NULL},
};

struct writer {
    char *out;
    size_t size;
    size_t used;
    bool full;
};

static void put(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct writer *writer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = writer->size - writer->used;
    int length = writer->full ? -1 : vsnprintf(writer->out + writer->used, room, format, args);
    va_end(args);
    writer->full = length < 0 || (size_t)length >= room;
    writer->used += writer->full ? 0 : (size_t)length;
}

/* A token, which a device may have made of anything; '{' would begin one of the host's words. */
static void put_escaped(struct writer *writer, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("<>&\"'{}", *text) != NULL) {
            put(writer, "&#%u;", (unsigned)(unsigned char)*text);
        } else if ((unsigned char)*text >= ' ') {
            put(writer, "%c", *text);
        }
    }
}

static void put_login(struct writer *writer, const struct onvif_words *words)
{
    static const char secext[] = "http://docs.oasis-open.org/wss/2004/01/"
                                 "oasis-200401-wss-wssecurity-secext-1.0.xsd";
    static const char utility[] = "http://docs.oasis-open.org/wss/2004/01/"
                                  "oasis-200401-wss-wssecurity-utility-1.0.xsd";
    static const char profile[] = "http://docs.oasis-open.org/wss/2004/01/"
                                  "oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
    static const char base64[] = "http://docs.oasis-open.org/wss/2004/01/"
                                 "oasis-200401-wss-soap-message-security-1.0#Base64Binary";
    put(writer,
        "<Security s:mustUnderstand=\"1\" xmlns=\"%s\"><UsernameToken><Username>{user_xml}"
        "</Username><Password Type=\"%s\">{wsse:%s %s}</Password>"
        "<Nonce EncodingType=\"%s\">%s</Nonce><Created xmlns=\"%s\">%s</Created>"
        "</UsernameToken></Security>",
        secext, profile, words->nonce, words->created, base64, words->nonce, utility,
        words->created);
}

/* As a header of its own, marked as what it is. Its name was looked at when it was read. */
static void put_refer(struct writer *writer, const struct onvif_refer *refer)
{
    put(writer, "<%s xmlns=\"", refer->name);
    put_escaped(writer, refer->space);
    put(writer, "\" xmlns:a=\"http://www.w3.org/2005/08/addressing\" "
                "a:IsReferenceParameter=\"true\">");
    put_escaped(writer, refer->text);
    put(writer, "</%s>", refer->name);
}

static void put_address(struct writer *writer, const char *action, const struct onvif_words *words)
{
    put(writer,
        "<Action xmlns=\"http://www.w3.org/2005/08/addressing\" s:mustUnderstand=\"1\">%s</Action>"
        "<MessageID xmlns=\"http://www.w3.org/2005/08/addressing\">urn:uuid:%s</MessageID>"
        "<To xmlns=\"http://www.w3.org/2005/08/addressing\" s:mustUnderstand=\"1\">",
        action, words->id);
    put_escaped(writer, words->to != NULL ? words->to : "");
    put(writer, "</To>");
    for (uint32_t i = 0; i < words->refer_count; i++) {
        put_refer(writer, &words->refers[i]);
    }
}

int onvif_ask_write(enum onvif_ask ask, const struct onvif_words *words, char *out, size_t size)
{
    struct writer writer = {.out = out, .size = size};
    const char *action = asks[ask].action;
    put(&writer, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                 "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\">");
    if (words->created != NULL || action != NULL) {
        put(&writer, "<s:Header>");
        if (action != NULL) {
            put_address(&writer, action, words);
        }
        if (words->created != NULL) {
            put_login(&writer, words);
        }
        put(&writer, "</s:Header>");
    }
    put(&writer, "<s:Body>%s", asks[ask].before);
    if (words->token != NULL) {
        put_escaped(&writer, words->token);
    }
    put(&writer, "%s</s:Body></s:Envelope>", asks[ask].behind);
    return writer.full ? VMM_E_TOOBIG : 0;
}
