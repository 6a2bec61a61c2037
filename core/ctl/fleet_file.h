/* SPDX-License-Identifier: MIT */
/* A file of sites, NVRs, cameras and credentials, cut into requests that fit into a line. */
#ifndef CTL_FLEET_FILE_H
#define CTL_FLEET_FILE_H

#include <jansson.h>
#include <stdbool.h>

#define FLEET_FILE_MAX (64u << 20) /* bytes of a file */

struct fleet_file {
    json_t *root;
    char problem[512]; /* why a call did not return EXIT_OK; "" when the callback has said it */
};

/* Takes over the arguments of one request; what is not EXIT_OK ends the walk. */
typedef int (*fleet_file_fn)(void *arg, json_t *args);

/* Read the file ("-": standard input), and the passwords from where its credentials say. Returns an
 * exit code; fleet_file_finish() in any case. */
int fleet_file_read(struct fleet_file *file, const char *path);
void fleet_file_finish(struct fleet_file *file);

/* The arguments of each fleet.load, the last without "more". */
int fleet_file_each_part(struct fleet_file *file, bool dry_run, fleet_file_fn each, void *arg);

#endif
