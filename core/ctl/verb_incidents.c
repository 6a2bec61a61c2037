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

/* Where nobody is told, what is listed is what the verdicts say, and that is said. */
static void write_unkept(struct ctl *ctl, const json_t *result)
{
    int64_t count = show_number(result, "not_ok");
    fprintf(ctl->out,
            "\nNobody is told: incidents are kept only where a sink for people is on (vmmctl "
            "flags), and none is.\n%lld %s not OK: vmmctl status\n",
            (long long)count, count == 1 ? "camera is" : "cameras are");
}

static int list(struct ctl *ctl, json_t *args)
{
    static const struct listing_spec unkept = {
        .key = "incidents", .columns = columns, .empty = "no camera or recorder has an incident"};
    struct listing listing;
    json_t *result = NULL;
    listing_init(&listing, ctl, &spec);
    struct call call = {
        .verb = "incident.list", .args = args, .on_row = listing_row, .arg = &listing};
    int code = call_vmmd(ctl, &call, &result);
    bool is_kept = !json_is_false(json_object_get(result, "kept"));
    listing.spec = is_kept ? &spec : &unkept;
    if (code == EXIT_OK) {
        listing_write(&listing, result);
    }
    if (code == EXIT_OK && !is_kept && ctl->format == CTL_HUMAN) {
        write_unkept(ctl, result);
    }
    json_decref(result);
    listing_finish(&listing);
    return code;
}

static int run(struct ctl *ctl)
{
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "incidents takes no argument; --site names a site");
    }
    json_t *args = json_object();
    call_put_text(args, "site", ctl_value(ctl, "site"));
    return list(ctl, args);
}

const struct ctl_verb verb_incidents = {
    .name = "incidents",
    .summary = "what is open, who was told of it, and which rule keeps it back",
    .usage = "[--site ID]",
    .options = options,
    .text =
        "Where no sink for people is on, nobody is told and no incident is kept: what is listed\n"
        "then is open by the verdicts as they stand.",
    .run = run,
};
