/* SPDX-License-Identifier: MIT */
/* site, nvr, camera: list, add, set, rm, test; fleet.export and fleet.load; credential: add, set, rm. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "fleet/fleet_export.h"
#include "main/control.h"
#include "main/explain.h"
#include "main/fleet_edit.h"
#include "main/watch.h"

#define PAGE_ROWS  100u
#define CREDENTIAL 4u /* beside FLEET_SITE, FLEET_NVR and FLEET_CAMERA */

static unsigned kind_of(const char *verb)
{
    char word[16];
    text_format(word, sizeof(word), "%.*s", (int)strcspn(verb, "."), verb);
    return strcmp(word, "credential") == 0 ? CREDENTIAL : fleet_kind_parse(word);
}

/* ---- lists ---- */

struct entry {
    unsigned kind;
    char *id;
};

struct listing {
    struct daemon *daemon;
    struct entry *entries;
    size_t count;
    size_t room;
    size_t at;
    bool export; /* rows as fleet.load takes them */
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;
    static const unsigned order[] = {0, 1, 2, 3, 0}; /* credentials, sites, NVRs, cameras */
    return left->kind != right->kind ? (int)order[left->kind] - (int)order[right->kind]
                                     : strcmp(left->id, right->id);
}

static void add_entry(struct listing *listing, unsigned kind, const char *id)
{
    if (listing->count == listing->room) {
        size_t room = listing->room > 0 ? listing->room * 2 : 64;
        struct entry *entries = realloc(listing->entries, room * sizeof(*entries));
        if (entries == NULL) {
            return;
        }
        listing->entries = entries;
        listing->room = room;
    }
    char *copy = strdup(id);
    if (copy != NULL) {
        listing->entries[listing->count++] = (struct entry){kind, copy};
    }
}

static bool matches(const char *site, const char *id, const char *its_site, const char *its_id)
{
    return (site[0] == '\0' || strcmp(site, its_site) == 0) &&
           (id[0] == '\0' || strcmp(id, its_id) == 0);
}

static void collect(struct listing *listing, unsigned kind, const char *site, const char *id)
{
    const struct fleet *fleet = listing->daemon->fleet;
    for (uint32_t i = 0; kind == FLEET_SITE && i < fleet_site_end(fleet); i++) {
        const struct fleet_site *at = fleet_site(fleet, i);
        if (at != NULL && matches(site, id, at->record.id, at->record.id)) {
            add_entry(listing, kind, at->record.id);
        }
    }
    for (uint32_t i = 0; kind == FLEET_NVR && i < fleet_nvr_end(fleet); i++) {
        const struct fleet_nvr *at = fleet_nvr(fleet, i);
        if (at != NULL && matches(site, id, at->record.site_id, at->record.id)) {
            add_entry(listing, kind, at->record.id);
        }
    }
    for (uint32_t i = 0; kind == FLEET_CAMERA && i < fleet_camera_end(fleet); i++) {
        const struct fleet_camera *at = fleet_camera(fleet, i);
        if (at != NULL && matches(site, id, at->record.site_id, at->record.id)) {
            add_entry(listing, kind, at->record.id);
        }
    }
    for (size_t i = 0; kind == CREDENTIAL && i < vault_count(listing->daemon->vault); i++) {
        const struct credential_record *at = vault_at(listing->daemon->vault, i);
        if (matches(site, id, at->site_id, at->id)) {
            add_entry(listing, kind, at->id);
        }
    }
}

static json_t *credential_row(const struct listing *listing, const char *id)
{
    const struct credential_record *record = vault_find(listing->daemon->vault, id);
    if (record == NULL) {
        return NULL;
    }
    json_t *row = json_pack("{s:s, s:o, s:s}", "id", record->id, "site_id",
                            control_string(record->site_id), "user", record->user);
    if (!listing->export) {
        json_object_set_new(row, "generation", json_integer((json_int_t)record->generation));
        json_object_set_new(row, "changed_at", control_time(record->changed_at));
        json_object_set_new(row, "devices",
                            json_integer(fleet_credential_uses(listing->daemon, id)));
    }
    return row;
}

static void add_learnt(const struct listing *listing, unsigned kind, const char *id, json_t *row)
{
    const struct fleet_site *site =
        kind == FLEET_SITE ? fleet_find_site(listing->daemon->fleet, id) : NULL;
    if (site != NULL) {
        json_object_set_new(row, "cameras", json_integer(site->camera_count));
        json_object_set_new(row, "owner_node", control_string(site->record.owner_node));
        json_object_set_new(row, "epoch", json_integer((json_int_t)site->record.epoch));
        return;
    }
    const struct fleet_device *device = fleet_find_device(listing->daemon->fleet, id);
    json_object_set_new(row, "model", control_string(device != NULL ? device->record.model : ""));
    json_object_set_new(row, "firmware",
                        control_string(device != NULL ? device->record.firmware : ""));
    json_object_set_new(row, "serial", control_string(device != NULL ? device->record.serial : ""));
    json_object_set_new(row, "mac", control_string(device != NULL ? device->record.mac : ""));
}

static json_t *thing_row(const struct listing *listing, const struct entry *entry)
{
    if (entry->kind == CREDENTIAL) {
        return credential_row(listing, entry->id);
    }
    struct fleet_thing thing;
    if (fleet_thing(listing->daemon->fleet, entry->kind, entry->id, &thing) != 0) {
        return NULL;
    }
    json_t *row = fleet_export_thing(&thing);
    if (row != NULL && !listing->export) {
        add_learnt(listing, entry->kind, entry->id, row);
    }
    return row;
}

static void destroy_listing(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        free(listing->entries[i].id);
    }
    free(listing->entries);
    free(listing);
}

static void next_list(void *arg, struct ctl_call *call)
{
    struct listing *listing = arg;
    json_t *rows = json_array();
    for (; listing->at < listing->count && json_array_size(rows) < PAGE_ROWS; listing->at++) {
        const struct entry *entry = &listing->entries[listing->at];
        json_t *row = thing_row(listing, entry);
        if (row == NULL) {
            continue;
        }
        const char *word = entry->kind == CREDENTIAL ? "credential" : fleet_kind_word(entry->kind);
        json_array_append_new(rows, listing->export ? json_pack("{s:o}", word, row) : row);
    }
    if (json_array_size(rows) > 0) {
        ctl_rows(call, rows);
        return;
    }
    json_decref(rows);
    ctl_done(call, NULL);
    destroy_listing(listing);
}

static void gone_list(void *arg, struct ctl_call *call)
{
    destroy_listing(arg);
    ctl_done(call, NULL);
}

static struct listing *begin_list(struct daemon *daemon, struct ctl_call *call, json_t *args)
{
    static const char *const names[] = {"site", "id", NULL};
    if (control_unknown(call, args, names)) {
        return NULL;
    }
    struct listing *listing = calloc(1, sizeof(*listing));
    if (listing == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return NULL;
    }
    listing->daemon = daemon;
    return listing;
}

static void answer_list(struct listing *listing, struct ctl_call *call)
{
    if (listing->count == 0) {
        ctl_done(call, NULL);
        destroy_listing(listing);
        return;
    }
    qsort(listing->entries, listing->count, sizeof(listing->entries[0]), compare_entries);
    ctl_set_source(call, next_list, gone_list, listing);
}

void verb_fleet_list(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args)
{
    struct listing *listing = begin_list(daemon, call, args);
    if (listing != NULL) {
        collect(listing, kind_of(verb), control_text(args, "site"), control_text(args, "id"));
        answer_list(listing, call);
    }
}

void verb_fleet_export(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer)
{
    (void)peer;
    struct listing *listing = begin_list(daemon, call, args);
    if (listing == NULL) {
        return;
    }
    listing->export = true;
    const unsigned kinds[] = {FLEET_SITE, CREDENTIAL, FLEET_NVR, FLEET_CAMERA};
    for (size_t i = 0; i < 4; i++) {
        collect(listing, kinds[i], control_text(args, "site"), "");
    }
    answer_list(listing, call);
}

/* ---- add, set, rm ---- */

#define ARGUMENTS_MAX 256u

static const char *code_of(const struct fleet_error *error)
{
    return error->code == VMM_E_EXIST   ? CTL_EXISTS
           : error->code == VMM_E_NOENT ? CTL_NOT_FOUND
           : error->code == VMM_E_STATE ? CTL_IN_USE
                                        : CTL_INVALID;
}

static void fail_with(struct ctl_call *call, const struct fleet_error *error)
{
    char message[400];
    text_format(message, sizeof(message), "%s%s%s", error->field,
                error->field[0] != '\0' ? ": " : "", error->problem);
    ctl_fail(call, code_of(error), message, error->remedy[0] != '\0' ? error->remedy : NULL);
}

static void fail_edit(struct ctl_call *call, int rc, const struct fleet_errors *errors)
{
    if (rc == VMM_E_INVAL && errors != NULL && errors->count > 0) {
        fail_with(call, &errors->items[0]);
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

static void on_changed(void *arg, int rc, const struct fleet_plan *plan,
                       const struct fleet_errors *errors)
{
    struct change *change = arg;
    if (rc != 0) {
        fail_edit(change->call, rc, errors);
    } else if (change->removes) {
        ctl_done(change->call, json_pack("{s:o}", "removed", removed_json(plan)));
    } else {
        ctl_done(change->call,
                 json_pack("{s:s, s:o}", "id", change->id, "changed", changed_json(plan)));
    }
    free(change);
}

/* The list of FIELD=VALUE texts as values; NULL when the call has been failed. */
static json_t *take_arguments(struct ctl_call *call, const json_t *set)
{
    char *texts[ARGUMENTS_MAX];
    size_t count = json_array_size(set);
    struct fleet_error error = {.index = -1};
    json_t *values = NULL;
    bool good = (set == NULL || json_is_array(set)) && count <= ARGUMENTS_MAX;
    for (size_t i = 0; good && i < count; i++) {
        texts[i] = (char *)(uintptr_t)json_string_value(json_array_get(set, i));
        good = texts[i] != NULL;
    }
    if (!good) {
        ctl_fail(call, CTL_INVALID, "set is a list of texts FIELD=VALUE", NULL);
    } else if (fleet_arguments(texts, count, &values, &error) != 0) {
        fail_with(call, &error);
    }
    return values;
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
    json_t *values = take_arguments(call, json_object_get(args, "set"));
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
                                    .kind = kind_of(verb),
                                    .id = control_text(args, "id"),
                                    .values = values,
                                    .from_text = true,
                                    .cascade = json_is_true(json_object_get(args, "cascade")),
                                    .index = -1};
    fleet_edit(daemon, &request, 1, false, on_changed, change);
    json_decref(values);
}

/* ---- credentials ---- */

/* What the credential will be: what is given, and for the rest what it was. */
struct credential_change {
    char user[256];
    char site[80];
    const char *secret; /* NULL: it stays */
};

static bool check_credential(struct daemon *daemon, struct ctl_call *call, const json_t *args,
                             const struct credential_record *old, struct credential_change *change)
{
    const char *user = control_text(args, "user");
    bool has_site = json_object_get(args, "site_id") != NULL || old == NULL;
    change->secret = json_string_value(json_object_get(args, "password"));
    text_format(change->user, sizeof(change->user), "%s",
                user[0] != '\0' ? user
                : old != NULL   ? old->user
                                : "");
    text_format(change->site, sizeof(change->site), "%s",
                has_site ? control_text(args, "site_id") : old->site_id);
    if (!text_is_id(control_text(args, "id")) || change->user[0] == '\0' ||
        (old == NULL && change->secret == NULL)) {
        ctl_fail(call, CTL_INVALID,
                 "a credential needs an id of letters, digits and . _ -, a user and a password",
                 NULL);
        return false;
    }
    if (change->site[0] != '\0' && fleet_find_site(daemon->fleet, change->site) == NULL) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such site", "vmmctl site list");
        return false;
    }
    return true;
}

struct vault_write {
    struct daemon *daemon;
    const struct credential_record *record;
    int rc;
};

static void write_with_old_secret(void *arg, const struct credential_record *old,
                                  const char *secret, size_t size)
{
    struct vault_write *write = arg;
    char copy[VAULT_SECRET_MAX + 1];
    (void)old;
    memcpy(copy, secret, size);
    write->rc = vault_put(write->daemon->vault, write->record, copy, size, NULL);
    explicit_bzero(copy, sizeof(copy));
}

static int write_credential(struct daemon *daemon, const struct credential_record *record,
                            const char *secret)
{
    if (secret != NULL) {
        return vault_put(daemon->vault, record, secret, strlen(secret), NULL);
    }
    struct vault_write write = {daemon, record, VMM_E_IO};
    int rc = vault_with_secret(daemon->vault, record->id, write_with_old_secret, &write);
    return rc != 0 ? rc : write.rc;
}

static void put_credential(struct daemon *daemon, struct ctl_call *call, const json_t *args,
                           bool add)
{
    const char *id = control_text(args, "id");
    const struct credential_record *old = vault_find(daemon->vault, id);
    if (add == (old != NULL)) {
        ctl_fail(call, add ? CTL_EXISTS : CTL_NOT_FOUND,
                 add ? "there is a credential of this id already" : "there is no such credential",
                 add ? "vmmctl credential set changes it" : "vmmctl credential list");
        return;
    }
    struct credential_change change;
    if (!check_credential(daemon, call, args, old, &change)) {
        return;
    }
    json_t *changed = json_array();
    static const char *const fields[] = {"user", "password", "site_id"};
    for (size_t i = 0; i < 3; i++) {
        if (json_object_get(args, fields[i]) != NULL) {
            json_array_append_new(changed, json_string(fields[i]));
        }
    }
    struct credential_record record = {
        .id = id, .site_id = change.site, .user = change.user, .changed_at = clock_wall_us()};
    if (write_credential(daemon, &record, change.secret) != 0) {
        json_decref(changed);
        ctl_fail(call, CTL_UNAVAILABLE,
                 "the vault could not be written; the old secret is in force", NULL);
        return;
    }
    fleet_credential_changed(daemon, id);
    ctl_done(call, json_pack("{s:s, s:o}", "id", id, "changed", changed));
}

static void remove_credential(struct daemon *daemon, struct ctl_call *call, const char *id)
{
    if (fleet_credential_uses(daemon, id) > 0) {
        ctl_fail(call, CTL_IN_USE, "devices use it", "give them another one first");
        return;
    }
    int rc = vault_remove(daemon->vault, id);
    if (rc == 0) {
        ctl_done(call, json_pack("{s:[o]}", "removed", json_sprintf("credential %s", id)));
    } else {
        ctl_fail(call, rc == VMM_E_NOENT ? CTL_NOT_FOUND : CTL_UNAVAILABLE,
                 rc == VMM_E_NOENT ? "there is no such credential"
                                   : "the vault could not be written",
                 NULL);
    }
}

void verb_credential(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args)
{
    static const char *const names[] = {"id", "user", "password", "site_id", "cascade", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    const char *action = strrchr(verb, '.') + 1;
    if (strcmp(action, "rm") == 0) {
        remove_credential(daemon, call, control_text(args, "id"));
    } else {
        put_credential(daemon, call, args, strcmp(action, "add") == 0);
    }
}

/* ---- test ---- */

/* Full looks one after another, each through the daemon and its ledger. */
struct test {
    struct daemon *daemon;
    struct ctl_call *call;
    uint32_t *devices;
    size_t count;
    size_t at;
    uint32_t good;
};

static void test_next(struct test *test);

static void on_tested(void *arg, uint32_t handle, int rc)
{
    (void)rc;
    struct test *test = arg;
    const struct fleet_device *device = fleet_device(test->daemon->fleet, handle);
    if (device != NULL) {
        json_t *row = explain_look(test->daemon, device);
        const char *outcome = json_string_value(json_object_get(row, "outcome"));
        test->good += outcome != NULL && strcmp(outcome, "ok") == 0;
        if (row != NULL && json_is_object(row)) {
            json_object_set_new(row, "device", json_string(device->record.id));
            json_object_set_new(row, "provider", json_string(device->record.provider));
            json_object_set(row, "took_ms", json_object_get(row, "total_ms"));
            ctl_rows(test->call, json_pack("[o]", row));
        } else {
            json_decref(row);
        }
    }
    test_next(test);
}

static void test_next(struct test *test)
{
    while (test->at < test->count && !ctl_cancelled(test->call)) {
        uint32_t device = test->devices[test->at++];
        if (fleet_device(test->daemon->fleet, device) != NULL &&
            watch_probe(test->daemon->watch, device, on_tested, test) == 0) {
            return;
        }
    }
    ctl_done(test->call,
             json_pack("{s:i, s:i}", "tested", (int)test->count, "ok", (int)test->good));
    free(test->devices);
    free(test);
}

static bool is_tested(const struct daemon *daemon, unsigned kind, const char *id, uint32_t handle,
                      bool seen[WATCH_PROVIDERS_MAX])
{
    const struct fleet_device *device = fleet_device(daemon->fleet, handle);
    if (device == NULL) {
        return false;
    }
    if (kind == FLEET_SITE) {
        return device->record.enabled && strcmp(device->record.site_id, id) == 0;
    }
    if (kind != CREDENTIAL) {
        return strcmp(device->record.id, id) == 0;
    }
    uint16_t provider = daemon->watch->devices[handle].provider;
    bool first = strcmp(device->record.credential_id, id) == 0 && !seen[provider];
    seen[provider] = seen[provider] || first;
    return first;
}

void verb_fleet_test(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args)
{
    static const char *const names[] = {"id", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    bool seen[WATCH_PROVIDERS_MAX] = {false};
    struct test *test = calloc(1, sizeof(*test));
    uint32_t *devices = calloc(fleet_device_end(daemon->fleet) + 1, sizeof(*devices));
    if (test == NULL || devices == NULL) {
        free(test);
        free(devices);
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *test = (struct test){.daemon = daemon, .call = call, .devices = devices};
    for (uint32_t i = 0; i < fleet_device_end(daemon->fleet); i++) {
        if (is_tested(daemon, kind_of(verb), control_text(args, "id"), i, seen)) {
            devices[test->count++] = i;
        }
    }
    if (test->count == 0) {
        free(test);
        free(devices);
        ctl_fail(call, CTL_NOT_FOUND, "there is nothing of this id to be looked at", NULL);
        return;
    }
    watch_pulse(daemon->watch);
    test_next(test);
}
