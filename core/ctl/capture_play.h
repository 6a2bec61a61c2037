/* SPDX-License-Identifier: MIT */
/* A captured personality in vmm-farm: looked at once more, and compared with the look it was made of. */
#ifndef CTL_CAPTURE_PLAY_H
#define CTL_CAPTURE_PLAY_H

#include "ctl/ctl.h"
#include "ctl/look.h"
#include "ctl/solo.h"

/* One look, and the names by which its device goes in what it says. */
struct capture_look {
    struct look_rows rows;
    json_t *result;
    char address[300];  /* HOST or HOST:PORT */
    const char *hidden; /* a serial that was masked; NULL: none */
};

/* Play the file and look at it as `target` says. EXIT_OK with *played filled, or complains. */
int capture_play(struct ctl *ctl, const char *file, const struct solo_target *target,
                 struct capture_look *played);

/* Write what differs, a line each; how many. */
unsigned capture_compare(FILE *out, const struct capture_look *was, const struct capture_look *is);

#endif
