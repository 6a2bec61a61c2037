/* SPDX-License-Identifier: MIT */
/* A planned change of the fleet as rows of the store. */
#ifndef MAIN_FLEET_ROWS_H
#define MAIN_FLEET_ROWS_H

#include "fleet/fleet_change.h"
#include "main/daemon.h"

/* All that the plan writes and removes; what moves to another site takes its state along. */
void fleet_rows_put(const struct daemon *daemon, struct store_batch *batch,
                    const struct fleet_plan *plan);

/* The id that a write is of; not for one of a site. */
const char *fleet_rows_id(const struct fleet_write *write);

#endif
