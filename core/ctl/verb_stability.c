/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "ctl/call.h"
#include "ctl/listing.h"

static const struct ctl_option options[] = {
    {"site", "ID", "of this site alone"},
    {"days", "N", "so many days before today, and today so far (default 30)"},
    {"limit", "N", "so many rows, the worst first (default 50)"},
    {NULL, NULL, NULL},
};

static const char *cell_percent(const json_t *row, char out[SHOW_SIZE])
{
    const json_t *share = json_object_get(row, "availability_pct");
    if (!json_is_real(share)) {
        return "-";
    }
    text_format(out, SHOW_SIZE, "%.3f %%", json_real_value(share));
    return out;
}

static const char *cell_down(const json_t *row, char out[SHOW_SIZE])
{
    return show_duration(show_number(row, "down_s") + show_number(row, "blackframe_s"), out);
}

static const char *cell_unknown(const json_t *row, char out[SHOW_SIZE])
{
    return show_duration(show_number(row, "unknown_s"), out);
}

static const char *cell_longest(const json_t *row, char out[SHOW_SIZE])
{
    return show_duration(show_number(row, "longest_outage_s"), out);
}

static const char *cell_maintenance(const json_t *row, char out[SHOW_SIZE])
{
    return show_duration(show_number(row, "maintenance_s"), out);
}

/* How much of the time in which it could be judged its recording was proven. */
static const char *cell_recorded(const json_t *row, char out[SHOW_SIZE])
{
    double proven = (double)show_number(row, "recording_proven_s");
    double judged = proven + (double)show_number(row, "recording_missing_s");
    if (judged <= 0) {
        return "-";
    }
    text_format(out, SHOW_SIZE, "%.1f %%", proven * 100 / judged);
    return out;
}

static const char *cell_clock(const json_t *row, char out[SHOW_SIZE])
{
    const json_t *ms = json_object_get(row, "clock_offset_ms");
    if (!json_is_integer(ms)) {
        return "-";
    }
    text_format(out, SHOW_SIZE, "%+.1f s", (double)json_integer_value(ms) / 1000);
    return out;
}

static const char *cell_day(const json_t *row, char out[SHOW_SIZE])
{
    (void)out;
    const char *day = show_text(row, "day");
    return day[0] != '\0' ? day : "so far";
}

static const char *cell_ms(const json_t *row, const char *key, char out[SHOW_SIZE])
{
    const json_t *ms = json_object_get(row, key);
    if (!json_is_real(ms)) {
        return "-";
    }
    text_format(out, SHOW_SIZE, "%.1f ms", json_real_value(ms));
    return out;
}

static const char *cell_latency(const json_t *row, char out[SHOW_SIZE])
{
    return cell_ms(row, "latency_ms", out);
}

static const char *cell_jitter(const json_t *row, char out[SHOW_SIZE])
{
    return cell_ms(row, "jitter_ms", out);
}

static const struct listing_column sums[] = {
    {"SITE", "site_id", false, NULL},
    {"COMPONENT", "component", false, NULL},
    {"NAME", "name", false, NULL},
    {"AVAILABLE", "availability_pct", true, cell_percent},
    {"OUTAGES", "outages", true, NULL},
    {"DOWN", "down_s", true, cell_down},
    {"LONGEST", "longest_outage_s", true, cell_longest},
    {"UNKNOWN", "unknown_s", true, cell_unknown},
    {"MAINTENANCE", "maintenance_s", true, cell_maintenance},
    {"RECORDED", "recording_proven_s", true, cell_recorded},
    {"CLOCK", "clock_offset_ms", true, cell_clock},
    {"LATENCY", "latency_ms", true, cell_latency},
    {"JITTER", "jitter_ms", true, cell_jitter},
    {NULL, NULL, false, NULL},
};

static const struct listing_column days[] = {
    {"DAY", "day", false, cell_day},
    {"AVAILABLE", "availability_pct", true, cell_percent},
    {"OUTAGES", "outages", true, NULL},
    {"DOWN", "down_s", true, cell_down},
    {"LONGEST", "longest_outage_s", true, cell_longest},
    {"UNKNOWN", "unknown_s", true, cell_unknown},
    {"MAINTENANCE", "maintenance_s", true, cell_maintenance},
    {"RECORDED", "recording_proven_s", true, cell_recorded},
    {"CLOCK", "clock_offset_ms", true, cell_clock},
    {"CHANGES", "changes", true, NULL},
    {"LAST FAILURE", "last_failure_at", false, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec sums_spec = {
    .key = "stability", .columns = sums, .empty = "nothing was judged yet"};
static const struct listing_spec days_spec = {
    .key = "days", .columns = days, .empty = "it was not judged yet"};

static int run(struct ctl *ctl)
{
    long count = 0;
    long limit = 0;
    const char *id = ctl_operand(ctl, 0);
    if (!options_number(&ctl->options, "days", 0, 800, 30, &count) ||
        !options_number(&ctl->options, "limit", 1, 1000, 50, &limit)) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    if (id != NULL && (ctl_operand(ctl, 1) != NULL || ctl_value(ctl, "site") != NULL)) {
        return ctl_usage(ctl, "give one camera or recorder, or --site");
    }
    json_t *args = json_pack("{s:I, s:I}", "days", (json_int_t)count, "limit", (json_int_t)limit);
    call_put_text(args, "id", id);
    call_put_text(args, "site", ctl_value(ctl, "site"));
    return listing_call(ctl, id != NULL ? &days_spec : &sums_spec, "stability", args);
}

const struct ctl_verb verb_stability = {
    .name = "stability",
    .summary = "how cameras, recorders and sites fared over days",
    .usage = "[CAMERA|NVR] [--site ID] [--days N] [--limit N]",
    .options = options,
    .text =
        "Without a name: each with the sum of its days, the longest time down first. With one: "
        "its\n"
        "days. AVAILABLE is the share of the time that it was OK or DEGRADED, of the time in "
        "which\n"
        "it was watched and wanted. An outage is DOWN or BLACKFRAME. UNKNOWN is time in which it\n"
        "could not be judged, that in which vmmd was stopped included. MAINTENANCE lies beside "
        "the\n"
        "healths. RECORDED is the share in which its recording was proven, of the time in which\n"
        "that could be told; CLOCK the offset of its clock that was farthest from 0. LATENCY and "
        "JITTER are of the latest full looks, whatever days are asked for.",
    .run = run,
};
