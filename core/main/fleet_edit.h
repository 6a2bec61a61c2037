/* SPDX-License-Identifier: MIT */
/*
 * Changes of the fleet: planned, written, and only then made. One after another, in the order they came.
 */
#ifndef MAIN_FLEET_EDIT_H
#define MAIN_FLEET_EDIT_H

#include "fleet/fleet_change.h"
#include "main/credentials.h"
#include "main/daemon.h"

/* A change that is wanted. */
struct fleet_order {
    const struct fleet_request *requests; /* their values are kept by reference, ids are copied */
    size_t count;
    json_t *credentials; /* a list as credentials_read() takes it, kept by reference; NULL: none */
    bool dry_run;
};

/* How it ended. `rc` 0: it is made, or would be, for a dry run; VMM_E_INVAL: refused, by `errors`; else it could not be
 * written. What there is not is NULL. */
struct fleet_edited {
    int rc;
    const struct fleet_plan *plan;
    const struct credentials *credentials;
    const struct fleet_errors *errors;
};

typedef void (*fleet_edited_fn)(void *arg, const struct fleet_edited *edited);

struct fleet_edits;

struct fleet_edits *fleet_edits_create(struct daemon *daemon);
void fleet_edits_destroy(struct fleet_edits *edits);

/* Queue a change: the fleet and its credentials together, wholly or not at all. `edited` is always called; all that it
 * is told is borrowed. */
void fleet_edit(struct daemon *daemon, const struct fleet_order *order, fleet_edited_fn edited,
                void *arg);

/* What the fleet cannot know by itself, from this daemon. */
void fleet_edit_checks(struct daemon *daemon, struct fleet_checks *checks);

/* A CHECKED frame: what a plugin says of options. 0, or VMM_E_PROTO. */
int fleet_edit_checked(struct daemon *daemon, const struct host *host, const struct frame *frame);

/* The host is gone, with what it was asked. */
void fleet_edit_lost(struct daemon *daemon, const struct host *host);

/* True while a change is being written: what devices tell of themselves waits for their next look, so that it
 * does not put old settings over the new ones. */
bool fleet_edit_under_way(const struct daemon *daemon);

#endif
