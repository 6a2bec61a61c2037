/* SPDX-License-Identifier: MIT */
/*
 * What has to hold at every step, whatever happens:
 *   - no event without a change, no change without an event, each event once, one following from the other;
 *   - at most one open incident for a cause; what closes was open;
 *   - what is on disk is what is in memory, so that a crash at any step goes on with the same record;
 *   - while the node works nothing turns UNKNOWN: whoever is asked is judged too;
 *   - looks come within the bounds of their rhythm, and never two at once at a device;
 *   - a destination gets no more than its quota, each message with the same bytes, and hears of nothing twice;
 *   - an outage that lasts is noticed; when all is well again, no incident is open and nobody is owed a message.
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "health/health.h"
#include "sim/disk.h"

struct sim;

/* What the journal last said of a device or site. */
struct check_told {
    uint32_t number;
    uint8_t health;
    uint8_t reason;
};

struct check_device {
    struct check_told told;
    uint8_t looks_out;
    uint8_t looks; /* begun in this window */
    int64_t window;
};

struct check {
    struct check_device *devices;
    struct check_told *sites;
    json_t *open; /* incidents: id → true */
    json_t *held; /* of causes that can have one incident only: "site cause" → id */
    uint64_t steps;
    uint32_t failures;
};

void check_init(struct check *check, const struct sim *sim);
void check_finish(struct check *check);

/* Something does not hold. The first of a run are printed. */
void check_fail(struct check *check, const struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A step of a device's state. */
void check_step(struct check *check, const struct sim *sim, uint32_t device,
                const struct health_state *before, const struct health_state *after,
                const struct health_input *input, const struct health_actions *actions);

/* A look begins. `last`: when the one before did, 0: not known; `is_regular`: it comes by the normal rhythm alone. */
void check_look(struct check *check, const struct sim *sim, uint32_t device, int64_t last,
                bool is_regular);
void check_look_end(struct check *check, uint32_t device);

/* An event is durable. */
void check_event(struct check *check, const struct sim *sim, const struct disk_event *event,
                 bool is_new);

/* The row of a device is durable, and nothing of it waits. */
void check_device(struct check *check, const struct sim *sim, uint32_t device);

/* The node is about to crash: everything that is not on its way to the disk is there. */
void check_crash(struct check *check, const struct sim *sim);

/* An outage has lasted for long. */
void check_outage(struct check *check, struct sim *sim, uint32_t outage);

/* Nothing has happened for hours. */
void check_end(struct check *check, const struct sim *sim);

#endif
