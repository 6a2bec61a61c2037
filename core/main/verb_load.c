/* SPDX-License-Identifier: MIT */
/* fleet.load: many records at once, in parts, all or nothing. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "main/control.h"
#include "main/fleet_edit.h"

#define STAGED_MAX     200000u
#define STAGED_LIFE_US (30 * CLOCK_S)

/* What came in parts over one connection; there is one such load at a time. */
static struct {
    json_t *records;
    uint64_t connection;
    uint64_t touched_us;
} staged;

struct load {
    struct ctl_call *call;
    json_t *records; /* keeps the texts of the requests */
    size_t count;
};

static void forget_staged(void)
{
    json_decref(staged.records);
    staged.records = NULL;
}

/* Add a part to what is staged. The whole so far, or NULL when the call has been failed. */
static json_t *stage(struct ctl_call *call, json_t *records, const struct ctl_peer *peer)
{
    uint64_t now = clock_mono_us();
    if (staged.records != NULL &&
        (staged.connection != peer->connection || now - staged.touched_us > STAGED_LIFE_US)) {
        forget_staged();
    }
    if (staged.records == NULL) {
        staged.records = json_array();
        staged.connection = peer->connection;
    }
    staged.touched_us = now;
    if (json_array_size(staged.records) + json_array_size(records) > STAGED_MAX) {
        forget_staged();
        ctl_fail(call, CTL_INVALID, "there are more than 200000 records",
                 "load them in several files");
        return NULL;
    }
    json_array_extend(staged.records, records);
    return staged.records;
}

static const char *change_word(const struct fleet_delta *delta)
{
    return delta->field[0] == '\0' ? "new" : "changed";
}

static json_t *change_rows(const struct fleet_plan *plan)
{
    json_t *rows = json_array();
    json_t *last = NULL;
    for (size_t i = 0; i < plan->delta_count; i++) {
        const struct fleet_delta *delta = &plan->deltas[i];
        const char *id = last != NULL ? json_string_value(json_object_get(last, "id")) : "";
        if (last == NULL || strcmp(id, delta->id) != 0) {
            last = json_pack("{s:s, s:s, s:s, s:[], s:n}", "kind", fleet_kind_word(delta->kind),
                             "id", delta->id, "change", change_word(delta), "fields", "why");
            json_array_append_new(rows, last);
        }
        if (delta->field[0] != '\0') {
            json_array_append_new(json_object_get(last, "fields"), json_string(delta->field));
        }
    }
    return rows;
}

static json_t *refused_rows(const struct fleet_errors *errors)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < errors->count && i < FLEET_ERRORS_MAX; i++) {
        const struct fleet_error *error = &errors->items[i];
        char line[800];
        json_array_append_new(
            rows, json_pack("{s:s, s:s, s:s, s:[s], s:s}", "kind",
                            error->kind != 0 ? fleet_kind_word(error->kind) : "fleet", "id",
                            error->id, "change", "refused", "fields", error->field, "why",
                            fleet_error_text(error, line, sizeof(line))));
    }
    return rows;
}

static void on_loaded(void *arg, int rc, const struct fleet_plan *plan,
                      const struct fleet_errors *errors)
{
    struct load *load = arg;
    if (rc == 0) {
        ctl_rows(load->call, change_rows(plan));
        ctl_done(load->call, json_pack("{s:i, s:i, s:i}", "new", (int)plan->added, "changed",
                                       (int)plan->changed, "same", (int)plan->same));
    } else if (rc == VMM_E_INVAL && errors != NULL) {
        ctl_rows(load->call, refused_rows(errors));
        ctl_fail(load->call, CTL_INVALID, "some records are refused; nothing has changed",
                 "correct them and load the file again");
    } else {
        ctl_fail(load->call, CTL_UNAVAILABLE, "it could not be written; nothing has changed", NULL);
    }
    json_decref(load->records);
    free(load);
}

/* A record is an object with one member, its kind. Credentials are only checked to be there. */
static bool take_record(struct daemon *daemon, json_t *record, long index,
                        struct fleet_request *request, bool *is_request)
{
    const char *kind = json_object_iter_key(json_object_iter(record));
    json_t *value = json_object_iter_value(json_object_iter(record));
    const char *id = control_text(value, "id");
    *is_request = false;
    if (kind == NULL || json_object_size(record) != 1 || !json_is_object(value) || id[0] == '\0') {
        return false;
    }
    if (strcmp(kind, "credential") == 0) {
        return vault_find(daemon->vault, id) != NULL;
    }
    json_t *values = json_copy(value);
    json_object_del(values, "id");
    *request = (struct fleet_request){.verb = FLEET_PUT,
                                      .kind = fleet_kind_parse(kind),
                                      .id = id,
                                      .values = values,
                                      .index = index};
    *is_request = true;
    return request->kind != 0;
}

static void run(struct daemon *daemon, struct ctl_call *call, json_t *records, bool dry_run)
{
    size_t size = json_array_size(records);
    struct fleet_request *requests = calloc(size + 1, sizeof(*requests));
    struct load *load = calloc(1, sizeof(*load));
    size_t count = 0;
    size_t bad = SIZE_MAX;
    for (size_t i = 0; requests != NULL && load != NULL && i < size && bad == SIZE_MAX; i++) {
        bool is_request = false;
        if (!take_record(daemon, json_array_get(records, i), (long)i, &requests[count],
                         &is_request)) {
            bad = i;
        }
        count += is_request;
    }
    if (requests == NULL || load == NULL || bad != SIZE_MAX) {
        char message[128];
        text_format(
            message, sizeof(message),
            "record %zu is no site, nvr or camera with an id, or a credential that is there", bad);
        ctl_fail(call, CTL_INVALID, message, "credentials are added with vmmctl credential add");
        free(load);
        json_decref(records);
    } else {
        *load = (struct load){call, records, count};
        fleet_edit(daemon, requests, count, dry_run, on_loaded, load);
    }
    for (size_t i = 0; requests != NULL && i < count; i++) {
        json_decref((json_t *)(uintptr_t)requests[i].values);
    }
    free(requests);
}

void verb_fleet_load(struct daemon *daemon, struct ctl_call *call, json_t *args,
                     const struct ctl_peer *peer)
{
    static const char *const names[] = {"records", "more", "dry_run", NULL};
    json_t *records = json_object_get(args, "records");
    if (control_unknown(call, args, names)) {
        return;
    }
    if (!json_is_array(records)) {
        ctl_fail(call, CTL_INVALID, "records is a list", NULL);
        return;
    }
    json_t *whole = stage(call, records, peer);
    if (whole == NULL) {
        return;
    }
    if (json_is_true(json_object_get(args, "more"))) {
        ctl_done(call, json_pack("{s:i}", "staged", (int)json_array_size(whole)));
        return;
    }
    staged.records = NULL;
    run(daemon, call, whole, json_is_true(json_object_get(args, "dry_run")));
}
