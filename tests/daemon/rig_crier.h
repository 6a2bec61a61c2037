/* SPDX-License-Identifier: MIT */
/* The fleet of rig_told.h with somebody who is told: the sink crier, whose mood is a file. */
#ifndef RIG_CRIER_H
#define RIG_CRIER_H

#include "rig_told.h"

#define CRIER_WATCH                                                                                \
    "\"watch\":{\"interval\":\"300ms\",\"jitter\":\"50ms\",\"suspect_interval\":\"200ms\","        \
    "\"trial_interval\":\"200ms\",\"full_after\":\"20ms\",\"confirm_step\":\"10ms\","              \
    "\"sustain_time\":\"100ms\",\"spread\":\"200ms\",\"connect_timeout\":\"300ms\","               \
    "\"deadline\":\"600ms\",\"confirm_deadline\":\"300ms\"}"

struct crier {
    char path[256];
    char mood[256];
};

/* Open the rig with the sink; gateway.json is `policy` over commissioning and grouping switched off. */
void rig_crier_open(struct rig *rig, struct crier *crier, const char *scenario, const char *policy);

/* Write gateway.json anew. */
void rig_crier_policy(struct rig *rig, const char *policy);

/* "ok", "drop", "retry 1000", "hang". */
void rig_crier_mood(const struct crier *crier, const char *mood);

/* The configuration, for rig_plugins_config(). Returns `config`. */
const char *rig_crier_config(const struct crier *crier, char config[1536]);

/* All attempts so far, as an array. */
json_t *rig_crier_lines(const struct crier *crier);

/* Those whose notification has this kind ("" any) and whose verdict is this ("" any), each id once. */
size_t rig_crier_count(const struct crier *crier, const char *kind, const char *verdict);

/* Wait until there are so many. */
void rig_crier_wait(struct rig *rig, const struct crier *crier, const char *kind,
                    const char *verdict, size_t count);

/* Switch a device of the farm off and on. */
void rig_crier_break(struct rig *rig, const char *camera);
void rig_crier_mend(struct rig *rig, const char *camera);

#endif
