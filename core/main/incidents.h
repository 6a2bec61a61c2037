/* SPDX-License-Identifier: MIT */
/*
 * Incidents in vmmd, around cause/sites.h: what it asks of the fleet (place.c), and what is done with what it decides.
 */
#ifndef MAIN_INCIDENTS_H
#define MAIN_INCIDENTS_H

#include "cause/sites.h"
#include "main/watch.h"

struct incidents {
    struct watch *watch;
    struct sites sites;
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

/* This machine is cut off, or has stood still: what failed in the last moments is no evidence. */
void incidents_void(struct incidents *incidents);

/* Time has passed. */
void incidents_time(struct incidents *incidents);

/* What is asked of the fleet; its `arg` are the incidents. */
extern const struct place_world incidents_world;

/* The event of a device. */
void incidents_place(const struct incidents *incidents, uint32_t device,
                     const struct health_state *before, const struct health_event *event,
                     struct placed *placed);

/* The event of a camera that is only a channel. `recorder`: the event of its recorder that it follows from; NULL: it
 * comes from a look. */
void incidents_place_channel(const struct incidents *incidents, uint32_t camera,
                             const struct health_event *event, const struct health_event *recorder,
                             struct placed *placed);

/* What was told of a camera that is only a channel, and whose state was this, before its recorder took it along. */
struct cause_before incidents_channel_before(const struct incidents *incidents, uint32_t camera,
                                             const struct health_state *state);

/* How a device belongs to the incident that it follows from: for its stored row. */
struct cause_member incidents_member(const struct incidents *incidents, uint32_t device);

/* What was stored: a site's row, and after all of these the devices. */
void incidents_restore_site(struct incidents *incidents, const struct store_component *row);
void incidents_restore_device(struct incidents *incidents, uint32_t device,
                              struct cause_member member);

/* As place_each_lost(). */
bool incidents_each_lost(const struct incidents *incidents, const char *site_id, const char *id,
                         place_part_fn fn, void *fn_arg);

/* The open incident that a device, or a channel, belongs to, for explain: a new object, or null. */
json_t *incidents_explain(const struct incidents *incidents, uint32_t device,
                          const struct fleet_camera *channel);

#endif
