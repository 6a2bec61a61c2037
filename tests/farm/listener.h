/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets. Either each device has its own, so that one that is down refuses as a real one
 * does, or one socket takes all of 127.0.0.0/8 and asks each connection which address it was for:
 * that is what serves a hundred thousand devices.
 */
#ifndef FARM_LISTENER_H
#define FARM_LISTENER_H

#include "farm/farm.h"

/* Binds and listens for all services of the farm, notes their ports and fills the table. False:
 * a problem is noted. */
bool listener_open_all(struct farm *farm, struct problem *problem);

/* Makes the listening of DEVICE fit its faults (down, unreachable). */
void listener_refresh(struct farm *farm, struct device *device);

/* Closes all listening sockets. */
void listener_close_all(struct farm *farm);

#endif
