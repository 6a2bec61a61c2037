/* SPDX-License-Identifier: MIT */
/* fleet.load: many records at once, in parts over one connection, all or nothing. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "main/control.h"
#include "main/fleet_edit.h"
#include "main/fleet_words.h"
#include "main/loads.h"

/* The lists of a load, in the order in which one refers to another. */
static const struct {
    const char *name;
    unsigned kind;
} lists[] = {{"sites", FLEET_SITE},
             {"credentials", FLEET_CREDENTIAL},
             {"nvrs", FLEET_NVR},
             {"cameras", FLEET_CAMERA}};

#define LISTS (sizeof(lists) / sizeof(lists[0]))

struct load {
    struct ctl_call *call;
    json_t *parts; /* keeps the texts of the requests */
};

/* ---- rows ---- */

/* The answer to many thousands of changes would be more than one client may let wait: the first ones are shown.
 * Escaped, a text may become twice as long. */
#define ROWS_BYTES (256u << 10)

static json_t *change_row(const char *kind, const char *id, const char *field, const char *from,
                          const char *to)
{
    return json_pack("{s:{s:s, s:s, s:o, s:o, s:o}}", "change", "kind", kind, "id", id, "field",
                     control_string(field), "from", control_string(from), "to", control_string(to));
}

/* Of a password only that it has changed. */
static void add_credential_rows(json_t *rows, const struct credential_item *item)
{
    if (item->what == CREDENTIAL_NEW) {
        json_array_append_new(rows, change_row("credential", item->id, "", "", "new"));
    }
    for (size_t i = 0; item->changed[i] != NULL; i++) {
        bool is_user = strcmp(item->changed[i], "user") == 0;
        bool is_site = strcmp(item->changed[i], "site_id") == 0;
        json_array_append_new(rows, change_row("credential", item->id, item->changed[i],
                                               is_user   ? item->old_user
                                               : is_site ? item->old_site_id
                                                         : "",
                                               is_user   ? item->user
                                               : is_site ? item->site_id
                                                         : ""));
    }
}

static json_t *change_rows(const struct fleet_edited *edited)
{
    json_t *rows = json_array();
    size_t bytes = 0;
    for (size_t i = 0; i < edited->credentials->count && bytes < ROWS_BYTES; i++) {
        add_credential_rows(rows, &edited->credentials->items[i]);
        bytes += 256;
    }
    for (size_t i = 0; i < edited->plan->delta_count && bytes < ROWS_BYTES; i++) {
        const struct fleet_delta *delta = &edited->plan->deltas[i];
        bytes += 128 + strlen(delta->from) + strlen(delta->to);
        json_array_append_new(rows, change_row(fleet_words_of(delta->kind), delta->id, delta->field,
                                               delta->from, delta->to));
    }
    return rows;
}

static json_t *problem_rows(const struct fleet_errors *errors)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < errors->count && i < FLEET_ERRORS_MAX; i++) {
        const struct fleet_error *error = &errors->items[i];
        json_array_append_new(
            rows, json_pack("{s:{s:s, s:I, s:s, s:s, s:s, s:s}}", "problem", "kind",
                            error->kind != 0 ? fleet_words_of(error->kind) : "fleet", "index",
                            (json_int_t)error->index, "id", error->id, "field", error->field,
                            "problem", error->problem, "remedy", error->remedy));
    }
    return rows;
}

static json_t *totals(const struct fleet_edited *edited)
{
    const struct credentials *credentials = edited->credentials;
    return json_pack(
        "{s:i, s:i, s:i}", "added",
        (int)(edited->plan->added + credentials_count(credentials, CREDENTIAL_NEW)), "changed",
        (int)(edited->plan->changed + credentials_count(credentials, CREDENTIAL_CHANGED)), "same",
        (int)(edited->plan->same + credentials_count(credentials, CREDENTIAL_SAME)));
}

/* ---- the load ---- */

static void on_loaded(void *arg, const struct fleet_edited *edited)
{
    struct load *load = arg;
    if (edited->rc == 0) {
        ctl_rows(load->call, change_rows(edited));
        ctl_done(load->call, totals(edited));
    } else if (edited->rc == VMM_E_INVAL && edited->errors != NULL) {
        ctl_rows(load->call, problem_rows(edited->errors));
        ctl_fail(load->call, CTL_INVALID, "some items are refused; nothing has changed",
                 "correct them and load the file again");
    } else {
        ctl_fail(load->call, CTL_UNAVAILABLE, "it could not be written; nothing has changed", NULL);
    }
    json_decref(load->parts);
    free(load);
}

/* Each item becomes a request; its values are a copy without the id. Returns how many there are. */
static size_t make_requests(const json_t *parts, struct fleet_request *requests)
{
    size_t count = 0;
    for (size_t i = 0; i < LISTS; i++) {
        size_t index;
        json_t *item;
        if (lists[i].kind == FLEET_CREDENTIAL) {
            continue;
        }
        json_array_foreach(json_object_get(parts, lists[i].name), index, item)
        {
            json_t *values = json_is_object(item) ? json_copy(item) : json_object();
            json_object_del(values, "id");
            requests[count++] = (struct fleet_request){.verb = FLEET_PUT,
                                                       .kind = lists[i].kind,
                                                       .id = control_text(item, "id"),
                                                       .values = values,
                                                       .index = (long)index};
        }
    }
    return count;
}

/* Takes the parts over. */
static void run(struct daemon *daemon, struct ctl_call *call, json_t *parts, bool dry_run)
{
    struct fleet_request *requests = calloc(loads_count(parts) + 1, sizeof(*requests));
    struct load *load = calloc(1, sizeof(*load));
    if (requests == NULL || load == NULL) {
        free(requests);
        free(load);
        json_decref(parts);
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *load = (struct load){call, parts};
    struct fleet_order order = {.requests = requests,
                                .count = make_requests(parts, requests),
                                .credentials = json_object_get(parts, "credentials"),
                                .dry_run = dry_run};
    fleet_edit(daemon, &order, on_loaded, load);
    for (size_t i = 0; i < order.count; i++) {
        json_decref((json_t *)(uintptr_t)requests[i].values);
    }
    free(requests);
}

/* The lists of this part; NULL when the call has been failed. */
static json_t *part_of(struct ctl_call *call, const json_t *args)
{
    json_t *part = json_object();
    for (size_t i = 0; i < LISTS; i++) {
        json_t *list = json_object_get(args, lists[i].name);
        if (list != NULL && !json_is_array(list)) {
            json_decref(part);
            ctl_fail(call, CTL_INVALID, "sites, credentials, nvrs and cameras are lists", NULL);
            return NULL;
        }
        json_object_set_new(part, lists[i].name, list != NULL ? json_incref(list) : json_array());
    }
    return part;
}

static void fail_stage(struct ctl_call *call, int rc)
{
    if (rc == VMM_E_TOOBIG) {
        ctl_fail(call, CTL_INVALID, "there are more than 200000 records",
                 "load them in several files");
    } else if (rc == VMM_E_AGAIN) {
        ctl_fail(call, CTL_BUSY, "too many files are being loaded", "try again in a moment");
    } else {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
    }
}

void verb_fleet_load(struct daemon *daemon, struct ctl_call *call, json_t *args,
                     const struct ctl_peer *peer)
{
    static const char *const names[] = {"sites", "credentials", "nvrs", "cameras",
                                        "more",  "dry_run",     NULL};
    if (control_unknown(call, args, names)) {
        loads_forget(daemon->loads, peer->connection);
        return;
    }
    json_t *part = part_of(call, args);
    if (part == NULL) {
        loads_forget(daemon->loads, peer->connection);
        return;
    }
    int rc = loads_stage(daemon->loads, peer->connection, part);
    if (rc != 0) {
        fail_stage(call, rc);
    } else if (json_is_true(json_object_get(args, "more"))) {
        ctl_done(call,
                 json_pack("{s:i}", "staged", (int)loads_staged(daemon->loads, peer->connection)));
    } else {
        run(daemon, call, loads_take(daemon->loads, peer->connection),
            json_is_true(json_object_get(args, "dry_run")));
    }
}
