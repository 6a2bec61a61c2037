/* SPDX-License-Identifier: MIT */
/*
 * vmmd --check-config: the plugins that are on are asked what settings they have, each in a process of its own as at
 * a start, and what the files say is held against that. None is opened: nothing is connected and nothing written.
 */
#ifndef MAIN_CHECK_H
#define MAIN_CHECK_H

#include <stdio.h>

#include "config/config.h"

/* One line of `out` for each plugin that could not run as it is set. Returns the exit code: 0 good, 1 bad. */
int check_plugins(const struct config *config, FILE *out);

#endif
