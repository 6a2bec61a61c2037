/* SPDX-License-Identifier: MIT */
/* The usual fleet of these tests: cameras cam-* of the provider vivotek, devices bad-* of the provider told, which does
 * as the option "then" of the device says. */
#ifndef RIG_TOLD_H
#define RIG_TOLD_H

#include "rig_plugins.h"
#include "rig_watch.h"

#define TOLD_ON "{\"flags\":{\"FEATURE_PLUGIN_TOLD\":true}}"

/* The farm, and a folder with the plugins vivotek, jsonl and told. */
void rig_told_open(struct rig *rig, const char *scenario);

/* Start vmmd with this configuration, load the fleet and wait until everything is OK. */
void rig_told_begin(struct rig *rig, const char *config);

/* Load the fleet. */
void rig_told_load(struct rig *rig);

/* From now on looks at this device end so: "finish", "crash" or "hang". */
void rig_told_then(struct rig *rig, const char *camera, const char *then);

/* The configuration of a sink that writes to `path`, with the provider told on. Returns `config`. */
const char *rig_told_sink(const char *path, char config[512]);

/* Switch the cameras cam-01 to cam-04 off and on in turn: each call changes one; after a multiple of 8 all are on. */
void rig_told_toggle(struct rig *rig, int turn);

#endif
