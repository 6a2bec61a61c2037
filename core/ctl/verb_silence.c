/* SPDX-License-Identifier: MIT */
#include "ctl/quiet.h"

static const struct ctl_option options[] = {
    {"site", "ID", "add: of this site, or pattern of * and ?"},
    {"camera", "ID", "add: of these cameras or recorders"},
    {"cause", "REASON", "add: of this reason, for example auth"},
    {"tag", "TAG", "add: of cameras with this tag"},
    {"from", "TIME", "add: when it begins (default: now)"},
    QUIET_OPTIONS,
    {NULL, NULL, NULL},
};

static const struct quiet_verb silence = {.kind = "silence"};

static int run(struct ctl *ctl)
{
    return quiet_run(ctl, &silence);
}

const struct ctl_verb verb_silence = {
    .name = "silence",
    .summary = "what nobody wants to be told of",
    .usage = "[list]\nadd [--site ID] [--camera ID] [--cause REASON] [--tag TAG] [--until TIME]\n"
             "    --reason TEXT\nend ID",
    .words = quiet_words,
    .options = options,
    .text =
        "What fits all that is given is not told. A recovery of what was told before still is.\n"
        "At its end, which is told, it lapses: what is still wrong then is told.",
    .negative = "there is none of this id",
    .run = run,
};
