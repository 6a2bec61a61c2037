/* SPDX-License-Identifier: MIT */
/* How fast a device answers, and how steadily. */
#ifndef VMM_HEALTH_PACE_H
#define VMM_HEALTH_PACE_H

#include <stdint.h>

/* Plain numbers: it can be written down and read back. All zero: no look has been timed. */
struct pace {
    uint32_t looks;      /* that it rests on */
    uint32_t latency_us; /* of the last one */
    uint32_t smooth_us;  /* the mean of the latest ones */
    uint32_t jitter_us;  /* the mean change from one to the next; means nothing before the second */
};

/* A look whose slowest request took so long. */
void pace_take(struct pace *pace, uint32_t latency_us);

#endif
