/* SPDX-License-Identifier: MIT */
#include "ctl/quiet.h"

static const struct ctl_option options[] = {
    {"from", "TIME", "add: when it begins (default: now)"},
    QUIET_OPTIONS,
    {NULL, NULL, NULL},
};

static const struct quiet_verb off = {
    .kind = "off", .target = "camera", .what = "camera or recorder"};

static int run(struct ctl *ctl)
{
    return quiet_run(ctl, &off);
}

const struct ctl_verb verb_off = {
    .name = "off",
    .summary = "devices that are off on purpose for a time",
    .usage = "[list]\nCAMERA [--until TIME] --reason TEXT\nend ID",
    .words = quiet_words,
    .options = options,
    .text = "The device is DISABLED and is not looked at until the time comes or it is taken back; "
            "then it\n"
            "is looked at at once. For one that shall stay off: vmmctl camera set CAMERA "
            "enabled=false.",
    .negative = "there is none of this id",
    .run = run,
};
