/* SPDX-License-Identifier: MIT */
/*
 * Sites, between verdicts and the search for causes: what the steps of devices tell it, what it wants asked, and the
 * verdicts, events and rows of sites that come of it. The caller does what is decided, by the functions it gave.
 */
#ifndef CAUSE_SITES_H
#define CAUSE_SITES_H

#include "cause/place.h"

/* A site as its events have told it. */
struct site_verdict {
    int64_t since_wall;
    uint32_t events; /* so far: goes into the key of the next */
    uint8_t health;  /* VMM_HEALTH_OK, _DEGRADED (a group is lost) or _DOWN */
    uint8_t severity;
    bool written; /* its row is in the store */
};

/* A site's row: its verdict and the incidents that are open. */
struct site_row {
    struct site_verdict verdict;
    struct cause_incident incidents[CAUSE_OPEN_MAX];
};

/* What is done with it. */
struct sites_shell {
    void *arg;
    /* An input for a device: its step comes back to sites_step() and sites_end(). */
    void (*step)(void *arg, uint32_t device, struct health_input *input);
    /* Ask a device for a sign of life. */
    void (*ask)(void *arg, uint32_t device);
    /* Write down a site's row; false: there is no such site any more. NULL: nothing is written, and nothing told. */
    bool (*write)(void *arg, uint32_t site, const struct site_row *row);
    /* Journal the event of a site. Comes after write(). */
    void (*tell)(void *arg, uint32_t site, const struct health_event *event,
                 const struct placed *placed);
};

struct sites {
    struct cause *cause;
    struct place_world world;
    struct sites_shell shell;
    struct site_verdict *verdicts; /* by site handle */
    uint64_t *marks;               /* cause_mark() of what is written */
    uint32_t room;
};

/* VMM_E_NOMEM. */
int sites_init(struct sites *sites, const struct place_world *world,
               const struct sites_shell *shell);
void sites_finish(struct sites *sites);

/* After a step of a device's state, before and after its event is written. The input has its times. */
void sites_step(struct sites *sites, uint32_t device, const struct health_state *before,
                const struct health_state *after, const struct health_input *input);
void sites_end(struct sites *sites, uint32_t site, uint32_t device,
               const struct health_state *before, const struct health_state *after,
               const struct health_input *input);

/* A device is not watched any more. */
void sites_remove(struct sites *sites, uint32_t device, struct cause_time now);

/* Time has passed. */
void sites_time(struct sites *sites, struct cause_time now);

/* How a device belongs to the incident that it follows from: for its stored row. */
struct cause_member sites_member(const struct sites *sites, uint32_t device);

/* What was stored: a site's row, and after all of these the devices. VMM_E_INVAL when the row
 * cannot be, VMM_E_NOMEM. */
int sites_restore(struct sites *sites, uint32_t site, const struct site_row *row,
                  struct cause_time now);
void sites_restore_device(struct sites *sites, uint32_t device, const struct health_state *state,
                          struct cause_member member);

#endif
