/* SPDX-License-Identifier: MIT */
/*
 * What VIVOTEK cameras and video servers answer, read without any I/O.
 *
 * getparam.cgi answers one line a parameter, name='value', CR LF; an error is the text "ERROR: …"
 * with status 200 (libpyvivotek's recorded answers). Bodies are ISO-8859-1.
 */
#ifndef VIVOTEK_PARSE_H
#define VIVOTEK_PARSE_H

#include <kit/observe.h>

#define VIVOTEK_CHANNELS_MAX 64u
#define VIVOTEK_DISKS_MAX    8u

/* What kind of text an answer is. */
#define VIVOTEK_LINES   0u /* at least one parameter that was read */
#define VIVOTEK_ERROR   1u /* "ERROR: …": a name that is not known, or a level too low for it */
#define VIVOTEK_FOREIGN 2u /* anything else, or nothing */

/* What answers say that later requests, or later lines, depend on. */
struct vivotek_device {
    bool is_encoder;      /* capability_videoin_type 0 or 1: video comes over a cable */
    uint32_t channels;    /* capability_nvideoin; 0: not told */
    bool has_zone;        /* system_timezoneindex was read */
    int32_t zone_minutes; /* east of UTC */
    bool daylight;        /* system_daylight_enable */
    uint32_t firmware;    /* hash of the firmware's name; 0: not told */
};

/* When the answer was asked for and came, by this machine's clock (struct vmm_http_answer). */
struct vivotek_times {
    int64_t sent_wall_us;
    int64_t received_wall_us;
};

/* Read an answer of getparam.cgi: facts to `to`, what others need to `device`. Lines of names that
 * are not known here are passed over, values that make no sense are not judged. Answers VIVOTEK_*.
 */
uint32_t vivotek_read_parameters(struct vmm_text body, const struct vivotek_times *times,
                                 struct vivotek_device *device, const struct vmm_observer *to);

/* Read an answer of lsctrl.cgi?cmd=queryStatus&retType=javascript. A slot without a card is a fault
 * only when a card is expected. Answers VIVOTEK_*. */
uint32_t vivotek_read_storage(struct vmm_text body, bool expect_card,
                              const struct vmm_observer *to);

/* Minutes east of UTC of a system_timezoneindex, which counts 40 to the hour. 0 or VMM_E_RANGE. */
int vivotek_zone_minutes(int64_t units, int32_t *minutes);

#endif
