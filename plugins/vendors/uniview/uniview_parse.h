/* SPDX-License-Identifier: MIT */
/*
 * What Uniview cameras and recorders answer to LAPI, read without any I/O.
 *
 * An answer is JSON, in an envelope with a code or without. Some firmware gives the status 599 with
 * a good answer, so the JSON is looked at before the status.
 */
#ifndef UNIVIEW_PARSE_H
#define UNIVIEW_PARSE_H

#include <vmm/http.h>

#include <kit/observe.h>
#include <kit/requests.h>

#define UNIVIEW_CHANNELS_MAX 256u

#define UNIVIEW_ANSWERED    0u
#define UNIVIEW_NOT_OFFERED 1u /* the device has no such path */
#define UNIVIEW_NO_SESSION  2u /* code 3: a login of its own kind is wanted */
#define UNIVIEW_REFUSED     3u /* anything else; the part says what */
#define UNIVIEW_FOREIGN     4u /* no JSON of this kind; the part says so */

struct json_t;

/* One answer, read. `data` is what the envelope holds, or all of it where there is none; it lives
 * until uniview_answer_finish(). */
struct uniview_answer {
    struct json_t *whole;
    const struct json_t *data;
};

/* Judge an answer and open its envelope. Answers UNIVIEW_*; `answer` has data on ANSWERED only.
 * uniview_answer_finish() is due in any case. */
uint32_t uniview_answer_init(struct uniview_answer *answer, const struct vmm_http_answer *http,
                             struct vmm_part *part);
void uniview_answer_finish(struct uniview_answer *answer);

struct uniview_channel {
    uint16_t id;
    bool is_live;
};

/* What answers say that later requests depend on. */
struct uniview_device {
    bool is_recorder; /* it has channels behind it */
    bool has_disk;
    bool has_clock;
    int64_t clock_ms; /* its clock minus this machine's */
    uint32_t facts;   /* reported so far */
    uint32_t channel_count;
    struct uniview_channel channels[UNIVIEW_CHANNELS_MAX]; /* by ascending id */
};

/* Each answers whether the data was of this kind. */
bool uniview_read_identity(const struct json_t *data, const struct vmm_observer *to);
bool uniview_read_time(const struct json_t *data, const struct vmm_http_answer *http,
                       struct uniview_device *device, const struct vmm_observer *to);
bool uniview_read_channels(const struct json_t *data, struct uniview_device *device,
                           const struct vmm_observer *to);

/* The first time server, and whether it sets the clock. */
bool uniview_read_ntp(const struct json_t *data, const struct vmm_observer *to);

/* A recorder without a disk is a fault, a camera without a card is one when a card is expected. */
bool uniview_read_storage(const struct json_t *data, bool expect_card,
                          struct uniview_device *device, const struct vmm_observer *to);

/* Recordings; times in seconds since 1970 UTC by the device, 0 when there is none. */
struct uniview_footage {
    size_t count;
    int64_t oldest_s;
    int64_t newest_s;
};

bool uniview_read_records(const struct json_t *data, struct uniview_footage *footage);

/* The days of a month with recordings, bit n for day n. */
bool uniview_read_days(const struct json_t *data, uint32_t *days);

/* The nonce that signs the next request, into `out`; "" when none is told. */
bool uniview_read_nonce(const struct json_t *data, char *out, size_t size);

/* Paths of streams and pictures, for others to use. */
void uniview_report_paths(struct uniview_device *device, const struct vmm_observer *to);

#endif
