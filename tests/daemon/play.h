/* SPDX-License-Identifier: MIT */
/*
 * A plugin against the farm's devices of its make, as plugins/vendors/NAME/play.json has them:
 *
 *   {"provider": "acti", "flag": "FEATURE_VMS_ACTI_CGI", "rows": [{
 *      "id": "camera",                  a word for the row, and the device's id
 *      "case": "healthy",               what it plays, of tests/support/play_matrix.c; or a list
 *      "personality": "acti-camera",
 *      "group": {"vars": {}},           more of the farm's group: users, override, vars, clock, faults
 *      "camera": {"auth": "basic"},     more fields of the camera; "options" among them
 *      "fault": "busy:503",             of the farm; vmmd sees the device in order first, and afterwards again
 *      "before": "OK none",             the verdict where the fault does not act; OK unless it says otherwise
 *      "look": "ok",                    outcome of one look, and its reason where one is given: "auth auth"
 *      "facts": ["model=E72", "signal.1=true"],
 *      "farm": {"requests": 3},         what the farm counted of that one look
 *      "verdict": "OK none"}]}          what vmmd says after some looks
 *
 * A fact is written as word.index=value, then " (fault reason)" or " (not judged)". One that ends in '*' needs
 * only begin so; one that begins with '!' must not be there; word~number is a number that near (5,000).
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
