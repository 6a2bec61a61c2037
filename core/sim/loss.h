/* SPDX-License-Identifier: MIT */
/*
 * The loss of a path as Gilbert and Elliott have it: two states, a good one in which every packet passes, and a bad one,
 * a burst, in which each is lost with some probability. Bursts last LOSS_BURST_MIN_US to LOSS_BURST_MAX_US; how long the
 * good state lasts makes the mean.
 */
#ifndef SIM_LOSS_H
#define SIM_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#define LOSS_BURST_MIN_US INT64_C(2000000)
#define LOSS_BURST_MAX_US INT64_C(90000000)

struct loss_model {
    double mean;     /* share of all packets that are lost; 0: none ever is */
    double in_burst; /* share of those in a burst */
};

/* One path. The times that it is asked for never go back by more than a look. */
struct loss {
    uint64_t seed; /* state of its own generator */
    int64_t until; /* the state holds until then */
    bool is_bad;
};

void loss_init(struct loss *loss, const struct loss_model *model, uint64_t seed);

/* True when no burst begins or lasts from `at` to `until`. */
bool loss_is_clear(struct loss *loss, const struct loss_model *model, int64_t at, int64_t until);

/* Whether a packet sent at `at` is lost. */
bool loss_takes(struct loss *loss, const struct loss_model *model, int64_t at);

#endif
