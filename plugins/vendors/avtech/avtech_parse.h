/* SPDX-License-Identifier: MIT */
/*
 * What AVTECH recorders and cameras answer, read without any I/O.
 *
 * The first line of an answer is a code, 0 for success, the second says OK, the data begins with the
 * third. The status is 200 whatever the code, and the length in the header cannot be believed.
 */
#ifndef AVTECH_PARSE_H
#define AVTECH_PARSE_H

#include <kit/datetime.h>
#include <kit/observe.h>

#define AVTECH_CHANNELS_MAX 32u

/* What kind of text an answer is. */
#define AVTECH_OK      0u /* the code is 0 */
#define AVTECH_CODE    1u /* another code: what it means is not known, so nothing is judged */
#define AVTECH_FOREIGN 2u /* no code, or nothing */

/* What answers say that later requests depend on. */
struct avtech_device {
    bool is_recorder;  /* Product.Type=DVR */
    uint32_t channels; /* Video.Input.Num; 0: not told */
    bool has_time;
    struct vmm_datetime time; /* the device's own clock */
};

/* The kind of an answer, and what stands behind its first two lines; `*code` where there is one. */
uint32_t avtech_answer(struct vmm_text body, struct vmm_text *data, int64_t *code);

/* Read the data of get_capability: identity to `to`. False when it tells nothing. */
bool avtech_read_capability(struct vmm_text data, struct avtech_device *device,
                            const struct vmm_observer *to);

/* Read the data of Time.cgi. False when there is no time in it. */
bool avtech_read_time(struct vmm_text data, struct avtech_device *device);

/* Read the data of a list of recordings: the age of the newest footage of each channel by the
 * device's own clock, not judged where it may be a recording that is still under way. Lines that are no recordings are left out; answers how many were. */
uint32_t avtech_read_recordings(struct vmm_text data, const struct avtech_device *device,
                                const struct vmm_observer *to);

/* The word that SmartMonitor.cgi begins with, "Alive" or another; empty when there is none. */
struct vmm_text avtech_monitor_word(struct vmm_text body);

/* A sum of a picture's bytes, to find out that two are the same; 0 when it is no whole picture. */
uint64_t avtech_picture_sum(struct vmm_text body);

#endif
