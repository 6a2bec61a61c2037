/* SPDX-License-Identifier: MIT */
/*
 * What the record has to know of maintenances and of new devices, for the days: `maintenance.began` when one begins at
 * a site, with its time and the devices that it is for, `maintenance.ended` when it is over, `camera.commissioned` and
 * `nvr.commissioned` when a device is new no more. Told once each, also over a restart.
 */
#ifndef MAIN_UPKEEP_H
#define MAIN_UPKEEP_H

#include <stdbool.h>

#include <jansson.h>

struct notify;
struct upkeep;

/* NULL without memory. */
struct upkeep *upkeep_create(struct notify *notify);
void upkeep_destroy(struct upkeep *upkeep);

#define UPKEEP_AREA "upkeep" /* of the gateway's memory: what is under way */

/* What is under way, as it was stored. False: it is not understood. */
bool upkeep_restore(struct upkeep *upkeep, const json_t *json);

/* The store has started: begin to look at the time. */
void upkeep_start(struct upkeep *upkeep);

/* Somebody has asked for a maintenance, or taken one back. */
void upkeep_turn(struct upkeep *upkeep);

/* A device is not new any more, or (`id` of an event that said it was) was not taken as new. */
void upkeep_commissioned(struct notify *notify, const char *subject);

#endif
