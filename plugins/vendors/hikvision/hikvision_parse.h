/* SPDX-License-Identifier: MIT */
/*
 * What Hikvision cameras and recorders answer to ISAPI, read without any I/O.
 *
 * Elements are found by local name: one answer may mix five namespaces. Each reader answers
 * HIKVISION_READ or HIKVISION_FOREIGN, reports facts to an observer, and leaves in the device what
 * later requests depend on.
 */
#ifndef HIKVISION_PARSE_H
#define HIKVISION_PARSE_H

#include <vmm/http.h>

#include <kit/dayscan.h>
#include <kit/observe.h>
#include <kit/requests.h>
#include <kit/weekplan.h>
#include <kit/zonerule.h>

#define HIKVISION_CHANNELS_MAX 256u
#define HIKVISION_FACTS_MAX    960u /* of one look; inventory beyond it is left out, signals never */

#define HIKVISION_READ    0u
#define HIKVISION_FOREIGN 1u /* not the document that was asked for */

/* What became of a request, by its status and the ResponseStatus in its body. */
#define HIKVISION_ANSWERED    0u /* there is a body to read */
#define HIKVISION_NOT_OFFERED 1u /* the device has no such thing: not judged, and not asked again */
#define HIKVISION_REFUSED     2u /* anything else; the part says what */

#define HIKVISION_CHANNEL_IP       1u  /* a camera on the network, behind the recorder */
#define HIKVISION_CHANNEL_LIVE     2u  /* connected: worth looking for its footage */
#define HIKVISION_CHANNEL_DISABLED 4u  /* switched off, or nothing is set up there */
#define HIKVISION_CHANNEL_SHIFTED  8u  /* its number is an analog input's too */
#define HIKVISION_CHANNEL_NUMBERED 16u /* the working status knows its number */
#define HIKVISION_CHANNEL_IDLE     32u /* the recorder says that it does not record it */

#define HIKVISION_SIGNAL_UNKNOWN 0u /* not told, or none is expected */
#define HIKVISION_SIGNAL_LIVE    1u
#define HIKVISION_SIGNAL_LOST    2u

/* What the lists and the working status say of a channel together: a later one may turn what an
 * earlier one said, so that it is told when all are read. */
struct hikvision_channel {
    uint16_t id; /* in ISAPI */
    uint16_t flags;
    uint8_t signal;   /* HIKVISION_SIGNAL_* */
    bool has_word;    /* the two below are set */
    uint8_t standing; /* VMM_STANDING_* of the word */
    char word[41];    /* the device's for its state */
};

/* What answers say that later requests, or later answers, depend on. */
struct hikvision_device {
    bool is_recorder;  /* by its type, or because it has cameras behind it */
    bool has_type;     /* the type names a recorder */
    uint32_t firmware; /* hash of the firmware's name; 0: not told */
    bool has_zone;     /* the rule below was read */
    struct vmm_zonerule rule;
    bool has_wall;    /* wall_ms was read */
    int64_t wall_ms;  /* wall clock minus this machine's, as if both were UTC */
    bool has_disk;    /* there is something to record to */
    uint32_t facts;   /* reported so far */
    uint32_t reserve; /* facts that are still to come and go before inventory */
    uint32_t channel_count;
    struct hikvision_channel channels[HIKVISION_CHANNELS_MAX]; /* by ascending id */
};

/* ---- hikvision_track.c ---- */

/* When a channel is to be recorded; a plan that is switched off is empty. */
uint32_t hikvision_read_track(struct vmm_text body, struct vmm_weekplan *plan);

/* ---- hikvision_answer.c ---- */

/* Judge status and error body. Answers HIKVISION_ANSWERED …; `part` says what there is to say. */
uint32_t hikvision_judge(const struct vmm_http_answer *answer, struct vmm_part *part);

/* What a body says of the lock: tries left, locked or not, for how long. When it is locked, `part`
 * says so. A body that tells nothing of this is passed over. */
void hikvision_read_lock(struct vmm_text body, const struct vmm_observer *to,
                         struct vmm_part *part);

/* ---- hikvision_identity.c ---- */

uint32_t hikvision_read_identity(struct vmm_text body, struct hikvision_device *device,
                                 const struct vmm_observer *to);
uint32_t hikvision_read_status(struct vmm_text body, const struct vmm_observer *to);

/* ---- hikvision_clock.c ---- */

uint32_t hikvision_read_time(const struct vmm_http_answer *answer, struct hikvision_device *device,
                             const struct vmm_observer *to);
uint32_t hikvision_read_ntp(struct vmm_text body, const struct vmm_observer *to);

/* ---- hikvision_channel.c ---- */

/* Analog inputs, or the camera's own sensor. Read before the proxies. */
uint32_t hikvision_read_inputs(struct vmm_text body, struct hikvision_device *device,
                               const struct vmm_observer *to);

/* State of the cameras behind a recorder, and their names. */
uint32_t hikvision_read_proxies(struct vmm_text body, struct hikvision_device *device,
                                const struct vmm_observer *to);
uint32_t hikvision_read_names(struct vmm_text body, struct hikvision_device *device,
                              const struct vmm_observer *to);

/* Recording and signal of each channel, told by newer recorders. Passed over, with a finding, when
 * its numbers are not those of the channel lists. */
uint32_t hikvision_read_work(struct vmm_text body, struct hikvision_device *device,
                             const struct vmm_observer *to);

/* Which channels are lost, live, or off, and the words for it: once a look, when all is read that
 * will be, also of a look that ends early. */
void hikvision_report_channels(struct hikvision_device *device, const struct vmm_observer *to);

/* Paths of streams and pictures of each channel, for others to use. */
void hikvision_report_paths(struct hikvision_device *device, const struct vmm_observer *to);

/* The channel of this id, or NULL. */
struct hikvision_channel *hikvision_channel_of(struct hikvision_device *device, uint32_t id);

/* The number a channel has in facts. */
uint32_t hikvision_index(const struct hikvision_channel *channel);

/* ---- hikvision_disk.c ---- */

/* Disks and network storage. A recorder without any is a fault; a camera without a card is one when
 * a card is expected. */
uint32_t hikvision_read_storage(struct vmm_text body, bool expect_card,
                                struct hikvision_device *device, const struct vmm_observer *to);

/* ---- hikvision_footage.c ---- */

/* The body of a search for footage of a track between two moments of the device's wall clock,
 * milliseconds as if UTC; `number` makes its id. VMM_E_TOOBIG. */
int hikvision_search_body(uint32_t track, int64_t from_ms, int64_t to_ms, uint32_t most,
                          uint64_t number, char *out, size_t size);

#define HIKVISION_SPANS_MAX 64u

struct hikvision_footage {
    uint32_t matches; /* that can be read */
    bool more;        /* the device has more behind them, or there is no room for them here */
    struct vmm_span spans[HIKVISION_SPANS_MAX]; /* the first of them, in the order they came */
    int64_t oldest_ms; /* where the oldest match begins, by the device's wall clock */
    int64_t newest_ms; /* where the newest ends */
};

uint32_t hikvision_read_search(struct vmm_text body, struct hikvision_footage *footage);

/* The days of a month on which there is footage: bit n is day n. */
uint32_t hikvision_read_days(struct vmm_text body, uint32_t *days);

#endif
