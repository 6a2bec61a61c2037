/* SPDX-License-Identifier: MIT */
/* Each vendor plugin that has a play.json, against simulated devices of its make: real hosts, real vmmd. The
 * rows are those of script_in_processes(). In the environment: VMM_PLAY=NAME, that one alone; VMM_PLAY_ALL, all rows. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>

#include "play.h"
#include "script.h"

static struct script_file files[SCRIPT_FILES_MAX];

ParameterizedTestParameters(plays, each_look_and_each_verdict_is_as_written)
{
    return cr_make_param_array(struct script_file, files,
                               script_find(VMM_VENDORS, getenv("VMM_PLAY"), files));
}

ParameterizedTest(struct script_file *file, plays, each_look_and_each_verdict_is_as_written)
{
    struct play play = {0};
    play_open(&play, file->path);
    play_looks(&play);
    play_verdicts(&play);
    play_close(&play);
}
