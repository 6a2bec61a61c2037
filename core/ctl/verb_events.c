/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/call.h"
#include "ctl/listing.h"
#include "ctl/moment.h"
#include "ctl/terminal.h"

static const struct ctl_option options[] = {
    {"site", "ID", "of this site alone"},
    {"camera", "ID", "of this camera alone"},
    {"since", "TIME", "not before this: RFC 3339, or an age such as 30m, 6h, 2d"},
    {"type", "TYPE", "of this type alone, for example camera.down"},
    {"limit", "N", "the newest so many (default 100; 0: all)"},
    {"follow", NULL, "go on with each further event, until interrupted"},
    {NULL, NULL, NULL},
};

static const char *const fields[] = {"id", "ts",       "site_id", "camera_id", "type", "from",
                                     "to", "severity", "reason",  "dedup_key", NULL};

static const char *cell_change(const json_t *row, char out[SHOW_SIZE])
{
    const char *from = show_text(row, "from");
    text_format(out, SHOW_SIZE, "%.60s%s%.60s", from, from[0] != '\0' ? " > " : "",
                show_text(row, "to"));
    return out;
}

static const struct listing_column columns[] = {
    {"TIME", "ts", false, NULL},          {"SITE", "site_id", false, NULL},
    {"CAMERA", "camera_id", false, NULL}, {"TYPE", "type", false, NULL},
    {"CHANGE", "to", false, cell_change}, {"SEVERITY", "severity", false, NULL},
    {"REASON", "reason", false, NULL},    {NULL, NULL, false, NULL},
};

static const struct listing_spec spec = {
    .key = "events",
    .fields = fields,
    .columns = columns,
    .empty = "no event",
};

/* While following a table cannot know how wide it will be: a line for each event, at once. */
static int follow_row(void *arg, json_t *row)
{
    struct listing *listing = arg;
    struct ctl *ctl = listing->ctl;
    if (ctl->format != CTL_HUMAN) {
        return listing_row(listing, row);
    }
    char text[SHOW_SIZE];
    char change[SHOW_SIZE];
    text_format(text, sizeof(text), "%.40s  %.64s  %.64s  %.64s  %.130s  %.20s  %.40s",
                show_text(row, "ts"), show_text(row, "site_id"), show_text(row, "camera_id"),
                show_text(row, "type"), cell_change(row, change), show_text(row, "severity"),
                show_text(row, "reason"));
    terminal_write(ctl->out, text);
    fputc('\n', ctl->out);
    fflush(ctl->out);
    return 0;
}

static int read_arguments(struct ctl *ctl, json_t *args)
{
    long limit = 0;
    char since[CLOCK_TEXT_SIZE];
    const char *given = ctl_value(ctl, "since");
    if (!options_number(&ctl->options, "limit", 0, 1000000, 100, &limit)) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "events takes no argument; --camera names one");
    }
    if (given != NULL && !moment_read(given, -1, clock_wall_us(), since)) {
        return ctl_usage(ctl,
                         "--since needs a time such as 2026-11-21T08:00:00Z, or an age such as 6h");
    }
    if (ctl_has(ctl, "follow") && ctl->format == CTL_JSON) {
        return ctl_usage(ctl, "--follow never ends, one JSON object does: use --jsonl");
    }
    call_put_text(args, "site", ctl_value(ctl, "site"));
    call_put_text(args, "camera", ctl_value(ctl, "camera"));
    call_put_text(args, "type", ctl_value(ctl, "type"));
    call_put_text(args, "since", given != NULL ? since : NULL);
    json_object_set_new(args, "limit", json_integer(limit));
    json_object_set_new(args, "follow", json_boolean(ctl_has(ctl, "follow")));
    return EXIT_OK;
}

static int run(struct ctl *ctl)
{
    json_t *args = json_object();
    int code = read_arguments(ctl, args);
    if (code != EXIT_OK) {
        json_decref(args);
        return code;
    }
    bool follow = ctl_has(ctl, "follow");
    struct listing listing;
    listing_init(&listing, ctl, &spec);
    struct call call = {.verb = "events",
                        .args = args,
                        .on_row = follow ? follow_row : listing_row,
                        .arg = &listing,
                        .endless = follow};
    code = call_vmmd(ctl, &call, NULL);
    if (code == EXIT_OK && !follow) {
        listing_write(&listing, NULL);
    }
    listing_finish(&listing);
    return code;
}

const struct ctl_verb verb_events = {
    .name = "events",
    .summary = "what has changed, oldest first",
    .usage = "[--site ID] [--camera ID] [--since TIME] [--type TYPE] [--limit N] [--follow]",
    .options = options,
    .run = run,
};
