/* SPDX-License-Identifier: MIT */
/*
 * Between health and cause: what a step of the health engine tells the search for causes, and where its event belongs.
 *
 *   health_step()  →  follow_step()  →  take the changes  →  follow_place() for the event, write it
 *                  →  follow_end()   →  take the changes
 *
 * So an incident is opened before the first event that follows from it, and closed after the last.
 */
#ifndef CAUSE_FOLLOW_H
#define CAUSE_FOLLOW_H

#include "cause/cause.h"
#include "cause/incident.h"
#include "health/health.h"

/* After a step of a device's state, before its event is written. */
void follow_step(struct cause *cause, uint32_t device, const struct health_state *before,
                 const struct health_state *after, const struct health_input *input);

/* After its event was written. */
void follow_end(struct cause *cause, uint32_t device, const struct health_state *before,
                const struct health_state *after, const struct health_input *input);

/* Where an event belongs. */
struct follow_place {
    uint32_t kind;      /* CAUSE_FREE: the device is its own cause; else what it follows from */
    uint32_t opened_as; /* CAUSE_GROUP, CAUSE_SITE: names the incident */
    uint32_t root;      /* CAUSE_DEVICE */
    uint32_t link;      /* CAUSE_GROUP: as in struct cause_incident */
    uint32_t opened_link;
    uint32_t role;      /* INCIDENT_CAUSE or INCIDENT_CONSEQUENCE */
    uint32_t step;      /* INCIDENT_OPENED … */
    int64_t start_wall; /* of the incident; of CAUSE_DEVICE that is the root's own to say: 0 */
    int64_t
        begins_wall; /* not 0: what is wrong with it counts from then on: health_begin_incident() */
};

struct follow_place follow_place(const struct cause *cause, uint32_t device,
                                 const struct health_state *before,
                                 const struct health_state *after,
                                 const struct health_event *event);

#endif
