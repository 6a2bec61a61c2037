/* SPDX-License-Identifier: MIT */
#include "ctl/quiet.h"

static const struct ctl_option options[] = {QUIET_OPTIONS, {NULL, NULL, NULL}};

static const struct quiet_verb snooze = {.kind = "snooze",
                                         .target = "incident",
                                         .what = "open incident, or the camera or site it is of"};

static int run(struct ctl *ctl)
{
    return quiet_run(ctl, &snooze);
}

const struct ctl_verb verb_snooze = {
    .name = "snooze",
    .summary = "incidents to be reminded of later",
    .usage = "[list]\nINCIDENT --until TIME --reason TEXT\nend ID",
    .words = quiet_words,
    .options = options,
    .text = "Like ack, and when it ends a reminder comes if the incident is still open.",
    .negative = "there is none of this id",
    .run = run,
};
