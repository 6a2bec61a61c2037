/* SPDX-License-Identifier: MIT */
/*
 * Changes of the fleet: planned, written, and only then made. One after another, in the order they came.
 */
#ifndef MAIN_FLEET_EDIT_H
#define MAIN_FLEET_EDIT_H

#include "fleet/fleet_change.h"
#include "main/daemon.h"

/* Told when the change has ended. `plan` is NULL when there is none; `errors` when it was refused. `rc` 0: it is
 * made (or would be, for a dry run); VMM_E_INVAL: refused; else it could not be written. All borrowed. */
typedef void (*fleet_edited_fn)(void *arg, int rc, const struct fleet_plan *plan,
                                const struct fleet_errors *errors);

struct fleet_edits;

struct fleet_edits *fleet_edits_create(struct daemon *daemon);
void fleet_edits_destroy(struct fleet_edits *edits);

/* Queue a change. The requests' values are kept by reference; ids are copied. `edited` is always called. */
void fleet_edit(struct daemon *daemon, const struct fleet_request *requests, size_t count,
                bool dry_run, fleet_edited_fn edited, void *arg);

/* What the fleet cannot know by itself, from this daemon. */
void fleet_edit_checks(struct daemon *daemon, struct fleet_checks *checks);

/* True while a change is being written: what devices tell of themselves waits for their next look, so that it
 * does not put old settings over the new ones. */
bool fleet_edit_under_way(const struct daemon *daemon);

/* A credential has changed: its devices are looked at with it soon. */
void fleet_credential_changed(struct daemon *daemon, const char *id);

/* Devices that use a credential. */
uint32_t fleet_credential_uses(const struct daemon *daemon, const char *id);

#endif
