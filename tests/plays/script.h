/* SPDX-License-Identifier: MIT */
/*
 * What a vendor plugin is tried against, plugins/vendors/NAME/play.json:
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
#ifndef PLAYS_SCRIPT_H
#define PLAYS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#define SCRIPT_FILES_MAX 64

struct script_file {
    char path[512];
    char make[32];
};

/* The files below FOLDER, which holds one folder a make; of MAKE alone unless that is NULL. How many. */
size_t script_find(const char *folder, const char *make,
                   struct script_file files[SCRIPT_FILES_MAX]);

/* Read one; NULL when it cannot be read, which `error` tells. A new reference. */
json_t *script_load(const char *path, json_error_t *error);

/* A text of an object, or what stands for none. */
const char *script_text(const json_t *object, const char *key, const char *fallback);

const json_t *script_rows(const json_t *script);

/* Whether the row plays the case. */
bool script_plays(const json_t *row, const char *word);

bool script_has_fault(const json_t *row);

/* Whether the row is played by real processes too: the make's first, those in order, a refused login, and its first fault
 * of a connection. All others differ from these in what the device says, which is the same device in the mock host. */
bool script_in_processes(const json_t *rows, const json_t *row);

/* The farm's scenario with a device a row, in their order. A new reference. */
json_t *script_scenario(const json_t *rows);

#endif
