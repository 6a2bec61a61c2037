/* SPDX-License-Identifier: MIT */
/*
 * Incidents in vmmd: what the steps of verdicts tell the search for causes, what it wants asked, and the events and
 * rows of sites.
 */
#ifndef MAIN_INCIDENTS_H
#define MAIN_INCIDENTS_H

#include "cause/follow.h"
#include "main/watch.h"

/* A site as its events have told it. */
struct site_verdict {
    int64_t since_wall;
    uint32_t events; /* so far: goes into the key of the next */
    uint8_t health;  /* VMM_HEALTH_OK, _DEGRADED (a group is lost) or _DOWN */
    uint8_t severity;
    bool written; /* its row is in the store */
};

struct incidents {
    struct watch *watch;
    struct cause *cause;
    struct site_verdict *sites; /* by site handle */
    uint64_t *marks;            /* cause_mark() of what is in the store */
    uint32_t site_room;
};

struct incidents *incidents_create(struct watch *watch);
void incidents_destroy(struct incidents *incidents);

/* The rules of judging have changed. */
void incidents_set_policy(struct incidents *incidents, const struct health_policy *policy);

/* A number for the name of a switch or line, which stands for it where there is room for a number only; 0 for "". */
uint32_t incidents_link(const char *link);

/* A device is watched, or not any more. VMM_E_NOMEM. */
int incidents_add(struct incidents *incidents, uint32_t device);
void incidents_remove(struct incidents *incidents, uint32_t device);

/* After a step of a device's state, before and after its event is written. */
void incidents_step(struct incidents *incidents, uint32_t device, const struct health_state *before,
                    const struct health_input *input);
void incidents_end(struct incidents *incidents, uint32_t device, const struct health_state *before,
                   const struct health_input *input);

/* When a device last answered, by the monotonic clock. */
int64_t incidents_answered(const struct incidents *incidents);

/* This machine is cut off: what failed in the last moments is no evidence. */
void incidents_void(struct incidents *incidents);

/* Time has passed. */
void incidents_time(struct incidents *incidents);

/* Where an event belongs, with the texts that `place` borrows. */
struct placed {
    struct incident_place place;
    int64_t begins_wall; /* not 0: what is wrong with the component counts from then on */
    char cause[INCIDENT_CAUSE_MAX];
    char opened_as[INCIDENT_CAUSE_MAX];
    const char *names[INCIDENT_NAMES_MAX];
};

/* The event of a site: one of its incidents has changed. */
void incidents_place_site(const struct incidents *incidents, const struct cause_change *change,
                          struct placed *placed);

/* The event of a device. */
void incidents_place(const struct incidents *incidents, uint32_t device,
                     const struct health_state *before, const struct health_event *event,
                     struct placed *placed);

/* The event of a camera that is only a channel. `recorder`: the event of its recorder that it follows from; NULL: it
 * comes from a look. */
void incidents_place_channel(const struct incidents *incidents, uint32_t camera,
                             const struct health_event *event, const struct health_event *recorder,
                             struct placed *placed);

/* The slot of the incident that a device follows from, CAUSE_NONE when it follows from none: for its stored row. */
uint32_t incidents_slot(const struct incidents *incidents, uint32_t device);

/* What was stored: a site's row, and after all of these the devices with the slots of theirs. */
void incidents_restore_site(struct incidents *incidents, const struct store_component *row);
void incidents_restore_device(struct incidents *incidents, uint32_t device, uint32_t slot);

/* The open incident that a device, or a channel, belongs to, for explain: a new object, or null. */
json_t *incidents_explain(const struct incidents *incidents, uint32_t device,
                          const struct fleet_camera *channel);

#endif
