/* SPDX-License-Identifier: MIT */
/*
 * What has to hold at every step, whatever happens:
 *   - no event without a change, no change without an event, each event once, one following from the other;
 *   - at most one open incident for a cause; what closes was open;
 *   - what is on disk is what is in memory, so that a crash at any step goes on with the same record;
 *   - while the node works nothing turns UNKNOWN: whoever is asked is judged too;
 *   - looks come within the bounds of their rhythm, and never two at once at a device;
 *   - while the node is cut off nobody is called lost, as far as it can know, and it says so itself, once;
 *   - a destination gets no more than its quota, each message with the same bytes, and hears of nothing twice;
 *   - an outage that lasts is noticed; when all is well again, no incident is open and nobody is owed a message.
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "gateway/notice.h"
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
    struct check_told self; /* of the node */
    json_t *open; /* incidents: id → true; false: all there is to it is that the node is cut off */
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
void check_event(struct check *check, struct sim *sim, const struct disk_event *event, bool is_new);

/* The row of a device is durable, and nothing of it waits. */
void check_device(struct check *check, const struct sim *sim, uint32_t device);

/* The node is about to crash: everything that is not on its way to the disk is there. */
void check_crash(struct check *check, const struct sim *sim);

/* An outage has lasted for long. */
void check_outage(struct check *check, struct sim *sim, uint32_t outage);

/* ---- check_cut.c ---- */

void check_cut_step(struct check *check, const struct sim *sim, uint32_t device,
                    const struct health_state *before, const struct health_state *after);
void check_cut_event(struct check *check, struct sim *sim, const struct disk_event *event);

/* A message goes out: it tells of no device that only the node does not see. */
void check_cut_notice(struct check *check, const struct sim *sim, const struct notice *notice);

/* A device may be UNKNOWN: the node was cut off lately. */
bool check_cut_unknown(const struct sim *sim);

/* This cut ends now, or is over for a while. */
void check_cut(struct check *check, const struct sim *sim, uint32_t number, bool is_over);

/* Nothing has happened for hours. */
void check_end(struct check *check, const struct sim *sim);

#endif
