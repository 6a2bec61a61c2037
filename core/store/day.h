/* SPDX-License-Identifier: MIT */
/*
 * The days of one camera, recorder or site: how long it was in which health, made of its changes one after the
 * other. Pure. Times are whole seconds since 1970-01-01 UTC; a day is the local one of the site, with the 23 to
 * 25 hours that it has there, and its seconds always add up to its length.
 *
 * A state is the day in progress, counted up to the last change. What is behind that follows from it: as long as
 * nothing changes, the health stays. Spans lie over that: time in which nobody watched counts as UNKNOWN, whatever
 * the health is before and after it; a maintenance counts beside the health. A span matters only to time that is not
 * counted yet.
 */
#ifndef STORE_DAY_H
#define STORE_DAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmm/observation.h>

#include "base/zone.h"

/* What the verdict rests on, beside the health. */
enum day_fault { DAY_FAULT_NONE, DAY_FAULT_RECORDING, DAY_FAULT_CLOCK, DAY_FAULTS };

/* Whether it records, as far as its looks can tell. Told and counted beside the health. */
enum day_recording {
    DAY_RECORDING_UNJUDGED,
    DAY_RECORDING_PROVEN,
    DAY_RECORDING_MISSING,
    DAY_RECORDINGS
};

/* Spans of time by their start; they may overlap. */
struct day_span {
    int64_t since;
    int64_t until;
};
struct day_spans {
    const struct day_span *items;
    size_t count;
};

/* Seconds of [since, until) that lie in any of the spans. */
int64_t day_spans_within(const struct day_spans *spans, int64_t since, int64_t until);

/* Where its days lie, and what lies over them. */
struct day_frame {
    const struct zone *zone;
    struct day_spans unwatched; /* vmmd itself did not watch */
    struct day_spans maintenance;
};

struct day_row {
    int64_t day;    /* days since 1970-01-01 of the site's calendar */
    int64_t begins; /* the instants between which it lies */
    int64_t ends;
    int64_t health_s[VMM_HEALTH_COUNT];
    int64_t fault_s[DAY_FAULTS];
    int64_t recording_s[DAY_RECORDINGS]; /* these add up to the day too */
    int64_t unwatched_s;                 /* of the time in UNKNOWN */
    int64_t maintenance_s;
    int64_t commissioning_s;
    int64_t
        longest_s; /* the longest outage: DOWN or BLACKFRAME, as far as it was watched in this day */
    int64_t
        first_failure; /* when the first and the last outage of the day began; 0: there was none */
    int64_t last_failure;
    uint32_t outages; /* that began in this day */
    uint32_t changes; /* of the health */
    int32_t clock_ms; /* the clock's offset that was farthest from 0 */
    uint32_t has_clock;
};

struct day_state {
    struct day_row row; /* the day in progress, up to `since` */
    int64_t since;      /* the last change */
    int64_t outage;  /* the outage in progress: when it began, or the day did; 0: there is none */
    uint32_t health; /* VMM_HEALTH_* since then */
    uint32_t fault;  /* enum day_fault */
    int64_t commissioning_since; /* it was new then; 0: never */
    int64_t commissioning_until; /* and not any more then; 0: it is */
    uint32_t recording;          /* enum day_recording */
    int32_t clock_ms;            /* the clock's offset, when it was told last */
    uint32_t has_clock;
    uint32_t pad; /* 0 */
};

/* A day that is over. */
typedef void (*day_done_fn)(void *arg, const struct day_row *row);

/* Begin with the day that `at` lies in, in this health from its start on. */
void day_begin(struct day_state *state, const struct zone *zone, int64_t at, uint32_t health);

/* The health from `at` on; what is before the last change counts as at that change. */
void day_change(struct day_state *state, const struct day_frame *frame, int64_t at, uint32_t health,
                enum day_fault fault, day_done_fn done, void *arg);

/* Count up to `at`: nothing has changed until then. */
void day_advance(struct day_state *state, const struct day_frame *frame, int64_t at,
                 day_done_fn done, void *arg);

/* What its looks say from the instant on up to which it is counted: day_advance() comes first. */
void day_set_recording(struct day_state *state, enum day_recording recording);
void day_set_clock(struct day_state *state, int32_t offset_ms);

/* It is new since then; it is new no more. */
void day_begin_commissioning(struct day_state *state, int64_t at);
void day_end_commissioning(struct day_state *state, int64_t at);

/* True when a state that was stored can be one. */
bool day_state_is_good(const struct day_state *state);

/* The same, from a state that lies before the start of a day, without the days between: go on with that day. */
void day_skip_to(struct day_state *state, const struct zone *zone, int64_t begins);

/* The start of the day that an instant lies in. */
int64_t day_start(const struct zone *zone, int64_t at);

#endif
