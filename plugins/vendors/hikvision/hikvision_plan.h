/* SPDX-License-Identifier: MIT */
/*
 * What a look asks for, beyond what every look does: a look makes at most one search for footage and
 * one request for what changes slowly, so that a recorder of any size costs the same. All pure; what
 * has to outlive a look stands in the device's note.
 */
#ifndef HIKVISION_PLAN_H
#define HIKVISION_PLAN_H

#include <vmm/probe.h>

#include <kit/backwalk.h>
#include <kit/dayscan.h>

#include "hikvision_parse.h"

/* Parts that a device may not offer, as bits. */
#define PART_CHECK    1u
#define PART_TIME     2u
#define PART_INPUTS   4u
#define PART_PROXIES  8u
#define PART_STORAGE  16u
#define PART_DISKS    32u
#define PART_WORK     64u
#define PART_SEARCH   128u
#define PART_DAYS     256u
#define PART_NTP      512u
#define PART_STATUS   1024u
#define PART_NAMES    2048u
#define PART_TRACK    4096u
#define PART_IDENTITY (PART_TIME | PART_INPUTS | PART_PROXIES | PART_STORAGE | PART_DISKS)

#define LOOKS_KEPT 200u /* looks for which a refusal is remembered: half a day at 4 minutes */

/* What is asked for in turn. */
#define SLOW_NOTHING 0u
#define SLOW_NTP     1u
#define SLOW_STATUS  2u
#define SLOW_MONTH   3u /* the days with footage of one month */
#define SLOW_DAY     4u /* the first footage of the oldest day */
#define SLOW_TRACK   5u /* when a channel is to be recorded */
#define SLOW_GAP     6u /* a page of a channel's last day, for what is missing in it */

#define DOUBTS_MAX 4u /* channels whose footage is searched more often than their turn comes */
#define DOUBT_GOOD 3u /* recent footage so often in a row ends a doubt */

/* A channel whose newest footage was old. */
struct doubt {
    uint16_t channel; /* id; 0: free */
    uint8_t good;     /* searches since then that found recent footage */
};

/* How a channel is recorded. */
#define MODE_UNKNOWN    0u
#define MODE_CONTINUOUS 1u
#define MODE_SCHEDULE   2u
#define MODE_MOTION     3u
#define MODE_EVENT      4u
#define MODE_OFF        5u
#define MODE_COUNT      6u

#define HIKVISION_MODES_MAX 64u /* channels whose mode is kept in mind */

struct note {
    uint32_t refused;         /* PART_* */
    uint32_t options;         /* hash of what it was made for */
    uint32_t firmware;        /* likewise */
    uint16_t turn;            /* looks, as far as it matters */
    uint16_t proven;          /* the channel whose turn it was last */
    uint16_t doubted;         /* the channel that was searched out of turn last */
    uint8_t proofs;           /* searches, as far as it matters */
    uint8_t left;             /* looks until refused parts are asked for again */
    bool old_paths;           /* firmware from before the prefix /ISAPI */
    bool fresh;               /* there was none: the first look */
    struct vmm_backwalk walk; /* the way back to the oldest footage of one channel */
    struct vmm_dayscan scan;  /* the last day of one channel, for holes */
    uint16_t scanned;         /* the day, since 1970, on which the channels were begun with */
    uint16_t today;           /* not kept: set at each answer */
    struct doubt doubts[DOUBTS_MAX];
    uint8_t modes[HIKVISION_MODES_MAX]; /* MODE_* by id, from 1, as tracks told them last */
};

#define NOTE_SIZE (44u + HIKVISION_MODES_MAX + 2u + VMM_DAYSCAN_SIZE)

/* Read the device's note; one that was made for other options, or by a stranger, is none. */
void note_read(struct note *note, const struct vmm_look *look);
void note_write(const struct note *note, uint8_t out[NOTE_SIZE]);

/* The live channel behind this id in order, the first again behind the last; NULL when none is. */
const struct hikvision_channel *plan_next(const struct hikvision_device *device, uint32_t after);

/* The channel whose newest footage is searched for in this look, noted as such: every second time one
 * in doubt, or one that the recorder says it does not record. NULL when there is none. */
const struct hikvision_channel *plan_proof(struct note *note,
                                           const struct hikvision_device *device);

/* The channel whose track is read in this look, the next in its turn, noted as such; NULL when there is none. Its
 * footage is searched for in the same look: a schedule is judged by both. */
const struct hikvision_channel *plan_track(struct note *note,
                                           const struct hikvision_device *device);

/* The mode of a channel is this word. */
void plan_mode(struct note *note, uint32_t channel, const char *word);

/* The word for the mode of a channel as its track told it last; NULL when it is not known. */
const char *plan_mode_of(const struct note *note, uint32_t channel);

/* The newest footage of the channel is of this age. */
void plan_proven(struct note *note, uint32_t channel, int64_t age_s);

/* What is asked for slowly in this look. */
uint32_t plan_slow(const struct note *note, const struct hikvision_device *device);

/* Begin with the next live channel where the walk is done, or its channel is live no more. */
void plan_walk(struct vmm_backwalk *walk, const struct hikvision_device *device);

/* The channel whose last day is looked through: the one under way, or the next that is recorded all the time, begun
 * with at this wall clock. To be asked where plan_slow() says SLOW_GAP. */
const struct hikvision_channel *plan_scan(struct note *note, const struct hikvision_device *device,
                                          int64_t wall_ms);

/* That channel is looked through, or cannot be: the next one is due. */
void plan_scanned(struct note *note, const struct hikvision_device *device,
                  const struct hikvision_channel *channel, int64_t wall_ms);

#endif
