/* SPDX-License-Identifier: MIT */
/*
 * What LILIN devices answer, read without any I/O: recorders (NVR, DVR, DHD), network cameras, and
 * the Navigator software (NAV, CMX), which have one greeting and three languages.
 */
#ifndef LILIN_PARSE_H
#define LILIN_PARSE_H

#include <kit/datetime.h>
#include <kit/observe.h>

#define LILIN_CHANNELS_MAX 128u
#define LILIN_DISKS_MAX    32u

enum lilin_family { LILIN_FOREIGN, LILIN_RECORDER, LILIN_CAMERA, LILIN_NAVIGATOR, LILIN_ENGINE };

/* What answers say that later requests, or later answers, depend on. */
struct lilin_device {
    enum lilin_family family;
    uint32_t channels; /* 0: not told */
    bool has_time;
    struct vmm_datetime time;              /* the clock of a recorder; the month as it was told */
    bool is_known[LILIN_CHANNELS_MAX + 1]; /* from 1: channels that a Navigator is known to have */
};

/* ---- All of them: /server ---- */

/* Read the greeting: the family to `device`, identity to `to`. */
void lilin_read_server(struct vmm_text body, struct lilin_device *device,
                       const struct vmm_observer *to);

/* Read CamTime and the tampering of a part of a camera's /getalarmmotion. False without a time. */
bool lilin_read_alarm(struct vmm_text body, struct vmm_datetime *time,
                      const struct vmm_observer *to);

/* ---- Recorders. Each answers 0, VMM_E_PROTO for no whole document of this kind, VMM_E_NOMEM ---- */

/* Read /getclock: the time server to `to`, the time to `device`. */
int lilin_read_clock(struct vmm_text body, struct lilin_device *device,
                     const struct vmm_observer *to);

/* The wall clock of a recorder, whose months may count from 0 or from 1: the reading nearer to
 * `near_ms`, milliseconds since 1970 of the same wall clock. */
struct vmm_datetime lilin_clock_near(const struct vmm_datetime *told, int64_t near_ms);

/* Read /status?CMD=getcamerastatus: which channels have a source, and its signal. */
int lilin_read_cameras(struct vmm_text body, uint32_t charset, const struct vmm_observer *to);

/* Read /status?CMD=getsystemstatus: disks, fan, temperature. Without any disk the first bay is a
 * fault where one is expected. */
int lilin_read_system(struct vmm_text body, uint32_t charset, bool expect_disk,
                      const struct vmm_observer *to);

/* Read /status: names, schedules, and the end of the newest recording of all. */
int lilin_read_status(struct vmm_text body, uint32_t charset, const struct lilin_device *device,
                      const struct vmm_observer *to);

/* ---- The Navigator ---- */

/* Read /tiba=TimeInterval?RecordCheck=1: which channels are there, and which of them
 * are recorded now. Answers like the above. */
int lilin_read_intervals(struct vmm_text body, uint32_t charset, struct lilin_device *device,
                         const struct vmm_observer *to);

/* Read a beginning of /getcmxalarmmotion: channels without video, which become known ones, the other known ones, and
 * faults of the machine. False when it is none. */
bool lilin_read_alarms(struct vmm_text body, struct lilin_device *device,
                       const struct vmm_observer *to);

#endif
