/* SPDX-License-Identifier: MIT */
#include "ctl/quiet.h"

static const struct ctl_option options[] = {
    {"site", "ID", "add: the site, or a pattern of * and ?"},
    {"camera", "ID", "add: of these cameras or recorders alone"},
    {"tag", "TAG", "add: of cameras with this tag alone"},
    {"from", "TIME", "add: when it begins (default: now)"},
    QUIET_OPTIONS,
    {"weekly", "SPAN", "add: each week by the site's clock, \"sun 02:00-04:00\""},
    {NULL, NULL, NULL},
};

static const struct quiet_verb maintenance = {.kind = "maintenance"};

static int run(struct ctl *ctl)
{
    return quiet_run(ctl, &maintenance);
}

const struct ctl_verb verb_maintenance = {
    .name = "maintenance",
    .summary = "times in which nobody is told of a site or its devices",
    .usage = "[list]\nadd --site ID [--camera ID] [--tag TAG] [--from TIME] [--until TIME]\n"
             "    [--weekly SPAN] --reason TEXT\nend ID",
    .words = quiet_words,
    .options = options,
    .text = "Everything goes on being judged and logged. When it ends, what is still wrong and was "
            "not\n"
            "told is told; what was told before is not told again. It ends after 90 days at most.",
    .negative = "there is none of this id",
    .run = run,
};
