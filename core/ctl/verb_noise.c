/* SPDX-License-Identifier: MIT */
#include "ctl/call.h"
#include "ctl/listing.h"
#include "ctl/moment.h"

static const struct ctl_option options[] = {
    {"site", "ID", "of this site alone"},
    {"since", "TIME", "not before this: RFC 3339, or an age such as 7d (default)"},
    {"limit", "N", "so many rows (default 20)"},
    {NULL, NULL, NULL},
};

static const struct listing_column columns[] = {
    {"COUNT", "count", true, NULL},    {"SITE", "site_id", false, NULL},
    {"CAMERA", "camera", false, NULL}, {"TYPE", "type", false, NULL},
    {"REASON", "reason", false, NULL}, {"STATUS", "status", false, NULL},
    {"LAST", "last_at", false, NULL},  {NULL, NULL, false, NULL},
};

static const struct listing_spec spec = {
    .key = "noise",
    .columns = columns,
    .empty = "nobody was told anything",
};

static int run(struct ctl *ctl)
{
    long limit = 0;
    char since[CLOCK_TEXT_SIZE];
    const char *given = ctl_value(ctl, "since");
    if (!options_number(&ctl->options, "limit", 1, 1000, 20, &limit)) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "noise takes no argument; --site names a site");
    }
    if (given != NULL && !moment_read(given, -1, clock_wall_us(), since)) {
        return ctl_usage(ctl,
                         "--since needs a time such as 2026-11-21T08:00:00Z, or an age such as 7d");
    }
    json_t *args = json_pack("{s:I}", "limit", (json_int_t)limit);
    call_put_text(args, "site", ctl_value(ctl, "site"));
    call_put_text(args, "since", given != NULL ? since : NULL);
    return listing_call(ctl, &spec, "notify.noise", args);
}

const struct ctl_verb verb_noise = {
    .name = "noise",
    .summary = "what makes the most messages",
    .usage = "[--site ID] [--since TIME] [--limit N]",
    .options = options,
    .text =
        "Rows of the notification log by site, camera, type, reason and what became of them: "
        "sent,\n"
        "failed, merged, suppressed. The type is that of the event, or summary, notice,\n"
        "heartbeat … of what tells of none. What leads the list is worth a silence, or a repair.",
    .run = run,
};
