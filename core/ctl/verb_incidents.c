/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "ctl/call.h"
#include "ctl/listing.h"

static const struct ctl_option options[] = {
    {"site", "ID", "of this site alone"},
    {NULL, NULL, NULL},
};

static const char *cell_told(const json_t *row, char out[SHOW_SIZE])
{
    const json_t *told = json_object_get(row, "told");
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(told) && used < SHOW_SIZE - 1; i++) {
        const json_t *one = json_array_get(told, i);
        text_format(out + used, SHOW_SIZE - used, "%s%.60s %.12s", used > 0 ? ", " : "",
                    show_text(one, "channel"), show_text(one, "state"));
        used += strnlen(out + used, SHOW_SIZE - used);
    }
    return out;
}

static const struct listing_column columns[] = {
    {"INCIDENT", "incident", false, NULL},
    {"NAME", "name", false, NULL},
    {"HEALTH", "health", false, NULL},
    {"SEVERITY", "severity", false, NULL},
    {"REASON", "reason", false, NULL},
    {"SINCE", "since", false, NULL},
    {"TOLD", "told", false, cell_told},
    {"HELD BY", "held_by", false, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec spec = {
    .key = "incidents",
    .columns = columns,
    .empty = "nothing is wrong",
};

static int run(struct ctl *ctl)
{
    json_t *args = json_object();
    if (ctl_operand(ctl, 0) != NULL) {
        json_decref(args);
        return ctl_usage(ctl, "incidents takes no argument; --site names a site");
    }
    call_put_text(args, "site", ctl_value(ctl, "site"));
    return listing_call(ctl, &spec, "incident.list", args);
}

const struct ctl_verb verb_incidents = {
    .name = "incidents",
    .summary = "what is open, who was told of it, and which rule keeps it back",
    .usage = "[--site ID]",
    .options = options,
    .run = run,
};
