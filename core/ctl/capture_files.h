/* SPDX-License-Identifier: MIT */
/* The files of a capture: the personality, what of it is no text, and the bodies as fixtures. Nothing is written over. */
#ifndef CTL_CAPTURE_FILES_H
#define CTL_CAPTURE_FILES_H

#include <jansson.h>

#include "ctl/ctl.h"

/* Before the look: FILE.json is not there and can be made; so can the folder of the fixtures (NULL: none), which is made.
 * False with a complaint. */
bool capture_files_check(struct ctl *ctl, const char *file, const char *folder);

/* Write FILE.json, and FILE-NN.bin beside it. False with a complaint. */
bool capture_files_write(struct ctl *ctl, json_t *personality, const char *file);

/* Take the bodies as they came out of the answers: by the names of their answers, a new object. */
json_t *capture_files_take(json_t *personality);

/* Write these into the folder, each in a file called like its answer. False with a complaint of each that could not be. */
bool capture_files_fixtures(struct ctl *ctl, json_t *fixtures, const char *folder);

#endif
