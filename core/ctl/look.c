/* SPDX-License-Identifier: MIT */
#include "ctl/look.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/show.h"
#include "ctl/terminal.h"

#define INDENT "  "

void look_rows_init(struct look_rows *rows)
{
    *rows = (struct look_rows){json_array(), json_array(), json_array()};
}

void look_rows_finish(struct look_rows *rows)
{
    json_decref(rows->steps);
    json_decref(rows->facts);
    json_decref(rows->events);
}

int look_row(void *arg, json_t *row)
{
    struct look_rows *rows = arg;
    json_array_append(rows->steps, json_object_get(row, "step"));
    json_array_append(rows->facts, json_object_get(row, "fact"));
    json_array_append(rows->events, json_object_get(row, "event"));
    return 0;
}

json_t *look_json(const struct look_rows *rows, const json_t *result, bool with_events)
{
    json_t *all = json_object();
    json_object_update(all, (json_t *)result);
    json_object_set(all, "steps", rows->steps);
    json_object_set(all, "facts", rows->facts);
    if (with_events) {
        json_object_set(all, "events", rows->events);
    }
    return all;
}

bool look_is_good(const json_t *look)
{
    const char *outcome = show_text(look, "outcome");
    return strcmp(outcome, "ok") == 0 || strcmp(outcome, "partial") == 0;
}

/* A label and the text behind it, if there is one. */
static void write_labelled(struct ctl *ctl, const char *label, const char *text)
{
    if (text[0] != '\0') {
        fprintf(ctl->out, INDENT "%-12s", label);
        terminal_write(ctl->out, text);
        fputc('\n', ctl->out);
    }
}

static void write_steps(struct ctl *ctl, const json_t *steps)
{
    struct table table;
    table_init(&table);
    table_column(&table, "start", true);
    table_column(&table, "took", true);
    table_column(&table, "came", false);
    table_column(&table, "asked", false);
    size_t index = 0;
    json_t *step = NULL;
    json_array_foreach(steps, index, step)
    {
        char start[32];
        char took[32];
        text_format(start, sizeof(start), "%lld ms", (long long)show_number(step, "start_ms"));
        text_format(took, sizeof(took), "%.1f ms",
                    json_number_value(json_object_get(step, "took_ms")));
        table_row(&table, (const char *const[]){start, took, show_text(step, "came"),
                                                show_text(step, "asked")});
    }
    table_write(&table, ctl->out, INDENT, ctl->colour);
    table_finish(&table);
}

static void add_fact(struct table *table, const json_t *fact)
{
    char subject[80];
    char value[SHOW_SIZE];
    char with_unit[SHOW_SIZE + 40];
    const char *unit = show_text(fact, "unit");
    int64_t index = show_number(fact, "index");
    if (index > 0) {
        text_format(subject, sizeof(subject), "%.60s %lld", show_text(fact, "subject"),
                    (long long)index);
    } else {
        text_format(subject, sizeof(subject), "%.60s", show_text(fact, "subject"));
    }
    show_member(fact, "value", value);
    text_format(with_unit, sizeof(with_unit), "%s%s%.32s", value, unit[0] != '\0' ? " " : "", unit);
    table_row(table, (const char *const[]){subject, show_text(fact, "fact"), with_unit,
                                           show_text(fact, "standing"), show_text(fact, "reason")});
}

static void write_facts(struct ctl *ctl, const json_t *facts)
{
    struct table table;
    table_init(&table);
    table_column(&table, "subject", false);
    table_column(&table, "fact", false);
    table_column(&table, "value", false);
    table_column(&table, "standing", false);
    table_column(&table, "reason", false);
    size_t index = 0;
    json_t *fact = NULL;
    json_array_foreach(facts, index, fact)
    {
        add_fact(&table, fact);
    }
    if (table.rows > 0) {
        fputc('\n', ctl->out);
    }
    table_write(&table, ctl->out, INDENT, ctl->colour);
    table_finish(&table);
}

/* "1 request", "2 requests". */
static const char *counted(const json_t *look, const char *plural, char out[48])
{
    int64_t count = show_number(look, plural);
    size_t length = strlen(plural) - (count == 1 ? 1 : 0);
    text_format(out, 48, "%lld %.*s", (long long)count, (int)length, plural);
    return out;
}

static void write_costs(struct ctl *ctl, const json_t *look)
{
    char text[SHOW_SIZE];
    char counts[3][48];
    text_format(text, sizeof(text), "%lld ms, slowest request %lld ms; %s, %s, %s",
                (long long)show_number(look, "total_ms"),
                (long long)show_number(look, "slowest_ms"), counted(look, "requests", counts[0]),
                counted(look, "connections", counts[1]), counted(look, "bytes", counts[2]));
    write_labelled(ctl, "", text);
}

static void write_head(struct ctl *ctl, const json_t *look)
{
    char text[SHOW_SIZE];
    char ago[SHOW_SIZE];
    const char *at = show_text(look, "at");
    text_format(text, sizeof(text), "%.40s (%.60s), %.20s: %.40s at rung %.40s, login %.20s", at,
                show_ago(at, clock_wall_us(), ago), show_text(look, "scope"),
                show_text(look, "outcome"), show_text(look, "rung"), show_text(look, "login"));
    write_labelled(ctl, "Look", text);
    write_labelled(ctl, "", show_text(look, "detail"));
    write_costs(ctl, look);
}

void look_write(struct ctl *ctl, const json_t *look, const struct look_rows *rows)
{
    if (!json_is_object(look)) {
        write_labelled(ctl, "Look", "none yet");
        return;
    }
    write_head(ctl, look);
    if (json_array_size(rows->steps) > 0) {
        fputc('\n', ctl->out);
    }
    write_steps(ctl, rows->steps);
    write_facts(ctl, rows->facts);
}

void look_write_handover(struct ctl *ctl, const json_t *handover)
{
    char text[SHOW_SIZE];
    const char *state = show_text(handover, "state");
    const char *to = show_text(handover, "to");
    if (!json_is_object(handover)) {
        return;
    }
    if (strcmp(state, "done") == 0) {
        const char *place = show_text(handover, "place");
        text_format(text, sizeof(text),
                    "handed over to %.64s, whose language it speaks%s%.32s; setting a provider "
                    "undoes it",
                    to, place[0] != '\0' ? " at " : "", place);
    } else if (strcmp(state, "next") == 0) {
        text_format(text, sizeof(text),
                    "it speaks the language of %.64s, and is handed over at its next look", to);
    } else if (strcmp(state, "off") == 0) {
        text_format(text, sizeof(text), "it speaks the language of %.64s, which is off: %.80s", to,
                    show_text(handover, "flag"));
    } else if (strcmp(state, "port") == 0) {
        text_format(text, sizeof(text),
                    "it speaks the language of %.64s, at a port of its own: set both", to);
    } else {
        text_format(text, sizeof(text), "it speaks the language of %.64s, which is not installed",
                    to);
    }
    write_labelled(ctl, "Provider", text);
}

static void write_word(struct ctl *ctl, const char *word)
{
    const char *colour = ctl->colour ? terminal_colour(word) : "";
    fputs(colour, ctl->out);
    terminal_write(ctl->out, word);
    fputs(colour[0] != '\0' ? TERMINAL_PLAIN : "", ctl->out);
}

static void write_reasons(struct ctl *ctl, const json_t *reasons)
{
    size_t index = 0;
    json_t *reason = NULL;
    json_array_foreach(reasons, index, reason)
    {
        char text[SHOW_SIZE];
        char place[64] = "";
        const char *subject = show_text(reason, "subject");
        if (subject[0] != '\0' && strcmp(subject, "device") != 0) {
            text_format(place, sizeof(place), " of %.20s %lld", subject,
                        (long long)show_number(reason, "index"));
        }
        text_format(text, sizeof(text), "%.40s%s (%.20s, %.20s): %.200s",
                    show_text(reason, "reason"), place, show_text(reason, "health"),
                    show_text(reason, "severity"), show_text(reason, "seen"));
        write_labelled(ctl, index == 0 ? "Reasons" : "", text);
    }
}

void look_write_verdict(struct ctl *ctl, const json_t *verdict)
{
    if (!json_is_object(verdict)) {
        return;
    }
    char ago[SHOW_SIZE];
    char text[SHOW_SIZE];
    fputs(INDENT, ctl->out);
    write_word(ctl, show_text(verdict, "health"));
    fputs(", ", ctl->out);
    write_word(ctl, show_text(verdict, "severity"));
    const char *since = show_text(verdict, "since");
    if (since[0] != '\0') {
        fprintf(ctl->out, ", for %s", show_ago(since, clock_wall_us(), ago));
    }
    fputc('\n', ctl->out);
    text_format(text, sizeof(text), "%.40s at rung %.40s", show_text(verdict, "reason"),
                show_text(verdict, "rung"));
    write_labelled(ctl, "Reason", text);
    write_labelled(ctl, "Seen", show_text(verdict, "seen"));
    write_labelled(ctl, "To do", show_text(verdict, "do"));
    write_reasons(ctl, json_object_get(verdict, "reasons"));
    text_format(text, sizeof(text), "%lld in a row", (long long)show_number(verdict, "failures"));
    write_labelled(ctl, "Failures", show_number(verdict, "failures") > 0 ? text : "");
    write_labelled(ctl, "Last seen", show_text(verdict, "last_seen_at"));
}
