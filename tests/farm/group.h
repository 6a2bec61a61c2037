/* SPDX-License-Identifier: MIT */
/* A group of a scenario: COUNT devices of one kind, on addresses one after the other. */
#ifndef FARM_GROUP_H
#define FARM_GROUP_H

#include "farm/farm.h"

/* What groups share: the scenario's ports are in the farm. */
struct group_context {
    struct personality_source source;
    const json_t *users; /* for groups that name none, or NULL */
};

/* How many devices the group has; 0 with a problem noted when it does not say so rightly. */
size_t group_count(const json_t *group, struct problem *problem);

/* Builds the group's devices, the first at DEVICES. False: a problem is noted. */
bool group_build(struct farm *farm, const struct group_context *context, const json_t *group,
                 struct device *devices, struct problem *problem);

#endif
