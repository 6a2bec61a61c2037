/* SPDX-License-Identifier: MIT */
/*
 * What ACTi cameras and video servers answer to their URL commands, read without any I/O.
 *
 * Answers are lines: CMD='VALUE', OK: CMD='VALUE', OK, or ERROR: text, all of them with status 200.
 * SYSTEM_INFO gives lines Key = value, whose keys differ in case between models.
 */
#ifndef ACTI_PARSE_H
#define ACTI_PARSE_H

#include <kit/observe.h>

#define ACTI_CHANNELS_MAX 64u

/* What kind of text an answer is. */
#define ACTI_VALUES    0u /* something was read */
#define ACTI_REFUSED   1u /* ERROR: the account or its password is wrong, or missing */
#define ACTI_FORBIDDEN 2u /* ERROR: the account may not do this */
#define ACTI_ERROR     3u /* any other ERROR: not known to this model, not judged */
#define ACTI_FOREIGN   4u /* anything else, or nothing */

/* The kind of an answer by its first ERROR line; ACTI_FOREIGN when it has none. */
uint32_t acti_error_of(struct vmm_text body);

/* What answers say that later requests depend on. */
struct acti_device {
    uint32_t channels; /* 0: not told */
    bool is_encoder;   /* by its model, whose inputs may be dead while its pictures are whole */
};

/* Whether an answer tells a model, or what stands for one. */
bool acti_is_identity(struct vmm_text body);

/* Read an answer of SYSTEM_INFO: identity to `to`. Answers ACTI_*. */
uint32_t acti_read_identity(struct vmm_text body, struct acti_device *device,
                            const struct vmm_observer *to);

/* Read an answer of V2_PORT_RTSP; `*port` is set on ACTI_VALUES. */
uint32_t acti_read_port(struct vmm_text body, uint16_t *port);

/* Read an answer of SNAPSHOT; the signal of channel 1, which a whole picture proves of a camera alone.
 * `is_cut` says that more was to come. Answers ACTI_*. */
uint32_t acti_read_picture(struct vmm_text body, bool is_cut, bool is_camera,
                           const struct vmm_observer *to);

#endif
