/* SPDX-License-Identifier: MIT */
/*
 * Where an event belongs, in words: its incident, its role in it, and how much is lost. Who is called what, and what
 * stands at a site, the caller tells.
 */
#ifndef CAUSE_PLACE_H
#define CAUSE_PLACE_H

#include "cause/cause.h"
#include "cause/incident.h"
#include "health/health.h"

/* A camera or a recorder of a site. */
struct place_part {
    const char *id;
    uint32_t device;   /* looked at for it; CAUSE_NONE: a camera that only its recorder shows */
    uint32_t recorder; /* the device that shows it too; CAUSE_NONE */
    bool is_nvr;
    bool is_off; /* on purpose: neither lost nor counted */
};

typedef void (*place_part_fn)(void *arg, const struct place_part *part);

/* What the caller knows. */
struct place_world {
    void *arg;
    /* The state of a device; NULL: it is not watched. */
    const struct health_state *(*state)(void *arg, uint32_t device);
    /* The id of a device, "?" when there is none any more, and whether it is a recorder. */
    const char *(*device)(void *arg, uint32_t device, bool *is_nvr);
    /* The name of a switch or line; NULL when nothing of the site hangs on it any more. */
    const char *(*link)(void *arg, uint32_t site, uint32_t link);
    /* All that stands at a site. */
    void (*each)(void *arg, uint32_t site, place_part_fn fn, void *fn_arg);
    /* The cameras that a recorder shows. */
    void (*each_behind)(void *arg, uint32_t recorder, place_part_fn fn, void *fn_arg);
};

/* A place, with the texts that `place` borrows. */
struct placed {
    struct incident_place place;
    int64_t begins_wall; /* not 0: what is wrong with the component counts from then on */
    char cause[INCIDENT_CAUSE_MAX];
    char opened_as[INCIDENT_CAUSE_MAX];
    const char *names[INCIDENT_NAMES_MAX];
};

/* The event of a site: one of its incidents has changed. */
void place_site(const struct cause *cause, const struct place_world *world,
                const struct cause_change *change, struct placed *placed);

/* Each camera and recorder that an open incident of a site has lost, however many they are; `id`: incident_id(). False: it
 * is not open. */
bool place_each_lost(const struct cause *cause, const struct place_world *world, uint32_t site,
                     const char *site_id, const char *id, place_part_fn fn, void *fn_arg);

/* A step of a device. */
struct place_step {
    uint32_t site;
    uint32_t device;
    const struct health_state *before;
    const struct health_state *after;
};

/* The event of a device. */
void place_device(const struct cause *cause, const struct place_world *world,
                  const struct place_step *step, const struct health_event *event,
                  struct placed *placed);

/* A camera that is only a channel. */
struct place_channel {
    const char *id;
    uint32_t site;
    uint32_t recorder; /* the device of its recorder; CAUSE_NONE */
    const struct health_event
        *follows; /* the event of its recorder that it follows from; NULL: it comes from a look */
    struct cause_before before; /* what was told of it before it was lost with its recorder */
};

/* What that is, of a camera whose state was this, at the step in which its recorder takes it along. */
struct cause_before place_channel_before(const struct cause *cause, const struct place_world *world,
                                         uint32_t recorder, const struct health_state *state);

void place_channel(const struct cause *cause, const struct place_world *world,
                   const struct place_channel *channel, const struct health_event *event,
                   struct placed *placed);

#endif
