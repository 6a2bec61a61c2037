/* SPDX-License-Identifier: MIT */
#include "ctl/listing.h"

static const char *const fields[] = {"name", "on", "sites", "origin", "forced", "owner", NULL};

static const char *cell_state(const json_t *row, char out[SHOW_SIZE])
{
    (void)out;
    return json_is_true(json_object_get(row, "on")) ? "on" : "off";
}

static const char *cell_sites(const json_t *row, char out[SHOW_SIZE])
{
    const json_t *sites = json_object_get(row, "sites");
    if (!json_is_true(json_object_get(row, "on"))) {
        return "";
    }
    return json_is_array(sites) ? show_value(sites, out) : "all";
}

static const char *cell_origin(const json_t *row, char out[SHOW_SIZE])
{
    (void)out;
    return json_is_true(json_object_get(row, "forced")) ? "environment (until vmmd ends)"
                                                        : show_text(row, "origin");
}

static const struct listing_column columns[] = {
    {"FLAG", "name", false, NULL},         {"STATE", "on", false, cell_state},
    {"SITES", "sites", false, cell_sites}, {"SET BY", "origin", false, cell_origin},
    {"PLUGIN", "owner", false, NULL},      {NULL, NULL, false, NULL},
};

static const struct listing_spec spec = {
    .key = "flags",
    .fields = fields,
    .columns = columns,
    .empty = "no flag is known",
};

static int run(struct ctl *ctl)
{
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "flags takes no argument");
    }
    return listing_call(ctl, &spec, "flags", NULL);
}

const struct ctl_verb verb_flags = {
    .name = "flags",
    .summary = "what is switched on, where, and by whom",
    .usage = "",
    .text =
        "A flag that the environment sets (FEATURE_NAME=on or off) keeps that value for the life\n"
        "of vmmd, whatever the files say.",
    .run = run,
};
