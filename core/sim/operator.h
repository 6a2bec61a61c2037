/* SPDX-License-Identifier: MIT */
/*
 * Somebody who asks to be spared things: maintenance, silences, what is off on purpose, acknowledgements, snoozes; and
 * who keeps a list of what was asked and answered, to see that the gateway keeps to it, whatever happens to the node.
 */
#ifndef SIM_OPERATOR_H
#define SIM_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "gateway/notice.h"
#include "gateway/quiet.h"

#define OPERATOR_TAG "odd"

struct sim;

/* What was asked for. A command is answered when it is durable; of one that a crash took nothing is expected. */
struct wish {
    char id[QUIET_ID_MAX];
    enum quiet_kind kind;
    uint32_t site;
    uint32_t device; /* WORLD_NONE: the whole site */
    char *incident;  /* of an acknowledgement or snooze; else NULL */
    int64_t starts;  /* wall time */
    int64_t ends;
    bool at_once;
    bool is_tagged;     /* it is of devices with OPERATOR_TAG alone */
    const char *cause;  /* SILENCE: it is of this reason alone; "": of any */
    uint32_t first_day; /* of a maintenance that comes again: on these weekdays, 0 Sunday … */
    uint32_t day_count; /* … so many of them … */
    uint32_t from_min;  /* … from this minute … */
    uint32_t span_min;  /* … so long; 0: it is a single one */
    uint32_t
        untold; /* ACK, SNOOZE: receivers that nothing was queued for when it was asked, a bit each */
    int64_t taken_back; /* monotonic: when its end was asked for */
    bool is_answered;
    bool is_over; /* its end is not durable yet */
};

struct operator_desk {
    struct rng rng;
    struct wish *wishes;
    size_t count;
    size_t room;
    uint32_t asked;    /* ever: numbers them */
    int64_t changed;   /* something ended, by itself or not */
    int64_t unsettled; /* the clock was set, or the node or its machine stood still */
};

void operator_init(struct sim *sim);
void operator_finish(struct sim *sim);

/* It asks for something, or takes something back. */
void operator_act(struct sim *sim);

/* All that was asked for is on disk. */
void operator_answered(struct sim *sim);

/* What was not is lost with the node. */
void operator_lost(struct sim *sim);

/* The clock jumps or the node goes on after it stood still: what depends on time is looked at again soon. */
void operator_unsettle(struct sim *sim);

/* The gateway has ended one. */
void operator_hears_end(struct sim *sim, const struct quiet_entry *entry);

/* Devices whose id ends in an odd number have the tag. */
bool operator_is_tagged(const char *subject);

/* A message goes out for the first time: it says nothing that somebody asked to be spared. */
void operator_check_notice(struct sim *sim, size_t receiver, const struct notice *notice);

/* What is wrong and nobody asked to be spared is told. */
void operator_check_owed(struct sim *sim);

#endif
