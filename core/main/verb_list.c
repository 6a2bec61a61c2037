/* SPDX-License-Identifier: MIT */
/* site.list, nvr.list, camera.list, credential.list, fleet.export: page by page, by the place that was reached. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/fleet_export.h"
#include "main/control.h"
#include "main/endpoint.h"
#include "main/fleet_words.h"

#define PAGE_ROWS    100u
#define TURN_DEVICES 10000u /* devices that one turn of the loop counts */

/* How many devices use a credential, counted once for the whole list. */
struct uses {
    struct endpoint_table *ids;
    uint32_t *counts; /* by number */
    uint32_t room;
    uint32_t device; /* the next one to be counted */
};

struct listing {
    struct daemon *daemon;
    const unsigned *kinds; /* what is listed, in this order; ended by 0 */
    bool export;           /* rows as fleet.load takes them */
    char site[72];         /* only of this one; "": all */
    char id[72];           /* only this one; "": all */
    char at_site[72];      /* the place reached */
    char at_id[72];
    struct uses uses;
};

/* ---- what uses a credential ---- */

static bool count_use(struct uses *uses, const char *credential)
{
    uint32_t number = endpoint_number(uses->ids, credential);
    if (number == UINT32_MAX) {
        return false;
    }
    if (number >= uses->room) {
        uint32_t room = uses->room > 0 ? uses->room * 2 : 64;
        uint32_t *counts = realloc(uses->counts, room * sizeof(*counts));
        if (counts == NULL) {
            return false;
        }
        memset(counts + uses->room, 0, (room - uses->room) * sizeof(*counts));
        uses->counts = counts;
        uses->room = room;
    }
    uses->counts[number]++;
    return true;
}

/* Count some more devices. True when all are counted. */
static bool count_uses(struct uses *uses, const struct fleet *fleet)
{
    uint32_t end = fleet_device_end(fleet);
    uint32_t stop = end - uses->device > TURN_DEVICES ? uses->device + TURN_DEVICES : end;
    for (; uses->device < stop; uses->device++) {
        const struct fleet_device *device = fleet_device(fleet, uses->device);
        if (device != NULL && device->record.credential_id[0] != '\0') {
            count_use(uses, device->record.credential_id);
        }
    }
    return uses->device >= end;
}

static uint32_t uses_of(const struct uses *uses, const char *credential)
{
    uint32_t number = endpoint_number(uses->ids, credential);
    return number < uses->room ? uses->counts[number] : 0;
}

/* ---- rows ---- */

static json_t *credential_row(const struct listing *listing, const struct credential_record *record)
{
    json_t *row = json_pack("{s:s, s:o, s:s}", "id", record->id, "site_id",
                            control_string(record->site_id), "user", record->user);
    if (!listing->export) {
        json_object_set_new(row, "generation", json_integer((json_int_t)record->generation));
        json_object_set_new(row, "changed_at", control_time(record->changed_at));
        json_object_set_new(row, "devices", json_integer(uses_of(&listing->uses, record->id)));
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

static json_t *thing_row(const struct listing *listing, unsigned kind, const char *id)
{
    struct fleet_thing thing;
    json_t *row = fleet_thing(listing->daemon->fleet, kind, id, &thing) == 0
                      ? fleet_export_thing(&thing)
                      : NULL;
    if (row != NULL && !listing->export) {
        add_learnt(listing, kind, id, row);
    }
    return row;
}

static json_t *row_of(const struct listing *listing, unsigned kind)
{
    return kind == FLEET_CREDENTIAL
               ? credential_row(listing, vault_find(listing->daemon->vault, listing->at_id))
               : thing_row(listing, kind, listing->at_id);
}

/* ---- one after another ---- */

static bool reach(struct listing *listing, const char *site_id, const char *id)
{
    text_format(listing->at_site, sizeof(listing->at_site), "%s", site_id);
    text_format(listing->at_id, sizeof(listing->at_id), "%s", id);
    return true;
}

static bool next_credential(struct listing *listing)
{
    const struct credential_record *next = vault_after(listing->daemon->vault, listing->at_id);
    return next != NULL && reach(listing, next->site_id, next->id);
}

static bool next_site(struct listing *listing)
{
    const struct fleet_site *next = fleet_site_after(listing->daemon->fleet, listing->at_id);
    return next != NULL && reach(listing, next->record.id, next->record.id);
}

static bool next_nvr(struct listing *listing)
{
    const struct fleet_nvr *next =
        fleet_nvr_after(listing->daemon->fleet, listing->at_site, listing->at_id);
    return next != NULL && reach(listing, next->record.site_id, next->record.id);
}

static bool next_camera(struct listing *listing)
{
    const struct fleet_camera *next =
        fleet_camera_after(listing->daemon->fleet, listing->at_site, listing->at_id);
    return next != NULL && reach(listing, next->record.site_id, next->record.id);
}

/* Go on to the next one of the kind that is listed. False when there is none. */
static bool advance(struct listing *listing)
{
    static bool (*const next[])(struct listing * listing) = {[FLEET_SITE] = next_site,
                                                             [FLEET_NVR] = next_nvr,
                                                             [FLEET_CAMERA] = next_camera,
                                                             [FLEET_CREDENTIAL] = next_credential};
    return next[*listing->kinds](listing);
}

static bool is_wanted(const struct listing *listing)
{
    return (listing->site[0] == '\0' || strcmp(listing->site, listing->at_site) == 0) &&
           (listing->id[0] == '\0' || strcmp(listing->id, listing->at_id) == 0);
}

static void add_row(const struct listing *listing, json_t *rows)
{
    unsigned kind = *listing->kinds;
    json_t *row = row_of(listing, kind);
    if (row != NULL) {
        json_array_append_new(rows, listing->export ? json_pack("{s:o}", fleet_words_of(kind), row)
                                                    : row);
    }
}

/* Some more of the kind that is listed, then the next kind. */
static void collect(struct listing *listing, json_t *rows)
{
    for (uint32_t i = 0; i < TURN_DEVICES && json_array_size(rows) < PAGE_ROWS; i++) {
        if (!advance(listing)) {
            listing->kinds++;
            reach(listing, "", "");
            return;
        }
        if (is_wanted(listing)) {
            add_row(listing, rows);
        }
    }
}

static void destroy_listing(struct listing *listing)
{
    endpoint_table_destroy(listing->uses.ids);
    free(listing->uses.counts);
    free(listing);
}

static void next_list(void *arg, struct ctl_call *call)
{
    struct listing *listing = arg;
    if (*listing->kinds == 0) {
        ctl_done(call, NULL);
        destroy_listing(listing);
        return;
    }
    json_t *rows = json_array();
    bool counts = *listing->kinds == FLEET_CREDENTIAL && !listing->export;
    if (!counts || count_uses(&listing->uses, listing->daemon->fleet)) {
        collect(listing, rows);
    }
    ctl_rows(call, rows); /* none: the next turn goes on */
}

static void gone_list(void *arg, struct ctl_call *call)
{
    destroy_listing(arg);
    ctl_done(call, NULL);
}

/* ---- the verbs ---- */

static void list(struct daemon *daemon, struct ctl_call *call, json_t *args, const unsigned *kinds,
                 bool export)
{
    static const char *const names[] = {"site", "id", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    struct listing *listing = calloc(1, sizeof(*listing));
    struct endpoint_table *ids = endpoint_table_create();
    if (listing == NULL || ids == NULL) {
        endpoint_table_destroy(ids);
        free(listing);
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *listing =
        (struct listing){.daemon = daemon, .kinds = kinds, .export = export, .uses = {.ids = ids}};
    text_format(listing->site, sizeof(listing->site), "%s", control_text(args, "site"));
    text_format(listing->id, sizeof(listing->id), "%s", control_text(args, "id"));
    ctl_set_source(call, next_list, gone_list, listing);
}

void verb_fleet_list(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args)
{
    static const unsigned kinds[][2] = {[FLEET_SITE] = {FLEET_SITE, 0},
                                        [FLEET_NVR] = {FLEET_NVR, 0},
                                        [FLEET_CAMERA] = {FLEET_CAMERA, 0},
                                        [FLEET_CREDENTIAL] = {FLEET_CREDENTIAL, 0}};
    list(daemon, call, args, kinds[fleet_words_kind(verb)], false);
}

void verb_fleet_export(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer)
{
    static const unsigned kinds[] = {FLEET_CREDENTIAL, FLEET_SITE, FLEET_NVR, FLEET_CAMERA, 0};
    (void)peer;
    list(daemon, call, args, kinds, true);
}
