/* SPDX-License-Identifier: MIT */
/* The control socket: one JSON object a line in, one a line out. README.md lists what it can do. */
#ifndef FARM_CONTROL_H
#define FARM_CONTROL_H

#include "farm/farm.h"

struct control;

/* Listens at PATH (a stale socket there is replaced; mode 0600). NULL: a problem is noted. */
struct control *control_create(struct farm *farm, const char *path, struct problem *problem);

/* Closes everything and removes the socket. Accepts NULL. */
void control_destroy(struct control *control);

#endif
