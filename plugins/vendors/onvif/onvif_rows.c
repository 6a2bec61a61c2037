/* SPDX-License-Identifier: MIT */
/* The questions of a look: where each goes, what it says, and when it is asked. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <vmm/errors.h>

#include <kit/datetime.h>

#include "onvif_look.h"

#define SOAP_LINES "Content-Type: application/soap+xml; charset=utf-8\r\n"

/* ---- Bodies ---- */

/* Sixteen bytes that are not the same twice at one device, in Base64: time and a counter under a stirring. */
static void write_nonce(struct onvif_look *look, char out[25])
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t a = look->host->monotonic_us(look->host->context);
    uint64_t b = (uint64_t)look->host->wall_us(look->host->context) + look->operations;
    for (int i = 0; i < 22; i++) {
        a ^= a << 13;
        a ^= a >> 7;
        a ^= a << 17;
        b += UINT64_C(0x9e3779b97f4a7c15);
        out[i] = signs[(a + (b >> 29)) % (i == 21 ? 4 : 64) * (i == 21 ? 16 : 1)];
    }
    out[22] = '=';
    out[23] = '=';
    out[24] = '\0';
}

/* A number that looks like chance; two numbers never become one. */
static uint64_t stir(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* A UUID of version 4 of the same, for a device may take a message whose id it has seen for one sent twice. */
static void write_id(const struct onvif_look *look, char out[ONVIF_ID_SIZE])
{
    uint64_t a = stir((uint64_t)look->host->wall_us(look->host->context) + look->operations);
    uint64_t b = stir(look->host->monotonic_us(look->host->context) ^ a);
    snprintf(out, ONVIF_ID_SIZE, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
             (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
             (unsigned)(b >> 48 & 0x3fff) | 0x8000, (unsigned long long)(b & 0xffffffffffff));
}

/* Now by the clock that the device goes by, as xs:dateTime. */
static void write_created(const struct onvif_look *look, char out[32])
{
    char text[VMM_DATETIME_TEXT_SIZE];
    int64_t offset_ms = look->note.login == ONVIF_LOGIN_TRUE ? 0 : look->offset_ms;
    vmm_datetime_print(look->host->wall_us(look->host->context) / 1000 + offset_ms, "T", text);
    snprintf(out, 32, "%sZ", text);
}

static int write_body(struct onvif_look *look, enum onvif_ask ask, const char *token,
                      const char *to, bool login, char *body, size_t size)
{
    char nonce[25];
    char created[32];
    struct onvif_words words = {.token = token, .to = to};
    look->operations++;
    write_id(look, words.id);
    if (ask == ONVIF_ASK_PULL || ask == ONVIF_ASK_UNSUBSCRIBE) {
        words.to = look->pull.to;
        words.refers = look->pull.refer;
        words.refer_count = look->pull.count;
    }
    if (login && onvif_look_signs(look)) {
        write_nonce(look, nonce);
        write_created(look, created);
        words.nonce = nonce;
        words.created = created;
    }
    return onvif_ask_write(ask, &words, body, size);
}

/* One function a question, for the table. */
#define BODY(name, ask, token, to, login)                                                          \
    static int body_##name(void *state, char *body, size_t size)                                   \
    {                                                                                              \
        struct onvif_look *look = state;                                                           \
        return write_body(look, ask, token, to, login, body, size);                                \
    }

static const char *profile_token(const struct onvif_look *look, uint32_t channel)
{
    const struct onvif_profile *profile = onvif_look_profile(look, channel);
    return profile != NULL ? profile->token : "";
}

BODY(clock, ONVIF_ASK_CLOCK, NULL, NULL, false)
BODY(clock_late, ONVIF_ASK_CLOCK, NULL, NULL, true)
BODY(bare, ONVIF_ASK_IDENTITY, NULL, NULL, false)
BODY(identity, ONVIF_ASK_IDENTITY, NULL, NULL, true)
BODY(services, ONVIF_ASK_SERVICES, NULL, NULL, true)
BODY(capabilities, ONVIF_ASK_CAPABILITIES, NULL, NULL, true)
BODY(ntp, ONVIF_ASK_NTP, NULL, NULL, true)
BODY(hostname, ONVIF_ASK_HOSTNAME, NULL, NULL, true)
BODY(interfaces, ONVIF_ASK_INTERFACES, NULL, NULL, true)
BODY(profiles, ONVIF_ASK_PROFILES, NULL, NULL, true)
BODY(profiles2, ONVIF_ASK_PROFILES2, NULL, NULL, true)
BODY(stream, look->services.media2[0] != '\0' ? ONVIF_ASK_STREAM2 : ONVIF_ASK_STREAM,
     look->profiles.profile[look->stream].token, NULL, true)
BODY(snapshot, look->services.media2[0] != '\0' ? ONVIF_ASK_SNAPSHOT2 : ONVIF_ASK_SNAPSHOT,
     profile_token(look, look->picture), NULL, true)
BODY(topics, ONVIF_ASK_TOPICS, NULL, look->services.events, true)
BODY(subscribe, ONVIF_ASK_SUBSCRIBE, NULL, look->services.events, true)
BODY(pull, ONVIF_ASK_PULL, NULL, NULL, true)
BODY(unsubscribe, ONVIF_ASK_UNSUBSCRIBE, NULL, NULL, true)
BODY(search, ONVIF_ASK_SEARCH, NULL, NULL, true)
BODY(records, ONVIF_ASK_RECORDS, look->search, NULL, true)
BODY(end_search, ONVIF_ASK_END_SEARCH, look->search, NULL, true)
BODY(summary, ONVIF_ASK_SUMMARY, NULL, NULL, true)
BODY(replay, ONVIF_ASK_REPLAY, look->recording[look->replay].token, NULL, true)
BODY(jobs, ONVIF_ASK_JOBS, NULL, NULL, true)
BODY(job_state, ONVIF_ASK_JOB_STATE, look->job[look->state].token, NULL, true)

/* ---- Targets ---- */

#define TARGET(name, path)                                                                         \
    static int to_##name(void *state, char *target, size_t size)                                   \
    {                                                                                              \
        const struct onvif_look *look = state;                                                     \
        int length = snprintf(target, size, "%s", path);                                           \
        return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;                             \
    }

TARGET(media, look->services.media2[0] != '\0' ? look->services.media2 : look->services.media)
TARGET(events, look->services.events)
TARGET(pull, look->pull.path)
TARGET(search, look->services.search)
TARGET(replay, look->services.replay)
TARGET(recording, look->services.recording)

/* ---- When ---- */

static bool offers(const struct onvif_look *look, uint8_t part)
{
    return (look->note.lacks & part) == 0;
}

#define WANTS(name, condition)                                                                     \
    static bool wants_##name(const void *state)                                                    \
    {                                                                                              \
        const struct onvif_look *look = state;                                                     \
        return condition;                                                                          \
    }

WANTS(clock_late, look->clock_refused && look->identified)
WANTS(bare, look->note.login == ONVIF_LOGIN_UNKNOWN)
WANTS(identity, !look->identified)
WANTS(services, offers(look, ONVIF_LACKS_SERVICES))
WANTS(capabilities, !offers(look, ONVIF_LACKS_SERVICES))
WANTS(profiles, look->services.media[0] != '\0' && look->services.media2[0] == '\0')
WANTS(profiles2, look->services.media2[0] != '\0')
WANTS(ntp, onvif_look_is_slow(look) && offers(look, ONVIF_LACKS_NTP))
WANTS(stream, onvif_look_is_slow(look) && look->stream < look->profiles.count &&
                  look->stream < ONVIF_STREAMS_MAX)
WANTS(snapshot, onvif_look_is_slow(look) && offers(look, ONVIF_LACKS_SNAPSHOT) &&
                    look->picture < look->sources && look->picture < ONVIF_STREAMS_MAX)
WANTS(topics, onvif_look_is_slow(look) && look->services.events[0] != '\0' &&
                  offers(look, ONVIF_LACKS_EVENTS) && look->sources > 0)
WANTS(subscribe,
      look->services.events[0] != '\0' && offers(look, ONVIF_LACKS_EVENTS) && look->sources > 0)
WANTS(pull, look->pull.path[0] != '\0' &&
                (look->pulls == 0 || (look->pulls_on && look->pulls < ONVIF_PULLS_MAX)))
WANTS(unsubscribe, look->pull.path[0] != '\0')
WANTS(search, look->services.search[0] != '\0' && offers(look, ONVIF_LACKS_SEARCH))
WANTS(records, look->search[0] != '\0')
/* Of one source alone: where there are more, it hides the one that records nothing behind the others. */
WANTS(summary, look->services.search[0] != '\0' && offers(look, ONVIF_LACKS_SUMMARY) &&
                   look->sources == 1 && !look->footage[1])
WANTS(replay, onvif_look_is_slow(look) && look->services.replay[0] != '\0' &&
                  look->replay < look->recordings && look->replay < ONVIF_STREAMS_MAX)
WANTS(jobs, look->services.recording[0] != '\0' && offers(look, ONVIF_LACKS_JOBS) &&
                look->sources > 0 && (onvif_look_is_for_jobs(look) || look->note.watch != 0))
WANTS(job_state, look->state != 0)
WANTS(network, onvif_look_is_slow(look) && offers(look, ONVIF_LACKS_NETWORK))

/* ---- The table ---- */

#define QUESTION(word, goes, says, when, reads, more)                                              \
    LARGE(word, goes, says, when, reads, more, ONVIF_BODY_MAX)
#define LARGE(word, goes, says, when, reads, more, most)                                           \
    {                                                                                              \
        .name = word, .method = "POST", .headers = SOAP_LINES, .scopes = VMM_SCOPE_FULL,           \
        .flags = VMM_ROW_ANY_STATUS | (more), .http_flags = VMM_HTTP_SAFE, .max_bytes = (most),    \
        .wanted = when, .build = goes, .build_body = says, .read = reads                           \
    }
/* Its answer decides what is asked next: the connection is kept for that. */
#define LEADING(word, goes, says, when, reads)                                                     \
    {                                                                                              \
        .name = word, .method = "POST", .headers = SOAP_LINES, .scopes = VMM_SCOPE_FULL,           \
        .flags = VMM_ROW_ANY_STATUS | VMM_ROW_OPTIONAL,                                            \
        .http_flags = VMM_HTTP_SAFE | VMM_HTTP_MORE, .max_bytes = ONVIF_BODY_MAX, .wanted = when,  \
        .build = goes, .build_body = says, .read = reads                                           \
    }
#define DEVICE(word, says, when, reads, more, keeps)                                               \
    {                                                                                              \
        .name = word, .method = "POST", .headers = SOAP_LINES, .target = ONVIF_DEVICE_PATH,        \
        .scopes = VMM_SCOPE_FULL, .flags = VMM_ROW_ANY_STATUS | (more),                            \
        .http_flags = VMM_HTTP_SAFE | (keeps), .max_bytes = ONVIF_BODY_MAX, .wanted = when,        \
        .build_body = says, .read = reads                                                          \
    }

const struct vmm_request_row onvif_rows[] = {
    {.name = "alive",
     .method = "POST",
     .headers = SOAP_LINES,
     .target = ONVIF_DEVICE_PATH,
     .scopes = VMM_SCOPE_TRIAL,
     .flags = VMM_ROW_ALIVE,
     .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
     .max_bytes = ONVIF_BODY_MAX,
     .build_body = body_clock},
    {.name = "clock",
     .method = "POST",
     .headers = SOAP_LINES,
     .target = ONVIF_DEVICE_PATH,
     .scopes = VMM_SCOPE_FULL,
     .flags = VMM_ROW_ANY_STATUS,
     .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
     .max_bytes = ONVIF_BODY_MAX,
     .build_body = body_clock,
     .read = onvif_take_clock},
    {.name = "identity without a login",
     .method = "POST",
     .headers = SOAP_LINES,
     .target = ONVIF_DEVICE_PATH,
     .scopes = VMM_SCOPE_FULL,
     .flags = VMM_ROW_ANY_STATUS,
     .http_flags = VMM_HTTP_SAFE | VMM_HTTP_NO_LOGIN,
     .max_bytes = ONVIF_BODY_MAX,
     .wanted = wants_bare,
     .build_body = body_bare,
     .read = onvif_take_bare},
    DEVICE("identity", body_identity, wants_identity, onvif_take_identity, 0, 0),
    DEVICE("clock with a login", body_clock_late, wants_clock_late, onvif_take_clock_late,
           VMM_ROW_OPTIONAL, 0),
    DEVICE("services", body_services, wants_services, onvif_take_services, VMM_ROW_OPTIONAL,
           VMM_HTTP_MORE),
    DEVICE("capabilities", body_capabilities, wants_capabilities, onvif_take_capabilities,
           VMM_ROW_OPTIONAL, VMM_HTTP_MORE),
    LEADING("profiles", to_media, body_profiles2, wants_profiles2, onvif_take_profiles2),
    LEADING("profiles", to_media, body_profiles, wants_profiles, onvif_take_profiles),
    DEVICE("time server", body_ntp, wants_ntp, onvif_take_ntp, VMM_ROW_OPTIONAL, 0),
    DEVICE("name", body_hostname, wants_network, onvif_take_hostname, VMM_ROW_OPTIONAL, 0),
    DEVICE("interfaces", body_interfaces, wants_network, onvif_take_interfaces, VMM_ROW_OPTIONAL,
           0),
    QUESTION("stream", to_media, body_stream, wants_stream, onvif_take_stream,
             VMM_ROW_OPTIONAL | VMM_ROW_REPEAT),
    QUESTION("picture", to_media, body_snapshot, wants_snapshot, onvif_take_snapshot,
             VMM_ROW_OPTIONAL | VMM_ROW_REPEAT),
    QUESTION("topics", to_events, body_topics, wants_topics, onvif_take_topics, VMM_ROW_OPTIONAL),
    LEADING("subscription", to_events, body_subscribe, wants_subscribe, onvif_take_subscribe),
    QUESTION("events", to_pull, body_pull, wants_pull, onvif_take_messages,
             VMM_ROW_OPTIONAL | VMM_ROW_REPEAT),
    QUESTION("end of subscription", to_pull, body_unsubscribe, wants_unsubscribe,
             onvif_take_nothing, VMM_ROW_OPTIONAL),
    LEADING("search", to_search, body_search, wants_search, onvif_take_search),
    LARGE("recordings", to_search, body_records, wants_records, onvif_take_records,
          VMM_ROW_OPTIONAL, ONVIF_FOUND_MAX),
    QUESTION("end of search", to_search, body_end_search, wants_records, onvif_take_nothing,
             VMM_ROW_OPTIONAL),
    QUESTION("summary", to_search, body_summary, wants_summary, onvif_take_summary,
             VMM_ROW_OPTIONAL),
    QUESTION("replay", to_replay, body_replay, wants_replay, onvif_take_replay,
             VMM_ROW_OPTIONAL | VMM_ROW_REPEAT),
    LEADING("jobs", to_recording, body_jobs, wants_jobs, onvif_take_jobs),
    QUESTION("state of a job", to_recording, body_job_state, wants_job_state, onvif_take_job_state,
             VMM_ROW_OPTIONAL | VMM_ROW_REPEAT),
};

const size_t onvif_row_count = sizeof(onvif_rows) / sizeof(onvif_rows[0]);
_Static_assert(sizeof(onvif_rows) / sizeof(onvif_rows[0]) <= ONVIF_ROWS_MAX, "rows of a look");

/* A login in the message is filled in by the host, which then answers no challenge beside it. */
void onvif_look_login(struct onvif_look *look, enum onvif_login login)
{
    look->note.login = (uint8_t)login;
    uint32_t flags = onvif_look_signs(look) ? VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN : 0;
    for (size_t i = 0; i < onvif_row_count; i++) {
        bool open = (onvif_rows[i].http_flags & VMM_HTTP_NO_LOGIN) != 0;
        look->rows[i].http_flags = onvif_rows[i].http_flags | (open ? 0 : flags);
    }
}
