/* SPDX-License-Identifier: MIT */
/* One look at a Dahua device: its state, and what its answers are handed to. */
#ifndef DAHUA_LOOK_H
#define DAHUA_LOOK_H

#include "dahua_parse.h"

#define PROOF_SPAN_MS INT64_C(3600000) /* where newest footage is looked for */
#define OLDEST_SPAN_MS                                                                             \
    (400 *                                                                                         \
     INT64_C(86400000)) /* and the oldest: what is older is none, but of a clock that was wrong */

#define PART_TITLES  1u
#define PART_STATES  2u
#define PART_LOSSES  4u
#define PART_DISKS   8u
#define PART_MODES   16u
#define PART_VERSION 32u
#define PART_NTP     64u
#define PART_NAME    128u
#define PART_FIND    256u
#define PART_TIME    512u
#define PART_TYPE    1024u
#define PART_PLAN    2048u
#define PART_VENDOR  4096u
#define PART_NO_DISK 8192u

/* What comes in turn. */
#define TURN_VERSION 0u
#define TURN_NTP     1u
#define TURN_FIND    2u
#define TURN_NAME    3u
#define TURNS        4u

/* Of four searches one is for the oldest footage, and one for what is missing in a last day; one comes with the plans of the
 * week. Two for the newest follow each other: it takes two looks to call a recording missing. */
#define FINDS       4u
#define FIND_PLAN   0u
#define FIND_DAY    2u /* a page of a last day, where one is due */
#define FIND_OLDEST 3u

struct dahua_look {
    bool search;
    struct vmm_wallclock_zone zone;
    uint32_t refused; /* PART_*: not offered */
    uint32_t found;   /* refused in this look */
    uint32_t options;
    uint32_t turn;
    uint32_t find;                  /* which of the FINDS is next */
    uint16_t proven;                /* the channel whose newest footage was searched last, from 1 */
    uint16_t dated;                 /* and the one whose oldest was */
    uint16_t scanned;               /* the day, since 1970, on which last days were begun with */
    struct vmm_dayscan scan;        /* the last day of one channel, for holes */
    uint8_t modes[DAHUA_MODES_MAX]; /* DAHUA_MODE_* by the plans as they were read last */
    struct dahua_plans plans;       /* read in this look, where `wanted` is set */
    bool has_found;                 /* a search for footage has found a file, in some look */
    bool asked_disks;               /* they were asked for in this look, and answered */
    uint8_t left;                   /* looks until refused parts are asked for again */
    bool was_read;
    uint32_t object; /* of the search; 0: none */
    bool has_search; /* it has begun */
    bool is_day;     /* it is for a page of a last day, which is not taken yet */
    uint32_t proof;  /* the channel of this look */
    char cookie[256];
    int64_t now_ms; /* this machine's clock, at the last answer */
    struct dahua_device device;
};

/* The device's wall clock now, milliseconds as if UTC. */
static inline int64_t dahua_wall_ms(const struct dahua_look *look)
{
    return look->now_ms + look->device.wall_ms;
}

/* ---- dahua.c ---- */

/* The channel whose footage is searched next, from 1; 0 when there is none. */
uint32_t dahua_next(const struct dahua_look *look);

/* Whether footage is to be expected of the channel, from 1. */
bool dahua_is_live(const struct dahua_device *device, uint32_t channel);

/* ---- dahua_day.c ---- */

/* DAHUA_MODE_* of a channel, from 1; of one that goes by its schedule what the schedule is, where that is known. */
uint8_t dahua_mode_of(const struct dahua_look *look, uint32_t channel);

/* Go on with the last day that is under way, or begin with the first of today. False when none is due. */
bool dahua_day_begin(struct dahua_look *look);

/* A page of it was answered; `spans` are sorted here. */
void dahua_day_take(struct dahua_look *look, struct vmm_span *spans, size_t count,
                    const struct vmm_observer *to);

/* That channel is looked through, or cannot be: the next one is due. */
void dahua_day_done(struct dahua_look *look);

/* ---- dahua_take.c: readers of the rows ---- */

#define READER(name)                                                                               \
    void name(void *state, const struct vmm_request_row *row,                                      \
              const struct vmm_http_answer *answer, const struct vmm_observer *to,                 \
              struct vmm_part *part)

READER(take_part);
READER(take_plans);
READER(take_system);
READER(take_object); /* of a search */
READER(take_search);
READER(take_files);
READER(take_end);

/* Whether 400 to a search says that nothing was found. Recorders count their channels from 1, as a search does; of a
 * camera that is not known, until one has found a file. */
static inline bool dahua_is_sure(const struct dahua_look *look)
{
    return look->has_found || look->device.channel_count > 1;
}

#endif
