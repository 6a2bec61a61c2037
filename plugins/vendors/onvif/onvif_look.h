/* SPDX-License-Identifier: MIT */
/* One look at an ONVIF device: its state, and the functions that the table of requests names. */
#ifndef ONVIF_LOOK_H
#define ONVIF_LOOK_H

#include <kit/requests.h>

#include "onvif_ask.h"
#include "onvif_codec.h"
#include "onvif_note.h"

#define ONVIF_DEVICE_PATH "/onvif/device_service"
#define ONVIF_ROWS_MAX    20u
#define ONVIF_SOURCES_MAX 32u
#define ONVIF_STREAMS_MAX 8u
#define ONVIF_SLOW_TURNS  12u /* what changes slowly is asked for once in so many looks */

struct onvif_look {
    const struct vmm_host *host; /* its clock signs, with the device's offset */
    struct vmm_request_row
        rows[ONVIF_ROWS_MAX]; /* this look's: how they log in is found out on the way */
    struct onvif_note note;
    bool has_offset;
    int64_t offset_ms; /* of the device's clock */
    bool identified;
    struct onvif_services services;
    struct onvif_profiles profiles;
    char source[ONVIF_SOURCES_MAX][ONVIF_TOKEN_MAX]; /* video sources in order: the channels */
    uint32_t sources;
    uint32_t stream;                /* the profile whose stream is asked for next */
    uint32_t picture;               /* the channel whose picture is asked for next */
    char pull_path[ONVIF_PATH_MAX]; /* "": no pull point */
    char search[ONVIF_TOKEN_MAX];   /* "": no search under way */
    unsigned operations;            /* event operations so far */
};

/* Set how the questions that follow log in. */
void onvif_look_login(struct onvif_look *look, enum onvif_login login);

/* The channel of a video source, from 1; 0 for one that no profile has. */
uint32_t onvif_look_channel(const struct onvif_look *look, const char *source);

/* The first profile of a channel (from 0), NULL when there is none. */
const struct onvif_profile *onvif_look_profile(const struct onvif_look *look, uint32_t channel);

/* Whether this is the look in which slow things are asked for. */
static inline bool onvif_look_is_slow(const struct onvif_look *look)
{
    return look->note.turn % ONVIF_SLOW_TURNS == 0;
}

/* All rows, in their order; the first of them is the trial's. */
extern const struct vmm_request_row onvif_rows[];
extern const size_t onvif_row_count;

/* ---- onvif_take.c: what is answered ---- */

#define ONVIF_TAKE(name)                                                                           \
    void onvif_take_##name(void *state, const struct vmm_request_row *row,                         \
                           const struct vmm_http_answer *answer, const struct vmm_observer *to,    \
                           struct vmm_part *part)
ONVIF_TAKE(clock);
ONVIF_TAKE(bare);
ONVIF_TAKE(identity);
ONVIF_TAKE(services);
ONVIF_TAKE(capabilities);
ONVIF_TAKE(profiles);
ONVIF_TAKE(profiles2);
ONVIF_TAKE(ntp);
ONVIF_TAKE(stream);
ONVIF_TAKE(snapshot);
ONVIF_TAKE(subscribe);
ONVIF_TAKE(messages);
ONVIF_TAKE(nothing);
ONVIF_TAKE(search);
ONVIF_TAKE(records);

#endif
