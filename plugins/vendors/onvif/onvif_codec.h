/* SPDX-License-Identifier: MIT */
/*
 * ONVIF's answers: bytes in, struct out. gSOAP decodes, behind guards, and nothing else: no socket, no callback.
 *
 * Every element is optional. A text too long for its place is cut. Addresses are told by path and query
 * alone: what a device says of its own host and port is never used.
 */
#ifndef ONVIF_CODEC_H
#define ONVIF_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include <kit/datetime.h>
#include <kit/text.h>

#include "onvif_ask.h"

#define ONVIF_BODY_MAX   (256u << 10) /* bytes of an answer… */
#define ONVIF_FOUND_MAX  (1u << 20)   /* …and of what a search has found */
#define ONVIF_OCCURS_MAX 4096u        /* of one element in another */

#define ONVIF_TEXT_MAX     128u
#define ONVIF_TOKEN_MAX    65u /* tt:ReferenceToken has at most 64 characters */
#define ONVIF_PATH_MAX     256u
#define ONVIF_PROFILES_MAX 64u
#define ONVIF_MESSAGES_MAX 128u
#define ONVIF_RECORDS_MAX  ONVIF_OCCURS_MAX
#define ONVIF_JOBS_MAX     128u

/* A SOAP fault, as far as it tells something. */
struct onvif_fault {
    char subcode[96]; /* "ter:NotAuthorized", without its namespace: "NotAuthorized" */
    char text[160];
};

struct onvif_clock {
    bool has_utc;
    struct vmm_datetime utc;
    bool has_local;
    struct vmm_datetime local;
    bool has_type;
    bool by_ntp;
    bool has_dst;
    bool dst;
    char tz[64]; /* POSIX, "" when it is not told */
};

struct onvif_identity {
    char maker[ONVIF_TEXT_MAX];
    char model[ONVIF_TEXT_MAX];
    char firmware[ONVIF_TEXT_MAX];
    char serial[ONVIF_TEXT_MAX];
};

/* Paths of the services; "" where there is none. `address` is the host and port of the first, in the device's own words. */
struct onvif_services {
    char media[ONVIF_PATH_MAX];
    char media2[ONVIF_PATH_MAX];
    char events[ONVIF_PATH_MAX];
    char search[ONVIF_PATH_MAX];
    char recording[ONVIF_PATH_MAX];
    char replay[ONVIF_PATH_MAX];
    char address[ONVIF_TEXT_MAX];
};

struct onvif_ntp {
    bool has_dhcp;
    bool from_dhcp;
    char server[ONVIF_TEXT_MAX]; /* the first that is set; "" when none is */
};

struct onvif_network {
    char hostname[ONVIF_TEXT_MAX]; /* "" when it is not told */
    char mac[24];                  /* of the first interface that is on, in the device's own form */
};

struct onvif_profile {
    char token[ONVIF_TOKEN_MAX];
    char source[ONVIF_TOKEN_MAX]; /* "" when the profile has no video source */
    char encoding[24];
};

struct onvif_profiles {
    uint32_t count;
    struct onvif_profile profile[ONVIF_PROFILES_MAX];
};

/* The topics that are listened to; the place of a name in onvif_topic_names is that of its bit. */
#define ONVIF_TOPICS 7u
#define ONVIF_TOPICS_SIGNAL                                                                        \
    3u /* the bits of a lost signal, as the specification and as some makers name it */
extern const char *const onvif_topic_names[ONVIF_TOPICS]; /* "VideoSource/SignalLoss" */

/* Where a subscription is spoken to. `to` is the address in the device's own words, which may be a URN; the path of it
 * is "" then. */
struct onvif_subscription {
    char path[ONVIF_PATH_MAX];
    char to[ONVIF_PATH_MAX];
    uint32_t count;
    struct onvif_refer refer[ONVIF_REFERS_MAX];
};

/* One property of an event: what its topic ends with, of which source, in which state, or since when. */
struct onvif_message {
    char topic[96];
    char source[ONVIF_TOKEN_MAX];
    bool deleted;
    bool has_state;
    bool state;
    bool has_time;
    struct vmm_datetime time;
};

struct onvif_messages {
    uint32_t count;
    struct onvif_message message[ONVIF_MESSAGES_MAX];
};

struct onvif_record {
    char token[ONVIF_TOKEN_MAX];
    char source[ONVIF_TOKEN_MAX];
    bool has_latest;
    struct vmm_datetime latest;
    bool has_earliest;
    struct vmm_datetime earliest;
};

struct onvif_records {
    bool complete; /* the search is over, or the device says nothing of that */
    uint32_t count;
    struct onvif_record record[ONVIF_RECORDS_MAX];
};

/* What a device has recorded of all its sources. */
struct onvif_summary {
    bool has_from;
    struct vmm_datetime from;
    bool has_until;
    struct vmm_datetime until;
};

/* What records: of which profile of the device itself (else ""), into which recording. */
struct onvif_job {
    char token[ONVIF_TOKEN_MAX];
    char recording[ONVIF_TOKEN_MAX];
    char profile[ONVIF_TOKEN_MAX];
    bool has_mode; /* Active, or Idle */
    bool active;
    int64_t priority;
};

struct onvif_jobs {
    uint32_t count;
    struct onvif_job job[ONVIF_JOBS_MAX];
};

enum onvif_job_word {
    ONVIF_JOB_OTHER, /* a word that the specification does not have, or none */
    ONVIF_JOB_IDLE,
    ONVIF_JOB_ACTIVE,
    ONVIF_JOB_ERROR,
};

/* What becomes of the video of a job: of its video track where one is named so, else of the whole job. */
struct onvif_job_state {
    enum onvif_job_word word;
    char error[ONVIF_TEXT_MAX]; /* in the device's own words; "" */
};

/*
 * Each reads one answer. 0; VMM_E_AGAIN with `fault` set when it is a SOAP fault; VMM_E_PROTO when it is another
 * message or none; VMM_E_TOOBIG past the guards; VMM_E_NOMEM.
 */
int onvif_decode_clock(struct vmm_text xml, struct onvif_clock *out, struct onvif_fault *fault);
int onvif_decode_identity(struct vmm_text xml, struct onvif_identity *out,
                          struct onvif_fault *fault);
int onvif_decode_services(struct vmm_text xml, struct onvif_services *out,
                          struct onvif_fault *fault);
int onvif_decode_capabilities(struct vmm_text xml, struct onvif_services *out,
                              struct onvif_fault *fault);
int onvif_decode_ntp(struct vmm_text xml, struct onvif_ntp *out, struct onvif_fault *fault);
int onvif_decode_hostname(struct vmm_text xml, struct onvif_network *out,
                          struct onvif_fault *fault);
int onvif_decode_interfaces(struct vmm_text xml, struct onvif_network *out,
                            struct onvif_fault *fault);
int onvif_decode_profiles(struct vmm_text xml, struct onvif_profiles *out,
                          struct onvif_fault *fault);
int onvif_decode_profiles2(struct vmm_text xml, struct onvif_profiles *out,
                           struct onvif_fault *fault);
/* An address of a stream, a picture or a recording: its path and query into `path`. */
int onvif_decode_stream(struct vmm_text xml, char path[ONVIF_PATH_MAX], struct onvif_fault *fault);
int onvif_decode_stream2(struct vmm_text xml, char path[ONVIF_PATH_MAX], struct onvif_fault *fault);
int onvif_decode_snapshot(struct vmm_text xml, char path[ONVIF_PATH_MAX],
                          struct onvif_fault *fault);
int onvif_decode_snapshot2(struct vmm_text xml, char path[ONVIF_PATH_MAX],
                           struct onvif_fault *fault);
int onvif_decode_replay(struct vmm_text xml, char path[ONVIF_PATH_MAX], struct onvif_fault *fault);
/* Which of the topics a device offers, as bits. */
int onvif_decode_topics(struct vmm_text xml, uint32_t *offered, struct onvif_fault *fault);
int onvif_decode_subscription(struct vmm_text xml, struct onvif_subscription *out,
                              struct onvif_fault *fault);
int onvif_decode_messages(struct vmm_text xml, struct onvif_messages *out,
                          struct onvif_fault *fault);
int onvif_decode_search(struct vmm_text xml, char token[ONVIF_TOKEN_MAX],
                        struct onvif_fault *fault);
int onvif_decode_records(struct vmm_text xml, struct onvif_records *out, struct onvif_fault *fault);
int onvif_decode_summary(struct vmm_text xml, struct onvif_summary *out, struct onvif_fault *fault);
int onvif_decode_jobs(struct vmm_text xml, struct onvif_jobs *out, struct onvif_fault *fault);
int onvif_decode_job_state(struct vmm_text xml, struct onvif_job_state *out,
                           struct onvif_fault *fault);

/* Whether a fault means that the device does not have what was asked for. */
bool onvif_fault_is_absence(const struct onvif_fault *fault);

/* Whether a fault means that the login is missing or wrong, by its subcode, else by its text. */
bool onvif_fault_is_auth(const struct onvif_fault *fault);

#endif
