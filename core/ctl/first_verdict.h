/* SPDX-License-Identifier: MIT */
/* The first verdict of a camera that has just been added. */
#ifndef CTL_FIRST_VERDICT_H
#define CTL_FIRST_VERDICT_H

#include "ctl/ctl.h"

/* Have the camera of this id looked at, wait at most 30 s for a verdict, and show it with the last look and the provider
 * that was found. Returns the exit code: EXIT_NEGATIVE when it is not well, or there is no verdict yet. */
int first_verdict_show(struct ctl *ctl, const char *id);

#endif
