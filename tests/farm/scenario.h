/* SPDX-License-Identifier: MIT */
/* A scenario file: which devices there are. README.md has the format. */
#ifndef FARM_SCENARIO_H
#define FARM_SCENARIO_H

#include "farm/farm.h"

struct scenario_options {
    const char *path;
    const char *personalities; /* a folder looked into first, or NULL */
    const int64_t *seed;       /* instead of the scenario's, or NULL */
};

/* Builds the devices of the scenario in FARM, which is set up and empty. False: a problem is
 * noted; what was built so far goes with farm_finish. */
bool scenario_load(struct farm *farm, const struct scenario_options *options,
                   struct problem *problem);

/* The same of a scenario in memory, as if it stood at the path of the options. */
bool scenario_build(struct farm *farm, const struct scenario_options *options,
                    const json_t *scenario, struct problem *problem);

#endif
