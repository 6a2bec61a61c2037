/* SPDX-License-Identifier: MIT */
#include "ctl/object.h"

static const struct listing_column columns[] = {
    {"SITE", "id", false, NULL},         {"NAME", "name", false, NULL},
    {"CAMERAS", "cameras", true, NULL},  {"TIME ZONE", "timezone", false, NULL},
    {"PROFILE", "profile", false, NULL}, {"WAY", "way", false, NULL},
    {"ENABLED", "enabled", false, NULL}, {NULL, NULL, false, NULL},
};

static const struct listing_spec list = {
    .key = "sites",
    .columns = columns,
    .empty = "no site yet: vmmctl site add ID",
};

static const struct object site = {.name = "site", .list = &list};

static int run(struct ctl *ctl)
{
    return object_run(ctl, &site);
}

const struct ctl_verb verb_site = {
    .name = "site",
    .summary = "the places that have cameras",
    .usage = "[list]\nadd ID [FIELD=VALUE...]\nset ID FIELD=VALUE...\nrm ID [--cascade]\ntest ID",
    .words = object_words,
    .options = object_options,
    .text = "Fields: name, tenant, timezone (Asia/Taipei), language (en, zh-TW, pt-BR), profile "
            "(lan, wan,\n"
            "mobile), way (direct, source:ADDRESS), rules, enabled (true, false).\n"
            "test makes the cheapest request at each enabled device of the site.",
    .negative = "there is no such site, or a test failed",
    .run = run,
};
