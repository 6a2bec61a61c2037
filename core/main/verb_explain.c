/* SPDX-License-Identifier: MIT */
/* explain and probe: the last look step by step, why this verdict, and where its event went. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "main/control.h"
#include "main/deliver.h"
#include "main/explain.h"
#include "main/journal.h"
#include "main/reload.h"
#include "main/watch.h"

#define EVENTS_SHOWN 10u

struct explain {
    struct daemon *daemon;
    struct ctl_call *call;
    char *id;
    json_t *events; /* rows that wait for what became of them at the sinks */
    size_t at;
};

static void destroy(struct explain *explain)
{
    json_decref(explain->events);
    free(explain->id);
    free(explain);
}

static void finish(struct explain *explain)
{
    json_t *rows = json_array();
    size_t i;
    json_t *event;
    json_array_foreach(explain->events, i, event)
    {
        json_array_append_new(rows, json_pack("{s:O}", "event", event));
    }
    struct explain_subject subject;
    if (explain_find(explain->daemon, explain->id, &subject) != 0) {
        json_decref(rows);
        ctl_fail(explain->call, CTL_NOT_FOUND, "it was removed meanwhile", NULL);
    } else {
        json_t *look = explain_rows(explain->daemon, &subject, explain->call);
        ctl_rows(explain->call, rows);
        ctl_done(explain->call, explain_result(explain->daemon, &subject, look));
    }
    destroy(explain);
}

static void ask_next(struct explain *explain);

static json_t *sink_row(const struct store_delivery *delivery)
{
    bool sent = strcmp(delivery->status, "sent") == 0;
    return json_pack("{s:s, s:s, s:i, s:o, s:o}", "sink", delivery->channel, "state",
                     sent ? "delivered" : "retry", "attempts", 1, "at",
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
            json_object_set_new(row, "attempts", json_integer(attempts + 1));
            json_array_set_new(sinks, i, row);
            return;
        }
    }
    json_array_append_new(sinks, sink_row(delivery));
}

static void add_waiting(const struct explain *explain, json_t *sinks, int64_t seq)
{
    struct deliver_view view;
    for (size_t i = 0; deliver_view(explain->daemon->deliver, i, &view); i++) {
        if (view.settled < seq) {
            json_array_append_new(sinks, json_pack("{s:s, s:s, s:i, s:n, s:n}", "sink", view.name,
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

static void on_events(void *arg, int rc, const struct store_event *rows, size_t count)
{
    struct explain *explain = arg;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        json_t *event = journal_event_row(&rows[i]);
        json_object_set_new(event, "seq", json_integer(rows[i].seq));
        json_array_append_new(explain->events, event);
    }
    ask_next(explain);
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
    struct store_event_filter filter = {
        .camera_id = explain->id, .limit = EVENTS_SHOWN, .descending = true};
    if (subject.camera == NULL ||
        store_query_events(daemon->store, &filter, on_events, explain) != 0) {
        on_events(explain, VMM_E_IO, NULL, 0);
    }
}

/* ---- probe ---- */

struct probe {
    struct daemon *daemon;
    struct ctl_call *call;
    char *id;
};

static void on_probed(void *arg, uint32_t device, int rc)
{
    (void)device;
    (void)rc;
    struct probe *probe = arg;
    struct explain_subject subject;
    if (explain_find(probe->daemon, probe->id, &subject) != 0) {
        ctl_fail(probe->call, CTL_NOT_FOUND, "it was removed meanwhile", NULL);
    } else {
        json_t *look = explain_rows(probe->daemon, &subject, probe->call);
        json_t *whole = explain_result(probe->daemon, &subject, look);
        ctl_done(probe->call, json_pack("{s:O, s:O}", "look", json_object_get(whole, "look"),
                                        "verdict", json_object_get(whole, "verdict")));
        json_decref(whole);
    }
    free(probe->id);
    free(probe);
}

static void fail_probe(struct ctl_call *call, int rc)
{
    if (rc == VMM_E_AGAIN) {
        ctl_fail(call, CTL_BUSY, "its connections are in use, or its provider is starting",
                 "try again in a moment");
    } else {
        ctl_fail(call, CTL_REFUSED, "it is not watched now: vmmctl explain tells why", NULL);
    }
}

void verb_probe(struct daemon *daemon, struct ctl_call *call, json_t *args,
                const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {"camera", "deadline_ms", NULL};
    if (json_object_get(args, "set") != NULL) {
        ctl_fail(call, CTL_REFUSED, "only what is in the fleet is looked at through the daemon",
                 "vmmctl watch ADDRESS adds it; or stop vmmd for a single attempt without it");
        return;
    }
    struct explain_subject subject;
    if (control_unknown(call, args, names)) {
        return;
    }
    if (explain_find(daemon, control_text(args, "camera"), &subject) != 0 ||
        subject.device == NULL) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such camera or NVR with an address of its own",
                 "vmmctl camera list");
        return;
    }
    struct probe *probe = calloc(1, sizeof(*probe));
    if (probe == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *probe = (struct probe){daemon, call, strdup(control_text(args, "camera"))};
    watch_pulse(daemon->watch);
    int rc = watch_probe(daemon->watch, subject.device->handle, on_probed, probe);
    if (rc != 0) {
        fail_probe(call, rc);
        free(probe->id);
        free(probe);
    }
}

/* ---- reload ---- */

static void on_reloaded(void *arg, const char *refused, const char *const *changed)
{
    struct ctl_call *call = arg;
    if (refused != NULL) {
        ctl_rows(call, json_pack("[{s:s, s:s}]", "name", "configuration", "why", refused));
        ctl_fail(call, CTL_REFUSED, "refused; nothing has changed", "correct it and reload again");
        return;
    }
    json_t *lines = json_array();
    for (size_t i = 0; changed != NULL && changed[i] != NULL; i++) {
        json_array_append_new(lines, json_string(changed[i]));
    }
    ctl_done(call, json_pack("{s:o}", "changed", lines));
}

void verb_reload(struct daemon *daemon, struct ctl_call *call, json_t *args,
                 const struct ctl_peer *peer)
{
    (void)peer;
    if (!control_arguments(call, args)) {
        reload_request(daemon->reload, on_reloaded, call);
    }
}
