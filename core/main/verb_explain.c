/* SPDX-License-Identifier: MIT */
/*
 * explain: the last look step by step, why this verdict, and where its event went. The event of the verdict and what
 * became of it are read from the disk when they are there.
 */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "gateway/json_text.h"
#include "health/words.h"
#include "main/control.h"
#include "main/deliver.h"
#include "main/explain.h"
#include "main/journal.h"
#include "main/written.h"

#define EVENTS_SHOWN 10u
#define ROUNDS_MAX   3u /* a verdict that changes while its events are read has them read anew */

struct explain {
    struct daemon *daemon;
    struct ctl_call *call;
    char *id;
    bool is_nvr;
    uint32_t rounds;
    uint32_t told;   /* how many events it had when they were asked for */
    json_t *settled; /* how far each sink was by then */
    json_t *events;  /* rows that wait for what became of them at the sinks */
    json_t *history; /* NULL: there are no events to ask */
    size_t at;
};

static void destroy(struct explain *explain)
{
    json_decref(explain->settled);
    json_decref(explain->events);
    json_decref(explain->history);
    free(explain->id);
    free(explain);
}

static void begin(struct explain *explain, const struct explain_subject *subject);

static void finish(struct explain *explain)
{
    struct explain_subject subject;
    if (ctl_cancelled(explain->call) || explain_find(explain->daemon, explain->id, &subject) != 0) {
        ctl_fail(explain->call, CTL_NOT_FOUND, "it was removed meanwhile", NULL);
        destroy(explain);
        return;
    }
    if (subject.state->events != explain->told && explain->rounds < ROUNDS_MAX) {
        begin(explain, &subject);
        return;
    }
    json_t *rows = json_array();
    size_t i;
    json_t *event;
    json_array_foreach(explain->events, i, event)
    {
        json_array_append_new(rows, json_pack("{s:O}", "event", event));
    }
    json_t *look = explain_rows(explain->daemon, &subject, explain->call);
    ctl_rows(explain->call, rows);
    ctl_done(explain->call, explain_result(explain->daemon, &subject, look, explain->history));
    destroy(explain);
}

static void ask_next(struct explain *explain);

static json_t *sink_row(const struct store_delivery *delivery)
{
    const char *status = delivery->status;
    const char *state = strcmp(status, "sent") == 0     ? "delivered"
                        : strcmp(status, "failed") == 0 ? "retry"
                                                        : status;
    return json_pack("{s:s, s:s, s:i, s:o, s:o}", "sink", delivery->channel, "state", state,
                     "attempts", strcmp(state, status) != 0, "at",
                     control_time(delivery->created_at), "why",
                     control_string(delivery->error_message));
}

/* The row of a sink that is there already takes the newer attempt. */
static void add_attempt(json_t *sinks, const struct store_delivery *delivery)
{
    size_t i;
    json_t *known;
    json_array_foreach(sinks, i, known)
    {
        if (strcmp(json_string_value(json_object_get(known, "sink")), delivery->channel) == 0) {
            json_t *row = sink_row(delivery);
            json_int_t attempts = json_integer_value(json_object_get(known, "attempts"));
            attempts += json_integer_value(json_object_get(row, "attempts"));
            json_object_set_new(row, "attempts", json_integer(attempts));
            json_array_set_new(sinks, i, row);
            return;
        }
    }
    json_array_append_new(sinks, sink_row(delivery));
}

static json_t *settled_now(const struct daemon *daemon)
{
    json_t *settled = json_object();
    struct deliver_view view;
    for (size_t i = 0; deliver_view(daemon->deliver, i, &view); i++) {
        json_object_set_new(settled, view.name, json_integer(view.settled));
    }
    return settled;
}

static void add_waiting(const struct explain *explain, json_t *sinks, int64_t seq)
{
    const char *name;
    json_t *settled;
    json_object_foreach(explain->settled, name, settled)
    {
        if (json_integer_value(settled) < seq) {
            json_array_append_new(sinks, json_pack("{s:s, s:s, s:i, s:n, s:n}", "sink", name,
                                                   "state", "waiting", "attempts", 0, "at", "why"));
        }
    }
}

static void on_deliveries(void *arg, int rc, const struct store_delivery *rows, size_t count)
{
    struct explain *explain = arg;
    json_t *event = json_array_get(explain->events, explain->at);
    json_t *sinks = json_array();
    for (size_t i = 0; rc == 0 && i < count; i++) {
        add_attempt(sinks, &rows[i]);
    }
    if (json_array_size(sinks) == 0) {
        add_waiting(explain, sinks, json_integer_value(json_object_get(event, "seq")));
    }
    json_object_del(event, "seq");
    json_object_set_new(event, "sinks", sinks);
    explain->at++;
    ask_next(explain);
}

static void ask_next(struct explain *explain)
{
    json_t *event = json_array_get(explain->events, explain->at);
    if (event == NULL || ctl_cancelled(explain->call)) {
        finish(explain);
        return;
    }
    const char *id = json_string_value(json_object_get(event, "id"));
    if (store_query_deliveries(explain->daemon->store, id, on_deliveries, explain) != 0) {
        on_deliveries(explain, VMM_E_IO, NULL, 0);
    }
}

/* Of a recorder the events of its site were asked for: the journal knows them by their metadata alone. */
static bool is_its_own(const struct explain *explain, const struct store_event *row)
{
    if (!explain->is_nvr) {
        return true;
    }
    json_t *metadata =
        strncmp(row->type, "nvr.", 4) == 0 ? json_loads(row->metadata_json, 0, NULL) : NULL;
    bool own = strcmp(json_text(metadata, "nvr_id"), explain->id) == 0;
    json_decref(metadata);
    return own;
}

static void on_events(void *arg, int rc, const struct store_event *rows, size_t count)
{
    struct explain *explain = arg;
    struct store_event own[EVENTS_SHOWN];
    size_t found = 0;
    for (size_t i = 0; rc == 0 && i < count && found < EVENTS_SHOWN; i++) {
        if (is_its_own(explain, &rows[i])) {
            own[found++] = rows[i];
        }
    }
    for (size_t i = 0; i < found; i++) {
        json_t *event = journal_event_row(&own[i]);
        json_object_set_new(event, "seq", json_integer(own[i].seq));
        json_array_append_new(explain->events, event);
    }
    explain->history = rc == 0 ? explain_history(own, found) : NULL;
    ask_next(explain);
}

static void query(void *arg)
{
    struct explain *explain = arg;
    struct explain_subject subject;
    if (ctl_cancelled(explain->call) || explain_find(explain->daemon, explain->id, &subject) != 0) {
        finish(explain);
        return;
    }
    explain->is_nvr = subject.camera == NULL;
    struct store_event_filter filter = {.descending = true};
    if (explain->is_nvr) {
        filter.site_id = subject.nvr->record.site_id;
        filter.limit = STORE_PAGE_MAX;
    } else {
        filter.camera_id = explain->id;
        filter.limit = EVENTS_SHOWN;
    }
    if (store_query_events(explain->daemon->store, &filter, on_events, explain) != 0) {
        on_events(explain, VMM_E_IO, NULL, 0);
    }
}

static void begin(struct explain *explain, const struct explain_subject *subject)
{
    json_decref(explain->settled);
    json_decref(explain->history);
    explain->rounds++;
    explain->told = subject->state->events;
    explain->settled = settled_now(explain->daemon);
    explain->history = NULL;
    explain->at = 0;
    json_array_clear(explain->events);
    if (written_wait(explain->daemon, query, explain) == NULL) {
        query(explain);
    }
}

void verb_explain(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {"camera", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    struct explain_subject subject;
    if (explain_find(daemon, control_text(args, "camera"), &subject) != 0) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such camera or NVR", "vmmctl camera list");
        return;
    }
    struct explain *explain = calloc(1, sizeof(*explain));
    if (explain == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *explain = (struct explain){.daemon = daemon,
                                .call = call,
                                .id = strdup(control_text(args, "camera")),
                                .events = json_array()};
    begin(explain, &subject);
}
