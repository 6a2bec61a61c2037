/* SPDX-License-Identifier: MIT */
#include "ctl/object.h"

static const struct listing_column columns[] = {
    {"NVR", "id", false, NULL},      {"NAME", "name", false, NULL},
    {"SITE", "site", false, NULL},   {"PROVIDER", "provider", false, NULL},
    {"HOST", "host", false, NULL},   {"PORT", "port", true, NULL},
    {"MODEL", "model", false, NULL}, {"ENABLED", "enabled", false, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec list = {
    .key = "nvrs",
    .columns = columns,
    .empty = "no NVR yet: vmmctl nvr add ID site=… provider=… host=…",
};

static const struct object nvr = {.name = "nvr", .list = &list};

static int run(struct ctl *ctl)
{
    return object_run(ctl, &nvr);
}

const struct ctl_verb verb_nvr = {
    .name = "nvr",
    .summary = "the recorders whose channels are cameras",
    .usage = "[list] [--site ID]\nadd ID FIELD=VALUE...\nset ID FIELD=VALUE...\nrm ID [--cascade]\n"
             "test ID",
    .words = object_words,
    .options = object_options,
    .text = "Fields: those of a camera (vmmctl help camera) but nvr, channel, priority, tags\n"
            "and expected. test makes one full look.",
    .negative = "there is no such NVR, or a test failed",
    .run = run,
};
