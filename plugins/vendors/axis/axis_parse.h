/* SPDX-License-Identifier: MIT */
/*
 * What Axis cameras and video servers answer, read without any I/O: JSON whose errors come with
 * status 200, XML whose values stand in attributes, and lines root.Group.Name=value of old firmware.
 */
#ifndef AXIS_PARSE_H
#define AXIS_PARSE_H

#include <vmm/http.h>

#include <kit/observe.h>

#define AXIS_CHANNELS_MAX 64u
#define AXIS_DISKS_MAX    8u

/* What kind of text an answer is. */
#define AXIS_DATA      0u /* there is data in it */
#define AXIS_FORBIDDEN 1u /* error 2001: the account may not */
#define AXIS_ERROR     2u /* another error: a method or version that this firmware does not know */
#define AXIS_FOREIGN   3u /* anything else, or nothing */

/* Read an answer of systemready.cgi: uptime to `to`. `*ready` is set on AXIS_DATA. */
uint32_t axis_read_ready(struct vmm_text body, bool *ready, const struct vmm_observer *to);

/* Read an answer of basicdeviceinfo.cgi: identity to `to`. */
uint32_t axis_read_identity(struct vmm_text body, const struct vmm_observer *to);

/* The device's clock against this machine's. */
struct axis_clock {
    bool is_known;
    int64_t offset_ms;
};

/* Read an answer of time.cgi: the offset of the clock, where its time says that it is UTC. */
uint32_t axis_read_time(const struct vmm_http_answer *answer, struct axis_clock *clock,
                        const struct vmm_observer *to);

/* Read an answer of ntp.cgi: whether the clock is set by a time server, and by which. */
uint32_t axis_read_ntp(struct vmm_text body, const struct vmm_observer *to);

/* Read lines of param.cgi, in `charset` (VMM_CHARSET_*): identity, zone rule, time server. False when there is none of
 * them. */
bool axis_read_parameters(struct vmm_text body, uint32_t charset, const struct vmm_observer *to);

/* Read an answer of disks/list.cgi. A slot without a card is a fault only when a card is expected.
 * 0, VMM_E_PROTO when it is no list of disks, VMM_E_NOMEM. */
int axis_read_disks(struct vmm_text body, bool expect_card, const struct vmm_observer *to);

/* Read an answer of record/list.cgi, which may be cut anywhere: which sources are recorded now; of a whole list also how
 * old each one's newest and oldest footage is at `now_ms` of this machine, where the device's clock is known. False
 * when it is no list of recordings. */
bool axis_read_recordings(struct vmm_text body, const struct axis_clock *clock, int64_t now_ms,
                          const struct vmm_observer *to);

#endif
