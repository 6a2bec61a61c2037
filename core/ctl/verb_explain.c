/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "ctl/call.h"
#include "ctl/look.h"
#include "ctl/show.h"
#include "ctl/terminal.h"

static void write_line(struct ctl *ctl, const char *label, const char *text)
{
    fprintf(ctl->out, "  %-12s", label);
    terminal_write(ctl->out, text);
    fputc('\n', ctl->out);
}

/* Who said that it is off on purpose. */
static void write_off(struct ctl *ctl, const json_t *off)
{
    char text[SHOW_SIZE * 2];
    if (json_is_object(off)) {
        text_format(text, sizeof(text), "%.16s of %.64s until %.32s: %.255s", show_text(off, "id"),
                    show_text(off, "owner"), show_text(off, "ends_at"), show_text(off, "reason"));
        write_line(ctl, "Off", text);
    }
}

static void write_camera(struct ctl *ctl, const json_t *camera)
{
    char text[SHOW_SIZE * 2];
    char port[32] = "";
    int64_t number = show_number(camera, "port");
    if (number > 0) {
        text_format(port, sizeof(port), ":%lld", (long long)number);
    }
    text_format(text, sizeof(text), "%.64s%s%.255s", show_text(camera, "id"),
                show_text(camera, "name")[0] != '\0' ? "  " : "", show_text(camera, "name"));
    terminal_write(ctl->out, text);
    fputc('\n', ctl->out);
    text_format(text, sizeof(text), "%.64s%s%.64s, %.64s at %.255s%s%s",
                show_text(camera, "site_id"),
                show_text(camera, "nvr_id")[0] != '\0' ? ", NVR " : "", show_text(camera, "nvr_id"),
                show_text(camera, "provider"), show_text(camera, "host"), port,
                json_is_false(json_object_get(camera, "enabled")) ? ", switched off" : "");
    write_line(ctl, "Site", text);
    write_off(ctl, json_object_get(camera, "off"));
    look_write_handover(ctl, json_object_get(camera, "handover"));
}

static void write_login(struct ctl *ctl, const json_t *ledger)
{
    char text[SHOW_SIZE];
    char when[SHOW_SIZE];
    if (!json_is_object(ledger)) {
        write_line(ctl, "Login", "no credential");
        return;
    }
    const char *retry = show_text(ledger, "retry_at");
    text_format(text, sizeof(text), "%.64s at %.200s: %.20s (generation %lld)%s%.60s",
                show_text(ledger, "account"), show_text(ledger, "endpoint"),
                show_text(ledger, "state"), (long long)show_number(ledger, "generation"),
                retry[0] != '\0' ? ", next login " : "", show_ago(retry, clock_wall_us(), when));
    write_line(ctl, "Login", text);
}

static void write_breaker(struct ctl *ctl, const json_t *breaker)
{
    char text[SHOW_SIZE];
    char when[SHOW_SIZE];
    const char *opened = show_text(breaker, "opened_at");
    text_format(text, sizeof(text), "%.20s, %lld failures%s%.60s", show_text(breaker, "state"),
                (long long)show_number(breaker, "failure_count"),
                opened[0] != '\0' ? ", open for " : "", show_ago(opened, clock_wall_us(), when));
    write_line(ctl, "Breaker", text);
}

/* What kept the verdict from being confirmed. */
static void write_stale(struct ctl *ctl, const json_t *result)
{
    static const char *const words[][2] = {
        {"provider", "the provider is off, missing, failed over it, or has no place for it"},
        {"node", "this machine was cut off, stood still, or had no time to look"},
        {"link", "what it hangs on, its recorder or the cause above, does not let it be seen"},
        {"path", "its name is not resolved, or its address takes no more connections"}};
    const char *by = show_text(json_object_get(result, "verdict"), "stale_by");
    char text[SHOW_SIZE];
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(by, words[i][0]) == 0) {
            text_format(text, sizeof(text), "%s: %s", by, words[i][1]);
            write_line(ctl, "Kept by", text);
        }
    }
}

/* What it belongs to; for one that is its own cause that is no news. */
static void write_incident(struct ctl *ctl, const json_t *incident)
{
    char text[SHOW_SIZE];
    char when[SHOW_SIZE];
    if (!json_is_object(incident)) {
        return;
    }
    bool follows = strcmp(show_text(incident, "role"), "consequence") == 0;
    text_format(text, sizeof(text), "%s%.80s, for %.60s (%.180s)", follows ? "follows from " : "",
                show_text(incident, "cause"),
                show_ago(show_text(incident, "since"), clock_wall_us(), when),
                show_text(incident, "id"));
    write_line(ctl, "Cause", text);
}

/* What a rule keeps back: of what somebody was told already, only what would come after that. */
static const char *kept_back(const json_t *message, const char *rule)
{
    bool is_taken = strncmp(rule, "ack ", 4) == 0 || strncmp(rule, "snooze ", 7) == 0;
    bool follows = strncmp(rule, "consequence:", 12) == 0;
    size_t index = 0;
    json_t *channel = NULL;
    json_array_foreach(json_object_get(message, "channels"), index, channel)
    {
        const char *state = show_text(channel, "state");
        bool is_out = strcmp(state, "told") == 0 || strcmp(state, "being sent") == 0;
        if (is_out && !follows) {
            return is_taken ? "reminders and escalation kept back by" : "more of it kept back by";
        }
    }
    return "kept back by";
}

/* Who was told, and what keeps a message from the others. */
static void write_message(struct ctl *ctl, const json_t *message)
{
    char text[SHOW_SIZE * 2];
    char when[SHOW_SIZE];
    size_t index = 0;
    json_t *channel = NULL;
    const char *held = show_text(message, "held_by");
    if (!json_is_object(message)) {
        return;
    }
    if (held[0] != '\0') {
        text_format(text, sizeof(text), "%s %.200s", kept_back(message, held), held);
        write_line(ctl, "Message", text);
    }
    json_array_foreach(json_object_get(message, "channels"), index, channel)
    {
        bool is_past = strcmp(show_text(channel, "state"), "being sent") != 0;
        const char *at = is_past ? show_text(channel, "at") : "";
        const char *why = show_text(channel, "why");
        text_format(text, sizeof(text), "%.120s: %.20s%s%.60s%s%s%.200s",
                    show_text(channel, "channel"), show_text(channel, "state"),
                    at[0] != '\0' ? ", " : "", show_ago(at, clock_wall_us(), when),
                    at[0] != '\0' ? " ago" : "", why[0] != '\0' ? "; " : "", why);
        write_line(ctl, index == 0 && held[0] == '\0' ? "Message" : "", text);
    }
    if (show_text(message, "next")[0] != '\0') {
        text_format(text, sizeof(text), "next: %.200s", show_text(message, "next"));
        write_line(ctl, "", text);
    }
}

static void write_clock(struct ctl *ctl, const json_t *clock)
{
    char text[SHOW_SIZE];
    char drift[64] = "";
    double offset = json_real_value(json_object_get(clock, "offset_s"));
    double a_day = json_real_value(json_object_get(clock, "drift_s_day"));
    if (!json_is_object(clock)) {
        return;
    }
    if (a_day != 0) {
        text_format(drift, sizeof(drift), ", drifts %+.1f s a day", a_day);
    }
    bool stepped = strcmp(show_text(clock, "how"), "step") == 0;
    text_format(text, sizeof(text), "%+.1f s%s%s", offset, stepped ? ", it stepped" : "", drift);
    write_line(ctl, "Clock", text);
}

static void write_next(struct ctl *ctl, const json_t *next)
{
    char text[SHOW_SIZE];
    char when[SHOW_SIZE];
    const char *why = show_text(next, "why");
    const char *at = show_ago(show_text(next, "at"), clock_wall_us(), when);
    const char *scope = show_text(next, "scope");
    if (at[0] == '\0' && why[0] == '\0') {
        text_format(text, sizeof(text), "none is due");
    } else if (at[0] == '\0') {
        text_format(text, sizeof(text), "%.200s%s%.20s%s", why, scope[0] != '\0' ? " (" : "", scope,
                    scope[0] != '\0' ? ")" : "");
    } else {
        text_format(text, sizeof(text), "%.60s (%.20s)%s%.200s", at, scope,
                    why[0] != '\0' ? ": " : "", why);
    }
    write_line(ctl, "Next look", text);
}

/* "jsonl delivered, gchat waiting (429)" */
static void add_sinks(struct buf *out, const json_t *sinks)
{
    size_t index = 0;
    json_t *sink = NULL;
    json_array_foreach(sinks, index, sink)
    {
        const char *why = show_text(sink, "why");
        buf_printf(out, "%s%s %s", index > 0 ? ", " : "", show_text(sink, "sink"),
                   show_text(sink, "state"));
        if (why[0] != '\0') {
            buf_printf(out, " (%s)", why);
        }
    }
}

static void write_events(struct ctl *ctl, const json_t *events)
{
    struct table table;
    table_init(&table);
    static const char *const titles[] = {"time", "type", "from", "to", "reason", "went to"};
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        table_column(&table, titles[i], false);
    }
    size_t index = 0;
    json_t *event = NULL;
    json_array_foreach(events, index, event)
    {
        struct buf sinks;
        buf_init(&sinks);
        add_sinks(&sinks, json_object_get(event, "sinks"));
        table_row(&table, (const char *const[]){show_text(event, "ts"), show_text(event, "type"),
                                                show_text(event, "from"), show_text(event, "to"),
                                                show_text(event, "reason"), buf_cstr(&sinks)});
        buf_finish(&sinks);
    }
    write_line(ctl, "Events", table.rows == 0 ? "none yet" : "");
    table_write(&table, ctl->out, "  ", ctl->colour);
    table_finish(&table);
}

static void write_human(struct ctl *ctl, const json_t *result, const struct look_rows *rows)
{
    write_camera(ctl, json_object_get(result, "camera"));
    fputc('\n', ctl->out);
    look_write_verdict(ctl, json_object_get(result, "verdict"));
    write_incident(ctl, json_object_get(result, "incident"));
    write_stale(ctl, result);
    write_message(ctl, json_object_get(result, "message"));
    write_clock(ctl, json_object_get(result, "clock"));
    fputc('\n', ctl->out);
    look_write(ctl, json_object_get(result, "look"), rows);
    fputc('\n', ctl->out);
    write_login(ctl, json_object_get(result, "ledger"));
    write_breaker(ctl, json_object_get(result, "breaker"));
    write_next(ctl, json_object_get(result, "next"));
    fputc('\n', ctl->out);
    write_events(ctl, rows->events);
}

static int run(struct ctl *ctl)
{
    const char *id = ctl_operand(ctl, 0);
    if (id == NULL || ctl_operand(ctl, 1) != NULL) {
        return ctl_usage(ctl, "explain needs the id of one camera");
    }
    struct look_rows rows;
    look_rows_init(&rows);
    struct call call = {.verb = "explain",
                        .args = json_pack("{ss}", "camera", id),
                        .on_row = look_row,
                        .arg = &rows};
    json_t *result = NULL;
    int code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        write_human(ctl, result, &rows);
    } else if (code == EXIT_OK) {
        json_t *all = look_json(&rows, result, true);
        show_json(ctl->out, all);
        json_decref(all);
    }
    json_decref(result);
    look_rows_finish(&rows);
    return code;
}

const struct ctl_verb verb_explain = {
    .name = "explain",
    .summary = "why a camera is what it is, and who was told: verdict, last look, login, events",
    .usage = "CAMERA",
    .text =
        "CAMERA is the id of a camera or of an NVR. What is wrong is shown with the rung that\n"
        "failed, the cause that it follows from, and who was told of it or which rule kept the\n"
        "message back. The last look is shown request by request,\n"
        "then what it observed, when the next look is due, and the last events with what\n"
        "became of them at each sink.",
    .negative = "there is no such camera",
    .run = run,
};
