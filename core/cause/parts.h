/* SPDX-License-Identifier: MIT */
/* The inside of struct cause, shared by its own files. */
#ifndef CAUSE_PARTS_H
#define CAUSE_PARTS_H

#include "cause/cause.h"

#define NO_SLOT     UINT8_MAX
#define SAMPLES_MAX 4u
#define CHANGES_MAX (4 * CAUSE_OPEN_MAX)

/* A device as it is seen here. What a look at one that is well needs comes first. */
struct device {
    int64_t failing_mono; /* first of the failed looks in a row; 0: it answers */
    int64_t heard_mono;   /* the last look that said anything; 0: none yet */
    uint8_t slot;         /* of its incident; NO_SLOT */
    uint8_t failures;     /* failed looks in a row */
    bool known;
    bool expected;
    bool proven; /* it was well at some time: that it fails means something */
    bool lost;   /* by its verdict */
    bool own;    /* decided: it fails for itself */
    bool asked;  /* is in the queue */
    bool sample : 1;
    bool doubted : 1; /* it has failed, then its cheapest rung answered, and no full look since */
    bool silent : 1;  /* its last look failed at the cheapest rung */
    bool told_own;    /* is in the queue of those to tell */
    struct cause_before before;
    uint32_t site;
    int64_t
        left_wall; /* start of the incident that it last came back from or was left by; 0: none */
    uint32_t parent;
    uint32_t link;
    uint32_t next; /* of the site */
    uint32_t previous;
    uint32_t ask_next; /* in the queue of those to ask */
    uint32_t own_next; /* in the queue of those to tell as their own */
};

enum phase { QUIET, SAMPLING, SWEEPING };

struct site {
    struct cause_incident incidents[CAUSE_OPEN_MAX];
    int64_t storm_mono; /* its first failed look */
    int64_t storm_wall;
    int64_t swept_mono; /* the last sweep that found nothing; 0: none */
    uint32_t first;     /* of its devices */
    uint32_t cursor;    /* where the next samples are looked for */
    uint32_t lost;
    enum phase phase;
    uint8_t samples;
    uint8_t samples_failed;
    uint8_t open; /* incidents */
};

struct queue {
    uint32_t head;
    uint32_t tail;
};

struct cause {
    struct cause_policy policy;
    struct device *devices;
    uint32_t device_room;
    struct site *sites;
    uint32_t site_room;
    uint64_t *busy; /* a bit for each site: without it nothing is under way there */
    uint32_t busy_room;
    struct queue asks;
    struct queue owns;
    struct cause_change changes[CHANGES_MAX];
    uint32_t change_count;
    uint32_t change_taken;
    int64_t answered_mono;  /* any device of any site last answered … */
    uint32_t answered_site; /* … and of which … */
    int64_t other_mono;     /* … and one of any other site */
};

/* ---- cause.c ---- */

/* Room for a device and a site of these numbers. VMM_E_NOMEM. */
int cause_make_room(struct cause *cause, uint32_t device, uint32_t site);

/* NULL: there is none. */
struct device *find_device(const struct cause *cause, uint32_t handle);

/* The devices of a site, one after the other; NULL at the end. */
struct device *first_device(const struct cause *cause, uint32_t site);
struct device *next_device(const struct cause *cause, const struct device *device);

static inline uint32_t device_handle(const struct cause *cause, const struct device *device)
{
    return (uint32_t)(device - cause->devices);
}

/* Something begins at the site. */
static inline void site_begins(struct cause *cause, uint32_t site)
{
    cause->busy[site / 64] |= UINT64_C(1) << site % 64;
}

/* ---- queue.c ---- */

/* They are handed out by cause_next_ask() and cause_next_change(). */
void ask_device(struct cause *cause, struct device *device);
void tell_own(struct cause *cause, struct device *device);

/* An incident of the site has changed: CAUSE_OPENED … */
void put_change(struct cause *cause, uint32_t what, uint32_t site, uint32_t slot);

/* ---- storm.c ---- */

/* A device that nobody accounts for has failed: begin a storm, or count it into the one that is under way. */
void storm_failed(struct cause *cause, struct device *device, struct cause_time now);

/* One that failed answers again: when nobody else fails, the storm is over. */
void storm_answered(struct cause *cause, const struct device *device, struct cause_time now);

/* Decide what the storm is, with what is known. */
void storm_decide(struct cause *cause, uint32_t site, struct cause_time now);

/* Decide it when its time has come. */
void storm_time(struct cause *cause, uint32_t site, struct cause_time now);

/* ---- members.c ---- */

/* Who belongs to the slot comes under one root where there is one: it is the cause, the others follow from it. */
void members_find_root(struct cause *cause, uint32_t site, uint32_t slot);

/* What all members of a group share, if nobody else on it answers. */
void members_find_link(struct cause *cause, uint32_t site, uint32_t slot);

/* A free slot for an incident of this kind; NO_SLOT when there is none. */
uint8_t members_open(struct cause *cause, uint32_t site, uint8_t kind, struct cause_time now);

void members_join(struct cause *cause, struct device *device, uint8_t slot);

/* It has come back, or is none of ours any more. */
void members_leave(struct cause *cause, struct device *device, bool back, struct cause_time now);

/* It came back from an incident that is still open, and fails again: it belongs to it as before. */
bool members_rejoin(struct cause *cause, struct device *device);

/* A group nobody has told of yet: the first verdict confirms it, or shows that it is none. */
void members_confirm(struct cause *cause, uint32_t site, uint8_t slot);

/* Nobody has come back for long enough. */
void members_time(struct cause *cause, uint32_t site, struct cause_time now);

#endif
