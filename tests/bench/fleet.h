/* SPDX-License-Identifier: MIT */
/* What vmmd is told of the devices of a farm: cameras, or recorders with the cameras behind them. */
#ifndef BENCH_FLEET_H
#define BENCH_FLEET_H

#include "farm.h"

/* Of FLEET_RECORDER: its last six slots are empty. */
#define FLEET_RECORDER "hikvision-dvr-64"
#define FLEET_CHANNELS 58u

/* All devices, or one of so many parts of them, as `vmmctl fleet load` reads it: a new reference. `auth`: see struct
 * subject_order. */
json_t *fleet_make(const struct farm *farm, const char *auth, size_t part, size_t parts);

#endif
