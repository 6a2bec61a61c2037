/* SPDX-License-Identifier: MIT */
/* One look at an ONVIF device: its state, and the functions that the table of requests names. */
#ifndef ONVIF_LOOK_H
#define ONVIF_LOOK_H

#include <kit/requests.h>

#include "onvif_ask.h"
#include "onvif_codec.h"
#include "onvif_note.h"

#define ONVIF_DEVICE_PATH    "/onvif/device_service"
#define ONVIF_ROWS_MAX       27u
#define ONVIF_SOURCES_MAX    32u
#define ONVIF_RECORDINGS_MAX 256u
#define ONVIF_STREAMS_MAX    8u
#define ONVIF_PULLS_MAX      8u
#define ONVIF_CALM_LOOKS     3u  /* in so many a job that failed has to be well */
#define ONVIF_SLOW_TURNS     12u /* what changes slowly is asked for once in so many looks */
#define ONVIF_JOB_TURNS      4u  /* recording jobs are, and of so many of them… */
#define ONVIF_STATES_MAX     8u  /* …the state, the others in their turn */
#define ONVIF_FRESH_S        600 /* footage younger than this is fresh */

/* What records a channel: the job that goes before the others of it. */
struct onvif_channel_job {
    char token[ONVIF_TOKEN_MAX];
    bool told;
    bool active;
    int64_t priority;
};

enum onvif_signal { ONVIF_SIGNAL_UNTOLD, ONVIF_SIGNAL_LIVE, ONVIF_SIGNAL_LOST };

struct onvif_look {
    const struct vmm_host *host; /* its clock signs, with the device's offset */
    struct vmm_request_row
        rows[ONVIF_ROWS_MAX]; /* this look's: how they log in is found out on the way */
    struct onvif_note note;
    bool clock_refused; /* to a question without a login */
    bool has_offset;
    int64_t offset_ms; /* of the device's clock */
    bool identified;
    struct onvif_services services;
    struct onvif_profiles profiles;
    char source[ONVIF_SOURCES_MAX][ONVIF_TOKEN_MAX]; /* video sources in order: the channels */
    uint32_t sources;
    uint32_t stream;                /* the profile whose stream is asked for next */
    uint32_t picture;               /* the channel whose picture is asked for next */
    struct onvif_subscription pull; /* no path: no pull point */
    char search[ONVIF_TOKEN_MAX];   /* "": no search under way */
    uint32_t pulls;                 /* answered so far… */
    bool pulls_on;                  /* …and more is to come */
    uint8_t
        signal[ONVIF_SOURCES_MAX + 1]; /* of a channel: the last that was told, enum onvif_signal */
    uint32_t storages;                 /* told of so far */
    unsigned operations;               /* questions so far */
    struct {
        char token[ONVIF_TOKEN_MAX];
        uint32_t channel;
    } recording[ONVIF_RECORDINGS_MAX]; /* what is known of recordings: whose they are */
    uint32_t recordings;
    uint32_t replay;                     /* the one whose address is asked for next */
    bool footage[ONVIF_SOURCES_MAX + 1]; /* of a channel: something was told in this look… */
    bool fresh[ONVIF_SOURCES_MAX + 1];   /* …and it is */
    struct onvif_channel_job job[ONVIF_SOURCES_MAX + 1];
    uint32_t state; /* the channel whose job's state is asked for next; 0: none */
    uint32_t steps; /* channels that this look has come to for that… */
    uint32_t asked; /* …and asked for */
    bool jobs_told;
    bool job_failed;
};

/* Set how the questions that follow log in. */
void onvif_look_login(struct onvif_look *look, enum onvif_login login);

/* Whether logins go into the message. */
static inline bool onvif_look_signs(const struct onvif_look *look)
{
    return look->note.login == ONVIF_LOGIN_TOKEN || look->note.login == ONVIF_LOGIN_TRUE;
}

/* The channel of a video source, from 1; 0 for one that no profile has. */
uint32_t onvif_look_channel(const struct onvif_look *look, const char *source);

/* The first profile of a channel (from 0), NULL when there is none. */
const struct onvif_profile *onvif_look_profile(const struct onvif_look *look, uint32_t channel);

/* Whether this is the look in which slow things are asked for. */
static inline bool onvif_look_is_slow(const struct onvif_look *look)
{
    return look->note.turn % ONVIF_SLOW_TURNS == 0;
}

/* Whether this is the look in which the next window of jobs is asked for; in the others one that failed is. */
static inline bool onvif_look_is_for_jobs(const struct onvif_look *look)
{
    return look->note.turn % ONVIF_JOB_TURNS == 0;
}

/* Which window of ONVIF_STATES_MAX channels is asked for. */
static inline uint8_t onvif_look_window(const struct onvif_look *look)
{
    return onvif_look_is_for_jobs(look) || look->note.watch == 0
               ? (uint8_t)(look->note.turn / ONVIF_JOB_TURNS)
               : (uint8_t)(look->note.watch - 1);
}

/* All rows, in their order; the first of them is the trial's. */
extern const struct vmm_request_row onvif_rows[];
extern const size_t onvif_row_count;

/* ---- What is answered ---- */

/*
 * What became of a question whose answer gave `rc`. True when it was read. A fault means that the device does not offer
 * it (`lacks`, kept in the note); a refusal ends the look.
 */
bool onvif_judge(struct onvif_look *look, const struct vmm_http_answer *answer, int rc,
                 const struct onvif_fault *fault, uint8_t lacks, struct vmm_part *part);

/* Report the signals that were told. Where answers were still to come, the lost ones alone: a look that knows of some
 * channels must not take the loss of another for over. */
void onvif_tell_signals(const struct onvif_look *look, const struct vmm_observer *to);

static inline struct vmm_text onvif_body(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

#define ONVIF_TAKE(name)                                                                           \
    void onvif_take_##name(void *state, const struct vmm_request_row *row,                         \
                           const struct vmm_http_answer *answer, const struct vmm_observer *to,    \
                           struct vmm_part *part)
ONVIF_TAKE(clock);
ONVIF_TAKE(clock_late);
ONVIF_TAKE(bare);
ONVIF_TAKE(identity);
ONVIF_TAKE(services);
ONVIF_TAKE(capabilities);
ONVIF_TAKE(profiles);
ONVIF_TAKE(profiles2);
ONVIF_TAKE(ntp);
ONVIF_TAKE(hostname);
ONVIF_TAKE(interfaces);
ONVIF_TAKE(stream);
ONVIF_TAKE(snapshot);
ONVIF_TAKE(topics);
ONVIF_TAKE(subscribe);
ONVIF_TAKE(messages);
ONVIF_TAKE(nothing);
ONVIF_TAKE(search);
ONVIF_TAKE(records);
ONVIF_TAKE(summary);
ONVIF_TAKE(replay);
ONVIF_TAKE(jobs);
ONVIF_TAKE(job_state);

#endif
