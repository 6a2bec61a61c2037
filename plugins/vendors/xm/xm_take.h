/* SPDX-License-Identifier: MIT */
/* What a device's answers mean: one function an answer, from JSON to observations. No I/O. */
#ifndef XM_TAKE_H
#define XM_TAKE_H

#include <stdbool.h>
#include <stdint.h>

#include <kit/json.h>
#include <kit/observe.h>

#include "xm_note.h"

#define XM_CHANNELS_MAX 128u
#define XM_FILES_MAX    64u  /* rows of an answer; as many mean that there are more */
#define XM_SPANS_MAX    512u /* though some recorders put more into one */

/* Codes of "Ret", from the maker's description; clients take 515 for a success as well. */
#define XM_RET_OK        100
#define XM_RET_NONE      109 /* no footage */
#define XM_RET_COMPLETE  110
#define XM_RET_PARTIAL   111
#define XM_RET_NOTHING   119
#define XM_RET_UPGRADED  515
#define XM_RET_NO_CONFIG 607

/* What a look has learnt so far. */
struct xm_device {
    struct vmm_observer to;
    uint32_t session;
    uint32_t analog;  /* channels 1 to analog are inputs of the device itself */
    uint32_t digital; /* those behind them are cameras of the network */
    bool is_recorder; /* a DVR, HVR or NVR: of others nothing is missing without a disk */
    bool has_zone;
    int32_t zone_minutes; /* as the operator says it is set */
    bool has_time;
    int64_t local_s;                     /* the device's own wall clock, as if it were UTC */
    uint8_t lost[XM_CHANNELS_MAX];       /* analog channels without signal */
    uint8_t working[XM_CHANNELS_MAX];    /* channels that can record at all */
    bool not_recording[XM_CHANNELS_MAX]; /* set to record nothing */
    bool continuous[XM_CHANNELS_MAX];    /* set to record all the time */
    uint32_t channels;                   /* of both kinds, at most XM_CHANNELS_MAX */
    struct xm_note note;
};

/* "Ret" of an answer, -1 when there is none. */
int64_t xm_take_ret(const struct json_t *answer);

/* The answer to the login: session, kind of device. True when it was let in. */
bool xm_take_login(struct xm_device *device, const struct json_t *answer);

/* Each takes the member of its answer (xm_ask_member). False when it is not what it should be. */
bool xm_take_system(struct xm_device *device, const struct json_t *system);
bool xm_take_storage(struct xm_device *device, const struct json_t *disks);
bool xm_take_work(struct xm_device *device, const struct json_t *work);
bool xm_take_channels(struct xm_device *device, const struct json_t *channels);
bool xm_take_record(struct xm_device *device, const struct json_t *records);
bool xm_take_general(struct xm_device *device, const struct json_t *general);
bool xm_take_ntp(struct xm_device *device, const struct json_t *ntp);
bool xm_take_titles(struct xm_device *device, const struct json_t *titles);

/* The clock, with the times on this machine around the request. */
bool xm_take_time(struct xm_device *device, const struct json_t *time, int64_t sent_us,
                  int64_t received_us);

/* The end of the newest of these files, in seconds of the device's own clock as if it were UTC; 0 when there is none. */
int64_t xm_take_files(const struct json_t *files);

/* From when to when these files reach, the first XM_SPANS_MAX of them, by the same clock. How many; 0 when there is
 * none, or one that is not understood. */
size_t xm_take_spans(const struct json_t *files, struct vmm_span spans[XM_SPANS_MAX]);

#endif
