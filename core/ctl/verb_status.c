/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/call.h"
#include "ctl/listing.h"
#include "ctl/terminal.h"

static const struct ctl_option options[] = {
    {"all", NULL, "every camera, not only what is not OK"},
    {"site", "ID", "of this site alone"},
    {"health", "WORD", "with this health: OK, DEGRADED, DOWN, BLACKFRAME, UNKNOWN or DISABLED"},
    {"limit", "N", "at most so many"},
    {"cursor", "TEXT", "go on where the answer before ended (its summary.next_cursor)"},
    {"check", NULL, "exit with 1 when a camera is neither OK nor DISABLED"},
    {NULL, NULL, NULL},
};

static const char *const healths[] = {"OK",      "DEGRADED", "DOWN", "BLACKFRAME",
                                      "UNKNOWN", "DISABLED", NULL};

static const char *const fields[] = {
    "id",     "site_id",  "nvr_id", "name",  "provider",   "effective_provider",
    "health", "severity", "reason", "since", "latency_ms", "last_seen_at",
    NULL};

static const char *cell_camera(const json_t *row, char out[SHOW_SIZE])
{
    const char *name = show_text(row, "name");
    const char *id = show_text(row, "id");
    if (name[0] == '\0' || strcmp(name, id) == 0) {
        return id;
    }
    text_format(out, SHOW_SIZE, "%.64s (%.255s)", id, name);
    return out;
}

/* "sampo: uniview" where another one than was set speaks to it. */
static const char *cell_provider(const json_t *row, char out[SHOW_SIZE])
{
    const char *effective = show_text(row, "effective_provider");
    if (effective[0] == '\0') {
        return show_text(row, "provider");
    }
    text_format(out, SHOW_SIZE, "%.64s: %.64s", show_text(row, "provider"), effective);
    return out;
}

static const char *cell_reason(const json_t *row, char out[SHOW_SIZE])
{
    (void)out;
    const char *reason = show_text(row, "reason");
    return strcmp(reason, "none") != 0 ? reason : "";
}

static const char *cell_since(const json_t *row, char out[SHOW_SIZE])
{
    return show_ago(show_text(row, "since"), clock_wall_us(), out);
}

static const char *cell_latency(const json_t *row, char out[SHOW_SIZE])
{
    if (!json_is_number(json_object_get(row, "latency_ms"))) {
        return "";
    }
    text_format(out, SHOW_SIZE, "%lld ms", (long long)show_number(row, "latency_ms"));
    return out;
}

static const struct listing_column columns[] = {
    {"SITE", "site_id", false, NULL},
    {"CAMERA", "id", false, cell_camera},
    {"PROVIDER", "provider", false, cell_provider},
    {"HEALTH", "health", false, NULL},
    {"SEVERITY", "severity", false, NULL},
    {"REASON", "reason", false, cell_reason},
    {"SINCE", "since", true, cell_since},
    {"LATENCY", "latency_ms", true, cell_latency},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec spec = {
    .key = "cameras",
    .fields = fields,
    .columns = columns,
    .empty = "nothing to show",
};

static const char *cell_site(const json_t *row, char out[SHOW_SIZE])
{
    (void)out;
    const char *name = show_text(row, "name");
    return name[0] != '\0' ? name : show_text(row, "site_id");
}

static const struct listing_column site_columns[] = {
    {"SITE", "site_id", false, cell_site},
    {"CAMERAS", "cameras", true, NULL},
    {"OK", "OK", true, NULL},
    {"DEGRADED", "DEGRADED", true, NULL},
    {"DOWN", "DOWN", true, NULL},
    {"BLACKFRAME", "BLACKFRAME", true, NULL},
    {"UNKNOWN", "UNKNOWN", true, NULL},
    {"DISABLED", "DISABLED", true, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec site_spec = {
    .key = "sites",
    .columns = site_columns,
    .empty = "no site yet: vmmctl site add ID, or vmmctl watch ADDRESS",
};

static void write_count(struct ctl *ctl, const json_t *summary, const char *word)
{
    int64_t count = show_number(summary, word);
    const char *colour = ctl->colour && count > 0 ? terminal_colour(word) : "";
    fprintf(ctl->out, "  %s%s %lld%s", colour, word, (long long)count,
            colour[0] != '\0' ? TERMINAL_PLAIN : "");
}

static void write_summary(struct ctl *ctl, const json_t *summary)
{
    int64_t cameras = show_number(summary, "cameras");
    fprintf(ctl->out, "%lld camera%s:", (long long)cameras, cameras == 1 ? "" : "s");
    for (size_t i = 0; healths[i] != NULL; i++) {
        write_count(ctl, summary, healths[i]);
    }
    fputc('\n', ctl->out);
    if (json_is_false(json_object_get(summary, "monitoring"))) {
        fprintf(ctl->out, "monitoring is off: FEATURE_VMS_HEALTH_MONITOR\n");
    }
}

/* The counts of each site, when there is more than one to compare. */
static int write_sites(struct ctl *ctl)
{
    struct listing sites;
    listing_init(&sites, ctl, &site_spec);
    json_t *args = json_object();
    call_put_text(args, "site", ctl_value(ctl, "site"));
    struct call call = {.verb = "status.sites", .args = args, .on_row = listing_row, .arg = &sites};
    int code = call_vmmd(ctl, &call, NULL);
    if (code == EXIT_OK) {
        listing_write(&sites, NULL);
        fputc('\n', ctl->out);
    }
    listing_finish(&sites);
    return code;
}

static bool is_all_well(const json_t *summary)
{
    return show_number(summary, "OK") + show_number(summary, "DISABLED") ==
           show_number(summary, "cameras");
}

static void write_human(struct ctl *ctl, struct listing *listing, const json_t *summary)
{
    if (listing->count == 0 && is_all_well(summary)) {
        fprintf(ctl->out, "everything is OK\n");
    } else {
        listing_write(listing, NULL);
    }
    const char *cursor = show_text(summary, "next_cursor");
    if (cursor[0] != '\0') {
        fprintf(ctl->out, "there are more: --cursor ");
        terminal_write(ctl->out, cursor);
        fputc('\n', ctl->out);
    }
}

/* The cursor belongs into the summary: the answer has two members and no more. */
static json_t *summary_of(const json_t *result)
{
    json_t *summary = json_copy(json_object_get(result, "summary"));
    if (summary == NULL) {
        summary = json_object();
    }
    json_t *cursor = json_object_get(result, "cursor");
    json_object_set_new(summary, "next_cursor", cursor != NULL ? json_incref(cursor) : json_null());
    return summary;
}

static int finish(struct ctl *ctl, struct listing *listing, const json_t *result)
{
    json_t *summary = summary_of(result);
    json_t *more = json_pack("{sO}", "summary", summary);
    int code = EXIT_OK;
    if (ctl->format == CTL_HUMAN) {
        write_summary(ctl, summary);
        code = write_sites(ctl);
    }
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        write_human(ctl, listing, summary);
    } else if (code == EXIT_OK) {
        listing_write(listing, more);
    }
    if (code == EXIT_OK && ctl_has(ctl, "check") && !is_all_well(summary)) {
        code = EXIT_NEGATIVE;
    }
    json_decref(more);
    json_decref(summary);
    return code;
}

static bool is_health(const char *word)
{
    for (size_t i = 0; healths[i] != NULL; i++) {
        if (strcmp(healths[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static int read_arguments(struct ctl *ctl, json_t *args)
{
    long limit = 0;
    const char *health = ctl_value(ctl, "health");
    if (!options_number(&ctl->options, "limit", 1, 100000, 0, &limit)) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "status takes no argument; see explain for one camera");
    }
    if (health != NULL && !is_health(health)) {
        return ctl_usage(ctl, "there is no health \"%.40s\"", health);
    }
    json_object_set_new(args, "all", json_boolean(ctl_has(ctl, "all")));
    call_put_text(args, "site", ctl_value(ctl, "site"));
    call_put_text(args, "health", health);
    call_put_text(args, "cursor", ctl_value(ctl, "cursor"));
    if (limit > 0) {
        json_object_set_new(args, "limit", json_integer(limit));
    }
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
    struct listing listing;
    listing_init(&listing, ctl, &spec);
    struct call call = {.verb = "status", .args = args, .on_row = listing_row, .arg = &listing};
    json_t *result = NULL;
    code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK) {
        code = finish(ctl, &listing, result);
    }
    json_decref(result);
    listing_finish(&listing);
    return code;
}

const struct ctl_verb verb_status = {
    .name = "status",
    .summary = "a summary, and what is not OK",
    .usage = "[--all] [--site ID] [--health WORD] [--limit N] [--cursor TEXT] [--check]",
    .options = options,
    .text = "The counts are of all cameras (of --site, if given), the list is of those asked for.\n"
            "Since is how long the health has been what it is; latency is the slowest single\n"
            "request of the last look.",
    .negative = "--check is given and a camera is neither OK nor DISABLED",
    .run = run,
};
