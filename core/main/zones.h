/* SPDX-License-Identifier: MIT */
/* The time zones of the sites, read from the system's database when they are first asked for. */
#ifndef MAIN_ZONES_H
#define MAIN_ZONES_H

#include "base/zone.h"

struct zones;

/* NULL without memory. */
struct zones *zones_create(void);
void zones_destroy(struct zones *zones);

/* The zone of this IANA name; UTC, with a line in the log, when there is none. Valid as long as `zones`. */
const struct zone *zones_get(struct zones *zones, const char *name);

#endif
