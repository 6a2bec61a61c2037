/* SPDX-License-Identifier: MIT */
#include "ctl/quiet.h"

static const struct ctl_option options[] = {QUIET_OPTIONS, {NULL, NULL, NULL}};

static const struct quiet_verb ack = {
    .kind = "ack", .target = "incident", .what = "open incident, or the camera or site it is of"};

static int run(struct ctl *ctl)
{
    return quiet_run(ctl, &ack);
}

const struct ctl_verb verb_ack = {
    .name = "ack",
    .summary = "incidents that somebody takes care of",
    .usage = "[list]\nINCIDENT [--until TIME] --reason TEXT\nend ID",
    .words = quiet_words,
    .options = options,
    .text = "No reminder comes and nobody else is told. That it grows worse, and that it is over, "
            "still\n"
            "is. vmmctl incidents lists what is open; a camera's id stands for its incident.",
    .negative = "there is none of this id",
    .run = run,
};
