/* SPDX-License-Identifier: MIT */
/*
 * The variables of a group's devices. Personalities declare them with a default, a group may give
 * others. A value is text (with {id}, {index}, {address}), a list to choose from, {"range": [low,
 * high]} or {"hex": digits, "prefix": text}; what is chosen depends on seed and device alone.
 */
#ifndef FARM_VARIABLES_H
#define FARM_VARIABLES_H

#include "farm/device.h"

/* The names declared by COUNT personalities, each once. */
bool variables_declare(struct arena *arena, json_t *const *personalities, size_t count,
                       struct template_names *names, struct problem *problem);

/* The values of DEVICE, chosen by SEED; OWN (may be NULL) are the group's. */
bool variables_fill(struct arena *arena, struct device *device, json_t *const *personalities,
                    size_t count, const json_t *own, uint64_t seed, struct problem *problem);

/* TEXT with the device's id, index and address put in; kept in ARENA. NULL: a problem is noted. */
const char *variables_expand(struct arena *arena, const struct device *device, const char *text,
                             struct problem *problem);

#endif
