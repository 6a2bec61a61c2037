/* SPDX-License-Identifier: MIT */
/* What a device tells of itself: kept with its record; what has changed is an event that opens no alarm. */
#ifndef MAIN_LEARN_H
#define MAIN_LEARN_H

#include "main/watch.h"

/* Something of the inventory that has changed. */
struct learn_finding {
    const char
        *type; /* of the event, behind "camera." or "nvr.": "replaced", "firmware", "handed_over" */
    const char *what; /* the fact that shows it */
    const char *old;
    const char *new;
};

/* Journal it. `unjudged`: names of the facts that the look could not judge; taken over. */
void learn_tell(struct watch *watch, const struct fleet_device *device,
                const struct learn_finding *finding, json_t *unjudged);

/* Take in the facts of a look, and the key that the host saw. Whether the device runs another firmware than before. */
bool learn_facts(struct watch *watch, uint32_t device, const struct health_fact *facts,
                 size_t fact_count, const struct result_message *result);

#endif
