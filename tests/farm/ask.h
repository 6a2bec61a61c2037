/* SPDX-License-Identifier: MIT */
/* The other end of the control socket, for scripts: one line to a farm that runs, one line back. */
#ifndef FARM_ASK_H
#define FARM_ASK_H

#include <stdbool.h>

#include "farm/problem.h"

/* Send LINE to the farm at the socket PATH and print its answer. False when there was none (a problem is noted),
 * or the answer says that it was refused. */
bool ask_farm(const char *path, const char *line, struct problem *problem);

#endif
