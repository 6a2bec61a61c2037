/* SPDX-License-Identifier: MIT */
/* probe: one look now, at a camera of the fleet or at any address. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "main/control.h"
#include "main/explain.h"
#include "main/fleet_words.h"
#include "main/visit.h"
#include "main/watch.h"

#define DEADLINE_MIN_MS 1000
#define DEADLINE_MAX_MS 60000
#define DEADLINE_MS     30000

/* ---- of the fleet ---- */

struct fleet_probe {
    struct daemon *daemon;
    struct ctl_call *call;
    char *id;
};

static void on_probed(void *arg, uint32_t device, int rc)
{
    (void)device;
    (void)rc;
    struct fleet_probe *probe = arg;
    struct explain_subject subject;
    if (explain_find(probe->daemon, probe->id, &subject) != 0) {
        ctl_fail(probe->call, CTL_NOT_FOUND, "it was removed meanwhile", NULL);
    } else {
        json_t *look = explain_rows(probe->daemon, &subject, probe->call);
        json_t *whole = explain_result(probe->daemon, &subject, look, NULL);
        ctl_done(probe->call, json_pack("{s:O, s:O}", "look", json_object_get(whole, "look"),
                                        "verdict", json_object_get(whole, "verdict")));
        json_decref(whole);
    }
    free(probe->id);
    free(probe);
}

static void fail_in_fleet(struct ctl_call *call, int rc)
{
    if (rc == VMM_E_AGAIN) {
        ctl_fail(call, CTL_BUSY, "its connections are in use, or its provider is starting",
                 "try again in a moment");
    } else {
        ctl_fail(call, CTL_REFUSED, "it is not watched now: vmmctl explain tells why", NULL);
    }
}

static void probe_camera(struct daemon *daemon, struct ctl_call *call, const json_t *args)
{
    static const char *const names[] = {"camera", "deadline_ms", NULL};
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
    struct fleet_probe *probe = calloc(1, sizeof(*probe));
    if (probe == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *probe = (struct fleet_probe){daemon, call, strdup(control_text(args, "camera"))};
    watch_pulse(daemon->watch);
    int rc = watch_probe(daemon->watch, subject.device->handle, on_probed, probe);
    if (rc != 0) {
        fail_in_fleet(call, rc);
        free(probe->id);
        free(probe);
    }
}

/* ---- at an address ---- */

static void on_visited(void *arg, const struct result_message *result, int64_t started_wall,
                       const char *why)
{
    struct ctl_call *call = arg;
    if (result == NULL) {
        ctl_fail(call, CTL_UNAVAILABLE, why, NULL);
        return;
    }
    ctl_rows(call, explain_result_rows(result));
    ctl_done(call,
             json_pack("{s:o, s:n}", "look",
                       explain_result_look(result, started_wall, HEALTH_SCOPE_FULL), "verdict"));
}

static void fail_visit(struct ctl_call *call, int rc, const char *why)
{
    const char *code = rc == VMM_E_AGAIN   ? CTL_BUSY
                       : rc == VMM_E_STATE ? CTL_REFUSED
                                           : CTL_INTERNAL;
    ctl_fail(call, code, why, rc == VMM_E_AGAIN ? "try again in a moment" : NULL);
}

static void fail_order(struct ctl_call *call, int rc, const struct fleet_error *error)
{
    if (rc == VMM_E_INVAL) {
        fleet_words_fail(call, error);
    } else {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
    }
}

static void probe_address(struct daemon *daemon, struct ctl_call *call, const json_t *args)
{
    static const char *const names[] = {"set", "user", "password", "deadline_ms", NULL};
    bool bad = false;
    char why[VISIT_WHY_MAX] = "";
    struct fleet_error error = {.index = -1};
    struct visit_order order;
    if (control_unknown(call, args, names)) {
        return;
    }
    int64_t deadline =
        control_number(args, "deadline_ms", DEADLINE_MIN_MS, DEADLINE_MAX_MS, DEADLINE_MS, &bad);
    if (bad) {
        ctl_fail(call, CTL_INVALID, "deadline_ms is 1000 to 60000", NULL);
        return;
    }
    json_t *fields = fleet_words_fields(call, json_object_get(args, "set"));
    if (fields == NULL) {
        return;
    }
    struct visit_login login = {.user = json_string_value(json_object_get(args, "user")),
                                .secret = json_string_value(json_object_get(args, "password"))};
    watch_pulse(daemon->watch);
    int rc = visit_order_read(daemon, fields, &login, &order, &error);
    json_decref(fields);
    if (rc != 0) {
        fail_order(call, rc, &error);
        return;
    }
    order.deadline_ms = (uint32_t)deadline;
    rc = visit_begin(daemon->watch, &order, on_visited, call, why);
    if (rc != 0) {
        fail_visit(call, rc, why);
    }
}

void verb_probe(struct daemon *daemon, struct ctl_call *call, json_t *args,
                const struct ctl_peer *peer)
{
    (void)peer;
    if (json_object_get(args, "set") != NULL) {
        probe_address(daemon, call, args);
    } else {
        probe_camera(daemon, call, args);
    }
}
