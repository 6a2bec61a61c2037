/* SPDX-License-Identifier: MIT */
/* What the gateway keeps, on its way to the disk and back. */
#ifndef SIM_PEOPLE_DISK_H
#define SIM_PEOPLE_DISK_H

#include "sim/people.h"

extern const struct gateway_effects people_effects;

/* Everything that is on disk, before any input. */
void people_restore(struct people *people);

#endif
