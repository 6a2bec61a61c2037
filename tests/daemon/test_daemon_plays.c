/* SPDX-License-Identifier: MIT */
/* Each vendor plugin that has a play.json, against simulated devices of its make: real hosts, real vmmd. With
 * VMM_PLAY=NAME in the environment that one alone. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "play.h"

struct file {
    char path[256];
};

static struct file files[64];

static size_t find_files(void)
{
    glob_t found;
    char pattern[512];
    size_t count = 0;
    const char *name = getenv("VMM_PLAY");
    snprintf(pattern, sizeof(pattern), VMM_VENDORS "/%s/play.json", name != NULL ? name : "*");
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc && count < sizeof(files) / sizeof(files[0]); i++) {
            snprintf(files[count++].path, sizeof(files[0].path), "%s", found.gl_pathv[i]);
        }
        globfree(&found);
    }
    return count;
}

ParameterizedTestParameters(plays, each_look_and_each_verdict_is_as_written)
{
    return cr_make_param_array(struct file, files, find_files());
}

ParameterizedTest(struct file *file, plays, each_look_and_each_verdict_is_as_written)
{
    struct play play = {0};
    play_open(&play, file->path);
    play_looks(&play);
    play_verdicts(&play);
    play_close(&play);
}
