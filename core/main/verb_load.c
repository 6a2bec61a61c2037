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

static const char *const lists[] = {"sites", "nvrs", "cameras"};
static const unsigned list_kinds[] = {FLEET_SITE, FLEET_NVR, FLEET_CAMERA};

/* What came in parts over one connection; there is one such load at a time. */
static struct {
    json_t *parts; /* an object of the three lists */
    uint64_t connection;
    uint64_t touched_us;
} staged;

struct load {
    struct ctl_call *call;
    json_t *parts; /* keeps the texts of the requests */
};

static void forget_staged(void)
{
    json_decref(staged.parts);
    staged.parts = NULL;
}

static size_t count_staged(void)
{
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        count += json_array_size(json_object_get(staged.parts, lists[i]));
    }
    return count;
}

/* Add a part to what is staged. False when the call has been failed. */
static bool stage(struct ctl_call *call, const json_t *args, const struct ctl_peer *peer)
{
    uint64_t now = clock_mono_us();
    if (staged.parts != NULL &&
        (staged.connection != peer->connection || now - staged.touched_us > STAGED_LIFE_US)) {
        forget_staged();
    }
    if (staged.parts == NULL) {
        staged.parts = json_pack("{s:[], s:[], s:[]}", lists[0], lists[1], lists[2]);
        staged.connection = peer->connection;
    }
    staged.touched_us = now;
    for (size_t i = 0; i < 3; i++) {
        json_t *list = json_object_get(args, lists[i]);
        if (list != NULL && !json_is_array(list)) {
            forget_staged();
            ctl_fail(call, CTL_INVALID, "sites, nvrs and cameras are lists", NULL);
            return false;
        }
        json_array_extend(json_object_get(staged.parts, lists[i]), list);
    }
    if (count_staged() > STAGED_MAX) {
        forget_staged();
        ctl_fail(call, CTL_INVALID, "there are more than 200000 records",
                 "load them in several files");
        return false;
    }
    return true;
}

/* The answer to many thousands of changes would be more than one client may let wait: the first ones are shown.
 * Escaped, a text may become twice as long. */
#define ROWS_BYTES (256u << 10)

static json_t *change_row(const struct fleet_delta *delta)
{
    return json_pack("{s:{s:s, s:s, s:o, s:o, s:o}}", "change", "kind",
                     fleet_kind_word(delta->kind), "id", delta->id, "field",
                     control_string(delta->field), "from", control_string(delta->from), "to",
                     control_string(delta->to));
}

static json_t *change_rows(const struct fleet_plan *plan)
{
    json_t *rows = json_array();
    size_t bytes = 0;
    for (size_t i = 0; i < plan->delta_count && bytes < ROWS_BYTES; i++) {
        const struct fleet_delta *delta = &plan->deltas[i];
        bytes += 128 + strlen(delta->from) + strlen(delta->to);
        json_array_append_new(rows, change_row(delta));
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
                            error->kind != 0 ? fleet_kind_word(error->kind) : "fleet", "index",
                            (json_int_t)error->index, "id", error->id, "field", error->field,
                            "problem", error->problem, "remedy", error->remedy));
    }
    return rows;
}

static void on_loaded(void *arg, int rc, const struct fleet_plan *plan,
                      const struct fleet_errors *errors)
{
    struct load *load = arg;
    if (rc == 0) {
        ctl_rows(load->call, change_rows(plan));
        ctl_done(load->call, json_pack("{s:i, s:i, s:i}", "added", (int)plan->added, "changed",
                                       (int)plan->changed, "same", (int)plan->same));
    } else if (rc == VMM_E_INVAL && errors != NULL) {
        ctl_rows(load->call, problem_rows(errors));
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
    for (size_t i = 0; i < 3; i++) {
        size_t index;
        json_t *item;
        json_array_foreach(json_object_get(parts, lists[i]), index, item)
        {
            json_t *values = json_is_object(item) ? json_copy(item) : json_object();
            json_object_del(values, "id");
            requests[count++] = (struct fleet_request){.verb = FLEET_PUT,
                                                       .kind = list_kinds[i],
                                                       .id = control_text(item, "id"),
                                                       .values = values,
                                                       .index = (long)index};
        }
    }
    return count;
}

static void run(struct daemon *daemon, struct ctl_call *call, bool dry_run)
{
    struct fleet_request *requests = calloc(count_staged() + 1, sizeof(*requests));
    struct load *load = calloc(1, sizeof(*load));
    if (requests == NULL || load == NULL) {
        free(requests);
        free(load);
        forget_staged();
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *load = (struct load){call, staged.parts};
    size_t count = make_requests(staged.parts, requests);
    staged.parts = NULL;
    fleet_edit(daemon, requests, count, dry_run, on_loaded, load);
    for (size_t i = 0; i < count; i++) {
        json_decref((json_t *)(uintptr_t)requests[i].values);
    }
    free(requests);
}

void verb_fleet_load(struct daemon *daemon, struct ctl_call *call, json_t *args,
                     const struct ctl_peer *peer)
{
    static const char *const names[] = {"sites", "nvrs", "cameras", "more", "dry_run", NULL};
    if (control_unknown(call, args, names) || !stage(call, args, peer)) {
        return;
    }
    if (json_is_true(json_object_get(args, "more"))) {
        ctl_done(call, json_pack("{s:i}", "staged", (int)count_staged()));
        return;
    }
    run(daemon, call, json_is_true(json_object_get(args, "dry_run")));
}
