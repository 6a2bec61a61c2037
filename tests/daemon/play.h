/* SPDX-License-Identifier: MIT */
/*
 * A plugin against the farm's devices of its make, as plugins/vendors/NAME/play.json has them (tests/plays/script.h),
 * by real processes.
 */
#ifndef PLAY_H
#define PLAY_H

#include "rig.h"

struct play {
    struct rig rig;
    const char *file; /* for messages */
    json_t *script;
};

/* Read the file and start the farm with a device a row. */
void play_open(struct play *play, const char *file);

/* One look at each device by `vmmctl probe`, without vmmd: outcome, facts, and what the farm counted. */
void play_looks(struct play *play);

/* vmmd with all devices as cameras: the verdict of each, and OK again where a fault has passed; then nothing was written, no wrong password sent twice and
 * no device saw two connections at once. */
void play_verdicts(struct play *play);

void play_close(struct play *play);

#endif
