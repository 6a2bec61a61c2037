/* SPDX-License-Identifier: MIT */
/* One look as the network lets it be: a connection, and for a full look some requests over it. */
#ifndef SIM_ATTEMPT_H
#define SIM_ATTEMPT_H

#include "sim/world.h"

struct attempt {
    uint32_t outcome; /* VMM_OUTCOME_* */
    uint32_t rung;
    uint32_t latency_us; /* of the slowest request, its connection included; 0: none was answered */
    int64_t end;
};

/* `full`: more than the connection is asked for. Packets are sent again as TCP does. */
struct attempt attempt_make(struct world *world, uint32_t device, bool full, int64_t at,
                            int64_t deadline_us);

#endif
