/* SPDX-License-Identifier: MIT */
/* What a device tells of itself: kept with its record; what has changed is an event that opens no alarm. */
#ifndef MAIN_LEARN_H
#define MAIN_LEARN_H

#include "main/watch.h"

/* Take in the facts of a look, and the key that the host saw. */
void learn_facts(struct watch *watch, uint32_t device, const struct health_fact *facts,
                 size_t fact_count, const struct result_message *result);

#endif
