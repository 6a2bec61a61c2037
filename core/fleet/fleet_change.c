/* SPDX-License-Identifier: MIT */
#include "fleet/fleet_change.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "fleet/fleet_export.h"
#include "fleet/plan_check.h"
#include "fleet/plan_draft.h"
#include "fleet/plan_memory.h"
#include "fleet/plan_remove.h"
#include "fleet/plan_write.h"

#define OPTION_PREFIX "options."

const char *fleet_error_text(const struct fleet_error *error, char *out, size_t size)
{
    char place[32] = "";
    if (error->kind != 0 && error->index >= 0) {
        text_format(place, sizeof(place), "%ss[%ld] ", fleet_kind_word(error->kind), error->index);
    } else if (error->kind != 0) {
        text_format(place, sizeof(place), "%s ", fleet_kind_word(error->kind));
    }
    text_format(out, size, "%s%s%s%s%s%s%s%s", place, error->id, place[0] != '\0' ? ": " : "",
                error->field, error->field[0] != '\0' ? ": " : "", error->problem,
                error->remedy[0] != '\0' ? "; " : "", error->remedy);
    return out;
}

/* ---- Values ---- */

static const char *keep(void *owner, const char *text)
{
    return plan_memory_keep(owner, text);
}

static bool is_secret(const char *key)
{
    static const char *const words[] = {"password", "passwd",   "pass",  "pwd",  "secret",
                                        "user",     "username", "login", "token"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static int refuse_key(const struct planner *planner, const char *key)
{
    char clean[TEXT_MAX + 1];
    char problem[160];
    char remedy[256];
    struct buf names;
    text_clean(key, strlen(key), clean);
    if (is_secret(key)) {
        return plan_refuse(planner, clean, "users and secrets do not stand here",
                           "`vmmctl credential add ID`, then credential=ID");
    }
    if (strcmp(key, "id") == 0) {
        return plan_refuse(planner, "id", "an id is for life", "add another thing, remove this");
    }
    buf_init(&names);
    fields_names(planner->request->kind, &names);
    text_format(problem, sizeof(problem), "a %s has no \"%.60s\"",
                fleet_kind_word(planner->request->kind), clean);
    text_format(remedy, sizeof(remedy), "it has %s", buf_cstr(&names));
    buf_finish(&names);
    return plan_refuse(planner, clean, problem, remedy);
}

/* The value of one option: JSON where it is some, else the text itself. */
static json_t *option_value(const json_t *value)
{
    const char *text = json_string_value(value);
    json_t *parsed = text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    return parsed != NULL ? parsed : json_incref((json_t *)value);
}

static int set_option(struct planner *planner, struct draft *draft, const char *name,
                      const json_t *value)
{
    json_t *options = json_loads(draft->now.device.options, 0, NULL);
    if (options == NULL) {
        return VMM_E_NOMEM;
    }
    const char *text = json_string_value(value);
    bool removes = text != NULL && text[0] == '\0';
    int rc = removes ? (json_object_del(options, name), 0)
                     : json_object_set_new(options, name, option_value(value));
    char *dump = rc == 0 ? json_dumps(options, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    const char *kept = dump != NULL ? plan_memory_keep(planner->plan->memory, dump) : NULL;
    free(dump);
    json_decref(options);
    if (kept == NULL) {
        return VMM_E_NOMEM;
    }
    draft->now.device.options = kept;
    return 0;
}

static int set_value(struct planner *planner, struct draft *draft, const char *key,
                     const json_t *value)
{
    const struct field *field = fields_find(draft->now.kind, key);
    struct field_reader reader = {
        .keep = keep, .owner = planner->plan->memory, .from_text = planner->request->from_text};
    size_t prefix = strlen(OPTION_PREFIX);
    const char *id = strcmp(key, "id") == 0 ? json_string_value(value) : NULL;
    if (id != NULL && strcmp(id, planner->request->id) == 0) {
        return 0;
    }
    if (strncmp(key, OPTION_PREFIX, prefix) == 0 && key[prefix] != '\0' &&
        draft->now.kind != FLEET_SITE) {
        return set_option(planner, draft, key + prefix, value);
    }
    if (field == NULL) {
        return refuse_key(planner, key);
    }
    int rc = fields_read(field, &reader, value, &draft->now);
    return rc == VMM_E_INVAL ? plan_refuse(planner, key, reader.problem, reader.remedy) : rc;
}

/* A field of the device for a camera that has none would be lost. */
static int check_homeless(const struct planner *planner, const struct draft *draft, const char *key)
{
    const struct field *field = fields_find(draft->now.kind, key);
    bool of_device = strncmp(key, OPTION_PREFIX, strlen(OPTION_PREFIX)) == 0 ||
                     (field != NULL && field->offset >= offsetof(struct fleet_thing, device));
    bool empties = strcmp(key, "provider") == 0 || strcmp(key, "host") == 0;
    if (draft->now.kind == FLEET_SITE || !of_device || empties || fields_has_device(&draft->now)) {
        return 0;
    }
    return plan_refuse(planner, key, "the camera is only a channel of its NVR",
                       "give provider= and host= too, or set it at the NVR");
}

/* To whom it was handed over is found out anew where the operator names its provider, be it the same one, or says that
 * it is elsewhere. A file that is loaded again and says nothing new leaves it alone. */
static bool is_found_anew(const struct planner *planner, const struct device_record *was,
                          const struct device_record *now)
{
    bool names = planner->request->verb == FLEET_SET &&
                 json_object_get(planner->request->values, "provider") != NULL;
    return names || strcmp(was->provider, now->provider) != 0 ||
           strcmp(was->host, now->host) != 0 || was->port != now->port;
}

/* Where an address was given and no provider, that one is which finds out whose device it is. */
static void choose_provider(const struct planner *planner, struct draft *draft)
{
    struct device_record *device = &draft->now.device;
    const char *finder = planner->checks != NULL ? planner->checks->finder : NULL;
    bool is_told = json_object_get(planner->request->values, "provider") != NULL;
    if (finder != NULL && !is_told && device->host[0] != '\0' && device->provider[0] == '\0') {
        device->provider = finder;
    }
}

/* What follows from the values: the device is the thing's, on or off with it, and starts afresh with another
 * provider. */
static void settle(struct planner *planner, struct draft *draft)
{
    struct fleet_thing *thing = &draft->now;
    struct fleet_thing was;
    if (thing->kind == FLEET_SITE) {
        return;
    }
    choose_provider(planner, draft);
    if (!fields_has_device(thing)) {
        const char *id = thing->device.id;
        struct fleet_thing fresh;
        fields_defaults(thing->kind, &fresh);
        thing->device = fresh.device;
        thing->device.id = id;
    }
    thing->device.site_id = fields_site(thing);
    if (thing->kind == FLEET_CAMERA) {
        thing->device.enabled = thing->camera.enabled;
    }
    if (draft->existed && fleet_thing(planner->fleet, thing->kind, fields_id(thing), &was) == 0 &&
        is_found_anew(planner, &was.device, &thing->device)) {
        thing->device.effective_provider = "";
        thing->device.effective_place = "";
    }
}

static int set_values(struct planner *planner, struct draft *draft)
{
    json_t *values = (json_t *)planner->request->values;
    int worst = 0;
    for (void *i = json_object_iter(values); i != NULL; i = json_object_iter_next(values, i)) {
        int rc = set_value(planner, draft, json_object_iter_key(i), json_object_iter_value(i));
        if (rc == VMM_E_NOMEM) {
            return rc;
        }
        worst = rc != 0 ? rc : worst;
    }
    for (void *i = json_object_iter(values); worst == 0 && i != NULL;
         i = json_object_iter_next(values, i)) {
        worst = check_homeless(planner, draft, json_object_iter_key(i));
    }
    settle(planner, draft);
    return worst;
}

/* ---- Requests ---- */

static int refuse_absent(const struct planner *planner)
{
    char problem[128];
    text_format(problem, sizeof(problem), "there is no such %s",
                fleet_kind_word(planner->request->kind));
    return plan_refuse_as(planner, VMM_E_NOENT, "", problem,
                          "`list` shows those there are, `add` adds one");
}

static int refuse_taken(const struct planner *planner, unsigned kind)
{
    char problem[128];
    text_format(problem, sizeof(problem), "the id belongs to a %s already", fleet_kind_word(kind));
    return plan_refuse_as(planner, VMM_E_EXIST, "", problem,
                          kind == planner->request->kind ? "change it by `set`"
                                                         : "choose another id");
}

/* An item of a file may not change another item of the same file. */
static int check_once(const struct planner *planner, const struct draft *draft)
{
    char problem[128];
    if (planner->request->index < 0 || draft->request == NULL || draft->request->index < 0) {
        return 0;
    }
    text_format(problem, sizeof(problem), "the id stands twice, first at %ss[%ld]",
                fleet_kind_word(draft->now.kind), draft->request->index);
    return plan_refuse(planner, "id", problem, "keep one of them");
}

/* Find or make the draft that the request is about; NULL after an error was put. */
static int choose(struct planner *planner, struct draft **draft)
{
    const struct fleet_request *request = planner->request;
    int rc = draft_open(planner, request->kind, request->id, draft);
    if (rc != 0) {
        return rc;
    }
    unsigned taken = draft_kind_of(planner, request->kind, request->id);
    if (request->verb == FLEET_SET || request->verb == FLEET_REMOVE) {
        return *draft != NULL ? 0 : refuse_absent(planner);
    }
    if (*draft != NULL && request->verb == FLEET_PUT) {
        return check_once(planner, *draft);
    }
    if (taken != 0) {
        return refuse_taken(planner, taken);
    }
    return draft_add(planner, request->kind, request->id, draft);
}

static int plan_one(struct planner *planner, const struct fleet_request *request)
{
    struct draft *draft = NULL;
    planner->request = request;
    if (fleet_kind_word(request->kind)[0] == '\0' || request->verb < FLEET_ADD ||
        request->verb > FLEET_PUT) {
        return plan_refuse(planner, "", "there is no such request", "");
    }
    if (request->id == NULL || !text_is_id(request->id)) {
        return plan_refuse(planner, "id", "this is no id",
                           "write 1 to 64 letters, digits, '.', '_' and '-'");
    }
    int rc = choose(planner, &draft);
    if (rc != 0) {
        return rc;
    }
    if (request->verb == FLEET_REMOVE) {
        return plan_remove(planner, request);
    }
    draft->request = request;
    rc = set_values(planner, draft);
    draft->refused = rc != 0;
    return rc;
}

/* Once all requests are in: what refers to what. So the order of the requests does not matter. Of one that is refused
 * already no more is said. */
static int check_all(struct planner *planner)
{
    int rc = draft_claim_all(planner);
    for (size_t i = 0; rc != VMM_E_NOMEM && i < planner->count; i++) {
        const struct draft *draft = &planner->drafts[i];
        if (draft->request != NULL) {
            planner->request = draft->request;
        }
        if (draft->removed) {
            rc = plan_remove_check(planner, draft);
        } else if (draft->request != NULL && !draft->refused) {
            rc = plan_check(planner, draft);
        }
    }
    return rc == VMM_E_NOMEM ? rc : 0;
}

/* As the items stand in their file. */
static void sort_errors(struct fleet_errors *errors)
{
    size_t count = errors->count < FLEET_ERRORS_MAX ? errors->count : FLEET_ERRORS_MAX;
    for (size_t i = 1; i < count; i++) {
        struct fleet_error error = errors->items[i];
        size_t at = i;
        for (; at > 0; at--) {
            const struct fleet_error *before = &errors->items[at - 1];
            if (before->kind < error.kind ||
                (before->kind == error.kind && before->index <= error.index)) {
                break;
            }
            errors->items[at] = *before;
        }
        errors->items[at] = error;
    }
}

static int plan_all(struct planner *planner, const struct fleet_request *requests, size_t count)
{
    int rc = 0;
    for (size_t i = 0; rc != VMM_E_NOMEM && i < count; i++) {
        rc = plan_one(planner, &requests[i]);
    }
    if (rc != VMM_E_NOMEM) {
        rc = check_all(planner);
    }
    if (rc == VMM_E_NOMEM) {
        return rc;
    }
    sort_errors(planner->errors);
    return planner->errors->count > 0 ? VMM_E_INVAL : plan_write(planner);
}

int fleet_plan(const struct fleet *fleet, const struct fleet_checks *checks,
               const struct fleet_request *requests, size_t count, struct fleet_plan **out,
               struct fleet_errors *errors)
{
    struct planner planner = {.fleet = fleet, .checks = checks, .errors = errors};
    errors->count = 0;
    planner.plan = calloc(1, sizeof(*planner.plan));
    if (planner.plan == NULL) {
        return VMM_E_NOMEM;
    }
    planner.plan->memory = plan_memory_create();
    planner_init(&planner);
    int rc = planner.plan->memory != NULL ? plan_all(&planner, requests, count) : VMM_E_NOMEM;
    planner_finish(&planner);
    if (rc != 0) {
        fleet_plan_destroy(planner.plan);
        return rc;
    }
    *out = planner.plan;
    return 0;
}

void fleet_plan_destroy(struct fleet_plan *plan)
{
    if (plan != NULL) {
        free(plan->writes);
        free(plan->deltas);
        plan_memory_destroy(plan->memory);
        free(plan);
    }
}

/* ---- Applying ---- */

/* What the device told since the plan was made stays. */
static int apply_device(struct fleet *fleet, const struct fleet_write *write)
{
    struct device_record record = write->record.device;
    const struct fleet_device *known = fleet_find_device(fleet, record.id);
    if (known != NULL) {
        record.model = known->record.model;
        record.firmware = known->record.firmware;
        record.serial = known->record.serial;
        record.mac = known->record.mac;
        record.effective_provider = write->new_provider ? "" : known->record.effective_provider;
        record.effective_place = write->new_provider ? "" : known->record.effective_place;
    }
    if (known != NULL && !write->new_pin) {
        memcpy(record.tls_pin, known->record.tls_pin, sizeof(record.tls_pin));
        record.has_tls_pin = known->record.has_tls_pin;
    }
    return fleet_put_device(fleet, &record);
}

static int apply_removed(struct fleet *fleet, const struct fleet_write *write)
{
    switch (write->table) {
    case FLEET_TABLE_SITE:
        return fleet_remove_site(fleet, write->record.site.id);
    case FLEET_TABLE_NVR:
        return fleet_remove_nvr(fleet, write->record.nvr.id);
    case FLEET_TABLE_CAMERA:
        return fleet_remove_camera(fleet, write->record.camera.id);
    default:
        return fleet_remove_device(fleet, write->record.device.id);
    }
}

static int apply_put(struct fleet *fleet, const struct fleet_write *write)
{
    switch (write->table) {
    case FLEET_TABLE_SITE:
        return fleet_put_site(fleet, &write->record.site);
    case FLEET_TABLE_NVR:
        return fleet_put_nvr(fleet, &write->record.nvr);
    case FLEET_TABLE_CAMERA:
        return fleet_put_camera(fleet, &write->record.camera);
    default:
        return apply_device(fleet, write);
    }
}

int fleet_apply(struct fleet *fleet, const struct fleet_plan *plan)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < plan->write_count; i++) {
        const struct fleet_write *write = &plan->writes[i];
        rc = write->removed ? apply_removed(fleet, write) : apply_put(fleet, write);
    }
    return rc;
}

/* ---- Arguments ---- */

static int refuse_argument(struct fleet_error *error, const char *argument, const char *problem)
{
    char clean[TEXT_MAX + 1];
    /* Only the key: what follows it may be a secret. */
    text_clean(argument, strcspn(argument, "="), clean);
    *error = (struct fleet_error){.index = -1};
    text_format(error->field, sizeof(error->field), "%s", clean);
    text_format(error->problem, sizeof(error->problem), "%s", problem);
    text_format(error->remedy, sizeof(error->remedy), "write key=value, each key once");
    return VMM_E_INVAL;
}

int fleet_arguments(char *const *arguments, size_t count, json_t **out, struct fleet_error *error)
{
    json_t *values = json_object();
    int rc = values != NULL ? 0 : VMM_E_NOMEM;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const char *argument = arguments[i];
        size_t length = strcspn(argument, "=");
        char key[TEXT_MAX + 1];
        if (argument[length] == '\0' || length == 0 || length > TEXT_MAX) {
            rc = refuse_argument(error, argument, "this is no key=value");
            break;
        }
        text_format(key, sizeof(key), "%.*s", (int)length, argument);
        json_t *value = json_string(argument + length + 1);
        if (json_object_get(values, key) != NULL) {
            rc = refuse_argument(error, argument, "the key stands twice");
            json_decref(value);
        } else if (value == NULL || json_object_set_new(values, key, value) != 0) {
            rc = refuse_argument(error, argument, "this is no UTF-8 text");
        }
    }
    if (rc != 0) {
        json_decref(values);
        return rc;
    }
    *out = values;
    return 0;
}
