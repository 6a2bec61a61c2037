/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "ctl/listing.h"

static const char *const fields[] = {"name",   "kind",  "version", "abi",        "path",
                                     "flag",   "state", "pid",     "generation", "restarts",
                                     "reason", "hosts", NULL};

static const char *cell_hosts(const json_t *row, char out[SHOW_SIZE])
{
    text_format(out, SHOW_SIZE, "%zu", json_array_size(json_object_get(row, "hosts")));
    return out;
}

static const struct listing_column columns[] = {
    {"PLUGIN", "name", false, NULL},
    {"KIND", "kind", false, NULL},
    {"VERSION", "version", false, NULL},
    {"STATE", "state", false, NULL},
    {"PID", "pid", true, NULL},
    {"GEN", "generation", true, NULL},
    {"HOSTS", "hosts", true, cell_hosts},
    {"RESTARTS", "restarts", true, NULL},
    {"FLAG", "flag", false, NULL},
    {"REASON", "reason", false, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec spec = {
    .key = "plugins",
    .fields = fields,
    .columns = columns,
    .empty = "no plugin is known",
};

static int run(struct ctl *ctl)
{
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "plugins takes no argument");
    }
    return listing_call(ctl, &spec, "plugins", NULL);
}

const struct ctl_verb verb_plugins = {
    .name = "plugins",
    .summary = "the plugins, their processes and how they are",
    .usage = "",
    .run = run,
};
