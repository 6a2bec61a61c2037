/* SPDX-License-Identifier: MIT */
/*
 * Time in which this vmmd did not watch: it was stopped, killed, the machine off, or it stood still. The store is told
 * twice a minute that it is there; what lies between the last of these and a start is told as the event
 * `node.unwatched`, and so is a time in which the loop stood still. The days of all that it watches count that time as
 * unknown: store/spans.h.
 */
#ifndef MAIN_UNWATCHED_H
#define MAIN_UNWATCHED_H

#include <stdint.h>

struct watch;
struct unwatched;

/* NULL without memory. */
struct unwatched *unwatched_create(struct watch *watch);
void unwatched_destroy(struct unwatched *unwatched);

/* When it watched last, as the store knows it: wall time in microseconds. */
void unwatched_restore(struct unwatched *unwatched, int64_t at);

/* The watch begins: tell what lies behind, before anything else is told. */
void unwatched_start(struct unwatched *unwatched);

/* The loop stood still for so long, up to now. */
void unwatched_pause(struct unwatched *unwatched, uint64_t gap_us);

/* The watch ends in order: what comes now is not watched. */
void unwatched_stop(struct unwatched *unwatched);

#endif
