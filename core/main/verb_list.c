/* SPDX-License-Identifier: MIT */
/* site.list, nvr.list, camera.list, credential.list, fleet.export. */
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet_export.h"
#include "main/control.h"
#include "main/fleet_edit.h"
#include "main/fleet_words.h"

#define PAGE_ROWS 100u

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
    for (size_t i = 0; kind == FLEET_CREDENTIAL && i < vault_count(listing->daemon->vault); i++) {
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
    if (entry->kind == FLEET_CREDENTIAL) {
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
        const char *word =
            entry->kind == FLEET_CREDENTIAL ? "credential" : fleet_kind_word(entry->kind);
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
        collect(listing, fleet_words_kind(verb), control_text(args, "site"),
                control_text(args, "id"));
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
    const unsigned kinds[] = {FLEET_SITE, FLEET_CREDENTIAL, FLEET_NVR, FLEET_CAMERA};
    for (size_t i = 0; i < 4; i++) {
        collect(listing, kinds[i], control_text(args, "site"), "");
    }
    answer_list(listing, call);
}
