/* SPDX-License-Identifier: MIT */
#include "host/period.h"

#include <stddef.h>

#include "base/clock.h"

#define PERIODS 16u

struct period {
    uint64_t us;
    const struct timeval *list; /* what the loop calls a list of this length */
};

static struct period periods[PERIODS];

static struct timeval length_of(uint64_t us)
{
    return (struct timeval){.tv_sec = (time_t)(us / CLOCK_S),
                            .tv_usec = (suseconds_t)(us % CLOCK_S)};
}

static const struct timeval *list_of(struct event_base *base, uint64_t us)
{
    for (size_t i = 0; i < PERIODS; i++) {
        struct period *period = &periods[i];
        if (period->list == NULL) {
            struct timeval length = length_of(us);
            period->us = us;
            period->list = event_base_init_common_timeout(base, &length);
        }
        if (period->us == us) {
            return period->list;
        }
    }
    return NULL;
}

void period_start(struct event_base *base, struct event *timer, uint64_t us)
{
    struct timeval length = length_of(us);
    const struct timeval *list = list_of(base, us);
    event_add(timer, list != NULL ? list : &length);
}
