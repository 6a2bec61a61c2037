/* SPDX-License-Identifier: MIT */
/* add, set and rm of a site, an NVR or a camera. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "main/control.h"
#include "main/fleet_edit.h"
#include "main/fleet_words.h"

static void fail_edit(struct ctl_call *call, int rc, const struct fleet_errors *errors)
{
    if (rc == VMM_E_INVAL && errors != NULL && errors->count > 0) {
        fleet_words_fail(call, &errors->items[0]);
    } else if (rc == VMM_E_INVAL) {
        ctl_fail(call, CTL_IN_USE, "the store refuses it: something refers to it", NULL);
    } else {
        ctl_fail(call, CTL_UNAVAILABLE, "it could not be written; nothing has changed",
                 "vmmctl metrics tells what is wrong with the store");
    }
}

struct change {
    struct ctl_call *call;
    char id[72];
    bool removes;
};

static json_t *removed_json(const struct fleet_plan *plan)
{
    json_t *removed = json_array();
    for (size_t i = 0; i < plan->delta_count; i++) {
        const struct fleet_delta *delta = &plan->deltas[i];
        if (delta->field[0] == '\0' && delta->to[0] == '\0') {
            json_array_append_new(removed,
                                  json_sprintf("%s %s", fleet_kind_word(delta->kind), delta->id));
        }
    }
    return removed;
}

static json_t *changed_json(const struct fleet_plan *plan)
{
    json_t *fields = json_array();
    for (size_t i = 0; i < plan->delta_count; i++) {
        if (plan->deltas[i].field[0] != '\0') {
            json_array_append_new(fields, json_string(plan->deltas[i].field));
        }
    }
    return fields;
}

static void on_changed(void *arg, const struct fleet_edited *edited)
{
    struct change *change = arg;
    if (edited->rc != 0) {
        fail_edit(change->call, edited->rc, edited->errors);
    } else if (change->removes) {
        ctl_done(change->call, json_pack("{s:o}", "removed", removed_json(edited->plan)));
    } else {
        ctl_done(change->call,
                 json_pack("{s:s, s:o}", "id", change->id, "changed", changed_json(edited->plan)));
    }
    free(change);
}

void verb_fleet_change(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args)
{
    static const char *const names[] = {"id", "set", "cascade", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    if (control_text(args, "id")[0] == '\0') {
        ctl_fail(call, CTL_INVALID, "the argument id is missing", NULL);
        return;
    }
    json_t *values = fleet_words_fields(call, json_object_get(args, "set"));
    struct change *change = values != NULL ? calloc(1, sizeof(*change)) : NULL;
    if (change == NULL) {
        if (values != NULL) {
            ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        }
        json_decref(values);
        return;
    }
    const char *action = strrchr(verb, '.') + 1;
    change->call = call;
    change->removes = strcmp(action, "rm") == 0;
    text_format(change->id, sizeof(change->id), "%s", control_text(args, "id"));
    struct fleet_request request = {.verb = change->removes              ? FLEET_REMOVE
                                            : strcmp(action, "add") == 0 ? FLEET_ADD
                                                                         : FLEET_SET,
                                    .kind = fleet_words_kind(verb),
                                    .id = control_text(args, "id"),
                                    .values = values,
                                    .from_text = true,
                                    .cascade = json_is_true(json_object_get(args, "cascade")),
                                    .index = -1};
    struct fleet_order order = {.requests = &request, .count = 1};
    fleet_edit(daemon, &order, on_changed, change);
    json_decref(values);
}
