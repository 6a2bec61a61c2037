/* SPDX-License-Identifier: MIT */
/*
 * What Hanwha cameras and recorders answer, read without any I/O: lines Key=Value with numbers in the
 * keys (Channel.0.Videoloss=False), some of it JSON where the firmware is new. An error is the text
 * NG, with a number.
 */
#ifndef HANWHA_PARSE_H
#define HANWHA_PARSE_H

#include <vmm/http.h>

#include <kit/observe.h>

#define HANWHA_CHANNELS_MAX 128u
#define HANWHA_DISKS_MAX    32u

/* What kind of text an answer is. */
#define HANWHA_VALUES  0u /* at least one value that was read */
#define HANWHA_NG      1u /* an error: this model or firmware does not know it */
#define HANWHA_FOREIGN 2u /* anything else, or nothing */

/* What the events say of a channel's video. */
#define HANWHA_LOSS_UNTOLD 0u /* nothing, or nothing that is understood */
#define HANWHA_LOSS_NO     1u
#define HANWHA_LOSS_YES    2u

/* What answers say that later requests depend on. */
struct hanwha_device {
    bool is_recorder; /* DeviceType=NVR */
    bool judged
        [HANWHA_CHANNELS_MAX]; /* by the events, from 0: the register says nothing more of it */
    uint8_t loss[HANWHA_CHANNELS_MAX];     /* HANWHA_LOSS_*, from 0: what the events say */
    bool in_register[HANWHA_CHANNELS_MAX]; /* from 0: it has a line there, if an empty one */
    bool is_live[HANWHA_CHANNELS_MAX];     /* from 0: a camera that is there, to be recorded */
    bool has_disk;
    bool has_clock;
    int64_t local_ms; /* its wall clock minus this machine's, as if both were UTC */
    int64_t utc_ms;   /* and its idea of UTC */
};

/* Read an answer of msubmenu=deviceinfo: identity. */
uint32_t hanwha_read_identity(struct vmm_text body, struct hanwha_device *device,
                              const struct vmm_observer *to);

/* Read an answer of msubmenu=date: the clock by its UTC, zone rule, time server. */
uint32_t hanwha_read_date(const struct vmm_http_answer *answer, struct hanwha_device *device,
                          const struct vmm_observer *to);

/* Read an answer of eventstatus.cgi: the video of each channel, and what the device says of itself.
 * A recorder's unused channels are told by its register, so only faults are told of it here. */
uint32_t hanwha_read_events(struct vmm_text body, struct hanwha_device *device,
                            const struct vmm_observer *to);

/* Read an answer of msubmenu=cameraregister, after the events: the cameras behind a recorder, and
 * whether they are there. */
uint32_t hanwha_read_register(struct vmm_text body, struct hanwha_device *device,
                              const struct vmm_observer *to);

/* Read an answer of msubmenu=videosource: names of a camera's channels, and whether they are on. */
uint32_t hanwha_read_sources(struct vmm_text body, struct hanwha_device *device,
                             const struct vmm_observer *to);

/* Read an answer of msubmenu=storageinfo. A recorder's own word for all of it is not believed: where
 * no disk is named there is none, a fault when one is expected. */
uint32_t hanwha_read_storage(struct vmm_text body, struct hanwha_device *device, bool expect_disk,
                             const struct vmm_observer *to);

/* Read an answer of recording.cgi?msubmenu=storage: overwriting. */
uint32_t hanwha_read_recording(struct vmm_text body, const struct vmm_observer *to);

/* ---- hanwha_modes.c ---- */

#define HANWHA_MODE_UNKNOWN    0u
#define HANWHA_MODE_OFF        1u
#define HANWHA_MODE_EVENT      2u
#define HANWHA_MODE_SCHEDULE   3u /* by hours that are not read */
#define HANWHA_MODE_CONTINUOUS 4u

/* "off" and so on; NULL where it is not known. */
const char *hanwha_mode_word(uint8_t mode);

/* Read an answer of recording.cgi?msubmenu=general: the modes of the channels that it names, from 0. */
uint32_t hanwha_read_modes(struct vmm_text body, uint8_t modes[HANWHA_CHANNELS_MAX]);

/* Read an answer of msubmenu=recordingschedule after them: who is recorded all the time. */
uint32_t hanwha_read_schedule(struct vmm_text body, uint8_t modes[HANWHA_CHANNELS_MAX]);

/* ---- hanwha_footage.c ---- */

/* The footage of a span; times in milliseconds as if UTC. */
struct hanwha_footage {
    bool has_begin;
    bool has_end;
    bool is_utc; /* they are UTC; else the device's wall clock */
    int64_t oldest_ms;
    int64_t newest_ms;
};

/* Read an answer of recording.cgi?msubmenu=timeline for a channel, from 0. */
uint32_t hanwha_read_timeline(struct vmm_text body, uint32_t channel,
                              struct hanwha_footage *footage);

/* Read an answer of msubmenu=calendarsearch: the days of the month with footage, bit n for day n. */
uint32_t hanwha_read_calendar(struct vmm_text body, uint32_t channel, uint32_t *days);

/* The kind of an answer without values: NG, or foreign. */
uint32_t hanwha_error_of(struct vmm_text body);

/* Bytes of a size: megabytes, or a number with its unit, 5.98TB. VMM_E_INVAL or VMM_E_RANGE. */
int hanwha_size(struct vmm_text text, int64_t *bytes);

#endif
