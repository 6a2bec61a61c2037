/* SPDX-License-Identifier: MIT */
/*
 * What Dahua cameras and recorders answer to their CGI, read without any I/O: lines of key=value, CR
 * LF, the key with its place in brackets. An error is the word Error, with a reason behind it or
 * without, and a status of 200 or 400.
 *
 * Channels are counted from 0 in answers, and from 1 in facts.
 */
#ifndef DAHUA_PARSE_H
#define DAHUA_PARSE_H

#include <vmm/http.h>

#include <kit/dayscan.h>
#include <kit/observe.h>
#include <kit/requests.h>
#include <kit/wallclock.h>
#include <kit/weekplan.h>

#define DAHUA_CHANNELS_MAX 256u
#define DAHUA_DISKS_MAX    32u
#define DAHUA_SPANS_MAX    100u /* files of an answer; as many mean that there are more */

#define DAHUA_ANSWERED    0u
#define DAHUA_NOT_OFFERED 1u
#define DAHUA_NOTHING     2u /* the bare word Error: none of what was asked for */
#define DAHUA_REFUSED     3u /* anything else; the part says what */

/* What is known of a channel, as bits. */
#define DAHUA_NAMED       1u
#define DAHUA_CONNECTED   2u
#define DAHUA_UNCONNECTED 4u
#define DAHUA_EMPTY       8u  /* nothing is set up there */
#define DAHUA_ODD         16u /* a state in a word that is not known */
#define DAHUA_LOST        32u /* in the list of lost inputs */

/* How a channel is recorded. */
#define DAHUA_MODE_UNKNOWN    0u
#define DAHUA_MODE_CONTINUOUS 1u
#define DAHUA_MODE_SCHEDULE   2u
#define DAHUA_MODE_MOTION     3u
#define DAHUA_MODE_EVENT      4u
#define DAHUA_MODE_OFF        5u

#define DAHUA_MODES_MAX 64u /* channels whose plan is kept in mind */

struct dahua_device {
    bool has_number_type; /* the type is a number: there is a better name */
    bool has_losses;      /* the list of lost inputs was read */
    bool has_states;      /* the states of IP channels were read */
    bool has_disk;
    bool has_wall;
    int64_t wall_ms; /* wall clock minus this machine's, as if both were UTC */
    uint32_t channel_count;
    uint8_t channels[DAHUA_CHANNELS_MAX];
    uint8_t modes[DAHUA_CHANNELS_MAX]; /* DAHUA_MODE_*: SCHEDULE is whatever the plan says */
};

/* Judge status and error words; `part` says what there is to say. */
uint32_t dahua_judge(const struct vmm_http_answer *answer, struct vmm_part *part);

/* What a refusal tells of a lock: its time, and the tries left. `part` gets the reason when the
 * device is locked. */
void dahua_read_lock(struct vmm_text body, const struct vmm_observer *to, struct vmm_part *part);

/* Each answers whether there was a line of its own in it. */
bool dahua_read_system(struct vmm_text body, struct dahua_device *device,
                       const struct vmm_observer *to);
bool dahua_read_type(struct vmm_text body, const struct vmm_observer *to);
bool dahua_read_version(struct vmm_text body, const struct vmm_observer *to);
bool dahua_read_name(struct vmm_text body, const struct vmm_observer *to);
bool dahua_read_vendor(struct vmm_text body, const struct vmm_observer *to);
/* Of storage that does not exist: a fault for each. */
bool dahua_read_no_disk(struct vmm_text body, const struct vmm_observer *to);
bool dahua_read_time(const struct vmm_http_answer *answer, const struct vmm_wallclock_zone *zone,
                     struct dahua_device *device, const struct vmm_observer *to);
bool dahua_read_ntp(struct vmm_text body, const struct vmm_observer *to);
bool dahua_read_titles(struct vmm_text body, struct dahua_device *device,
                       const struct vmm_observer *to);
bool dahua_read_losses(struct vmm_text body, struct dahua_device *device);
bool dahua_read_states(struct vmm_text body, struct dahua_device *device);
bool dahua_read_modes(struct vmm_text body, struct dahua_device *device,
                      const struct vmm_observer *to);
bool dahua_read_disks(struct vmm_text body, struct dahua_device *device,
                      const struct vmm_observer *to);

/* Signals and states of all channels, from what the lists together say, and their paths. */
void dahua_report_channels(const struct dahua_device *device, const struct vmm_observer *to);

/* The fact's word for a mode; NULL of UNKNOWN. */
const char *dahua_mode_word(uint8_t mode);

/* ---- dahua_plan.c: when channels are to be recorded ---- */

struct dahua_plans {
    uint32_t wanted; /* the channel, from 1, whose plan is kept whole */
    bool has_plan;
    struct vmm_weekplan plan;
    bool seen[DAHUA_MODES_MAX];
    uint8_t modes[DAHUA_MODES_MAX]; /* DAHUA_MODE_* */
};

/* False when there is not a single line of a plan in it. */
bool dahua_read_plans(struct vmm_text body, uint32_t wanted, struct dahua_plans *plans);

/* ---- dahua_find.c: the search for footage ---- */

/* The number of the object that searches; VMM_E_NOENT. */
int dahua_read_object(struct vmm_text body, uint32_t *object);

/* The session's cookie from the header lines, as a header line; "" when there is none. */
void dahua_read_cookie(struct vmm_text headers, char *out, size_t size);

/* A list of files, times by the device's wall clock as if UTC. */
struct dahua_files {
    int64_t count;     /* that the list has */
    int64_t newest_ms; /* where the newest ends; 0: there is none */
    int64_t oldest_ms; /* where the oldest begins; 0: there is none */
};

/* False when the answer is no list of files. */
bool dahua_read_files(struct vmm_text body, struct dahua_files *files);

/* From when to when each file reaches, by the same clock. False when it is no list of at most DAHUA_SPANS_MAX files, or
 * one of them is not understood. */
bool dahua_read_spans(struct vmm_text body, struct vmm_span spans[DAHUA_SPANS_MAX], size_t *count);

/* The query of the search on channel `channel` (from 1) between two moments of the wall clock. */
int dahua_find_target(uint32_t object, uint32_t channel, int64_t from_ms, int64_t to_ms, char *out,
                      size_t size);

#endif
