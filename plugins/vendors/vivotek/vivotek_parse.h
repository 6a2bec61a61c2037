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

#define VIVOTEK_RECORDINGS 2u

/* The names of one recording entry, as a query. */
#define VIVOTEK_RECORDING(n)                                                                       \
    "recording_i" n "_enable&recording_i" n "_weekday&recording_i" n "_begintime&recording_i" n    \
    "_endtime"

/* How one recording entry is set up. */
struct vivotek_recording {
    bool is_told;
    bool enabled;
    bool all_week; /* every day from 00:00 to 24:00 */
};

/* What answers say that later requests, or later lines, depend on. */
struct vivotek_device {
    bool is_encoder;      /* capability_videoin_type 0 or 1: video comes over a cable */
    uint32_t channels;    /* capability_nvideoin; 0: not told */
    bool has_zone;        /* system_timezoneindex was read */
    int32_t zone_minutes; /* east of UTC */
    bool daylight;        /* system_daylight_enable */
    uint32_t firmware;    /* hash of the firmware's name; 0: not told */
    bool has_wall;        /* date and time were read */
    int64_t wall_ms;      /* its wall clock minus this machine's, as if both were UTC */
    bool has_ntp;         /* system_ntp was read */
    bool ntp_is_set;      /* it names a server */
    bool has_interval;    /* system_updateinterval was read */
    bool ntp_is_used;     /* it is not 0: never */
    struct vivotek_recording recordings[VIVOTEK_RECORDINGS];
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

/* ---- vivotek_setup.c: what an operator sets up, and clips ---- */

/* Take a line of the set-up. Facts that stand in one line are reported. False for another line. */
bool vivotek_take_setup(struct vmm_text key, struct vmm_text value, struct vivotek_device *device,
                        const struct vmm_observer *to);

/* Report what several lines tell together: use of the time server, recording mode, picture path. False where they say
 * that nothing is recorded. */
bool vivotek_report_setup(const struct vivotek_device *device, const struct vmm_observer *to);

/* The request for clips of the day before `wall_ms`, the device's wall clock as if UTC. */
int vivotek_search_target(int64_t wall_ms, char *target, size_t size);

/* Times by the device's wall clock as if UTC. */
struct vivotek_clips {
    int64_t count;
    int64_t newest_ms; /* when the newest of them began; 0: there is none */
    int64_t step_ms;   /* the longest from the beginning of one to that of the next */
    bool is_cut;       /* there are more than these, or there may be */
};

/* Read its answer. VIVOTEK_*. */
uint32_t vivotek_read_clips(struct vmm_text body, struct vivotek_clips *clips);

/* Report the age of the newest footage, by the beginning of the newest clip. In which order clips are listed is told
 * nowhere, and neither is how long they are: one that is not fresh is told only where the list is whole and the clip is
 * over for certain, by the steps between those before it. True when footage is fresh. */
bool vivotek_report_clips(const struct vivotek_clips *clips, int64_t wall_ms,
                          const struct vmm_observer *to);

#endif
