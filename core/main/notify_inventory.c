/* SPDX-License-Identifier: MIT */
/* What a site has, and what of it became something else since the last such message: figures for the gateway. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "gateway/json_text.h"
#include "main/notify.h"

#define CHANGES_SHOWN 20u
#define KEY_MAX       600

/* What matters most comes first. */
static const char *const types[] = {"nvr.replaced",       "camera.replaced", "nvr.handed_over",
                                    "camera.handed_over", "nvr.firmware",    "camera.firmware"};

struct inventory {
    struct notify *notify;
    char site_id[72];
    struct gateway_span span;
    struct gateway_inventory found;
    size_t type; /* whose events are being read */
};

/* ---- what there is ---- */

static int by_count(const void *a, const void *b)
{
    const json_t *const *x = a;
    const json_t *const *y = b;
    json_int_t left = json_number(*x, "count");
    json_int_t right = json_number(*y, "count");
    if (left != right) {
        return left > right ? -1 : 1;
    }
    int order = strcmp(json_text(*x, "model"), json_text(*y, "model"));
    return order != 0 ? order : strcmp(json_text(*x, "firmware"), json_text(*y, "firmware"));
}

static void add_device(json_t *models, const struct fleet *fleet, uint32_t handle)
{
    char key[KEY_MAX];
    const struct fleet_device *device = handle != FLEET_NONE ? fleet_device(fleet, handle) : NULL;
    if (device == NULL) {
        return; /* only a channel of its recorder */
    }
    const char *model = device->record.model;
    const char *firmware = device->record.firmware;
    text_format(key, sizeof(key), "%s\n%s", model, firmware);
    json_t *known = json_object_get(models, key);
    json_int_t count = known != NULL ? json_number(known, "count") : 0;
    json_object_set_new(
        models, key,
        json_pack("{s:s, s:s, s:I}", "model", model, "firmware", firmware, "count", count + 1));
}

/* Models and their firmware as a list, the most first; a new reference. */
static json_t *sorted(const json_t *models)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    json_t *list = json_array();
    json_t **rows = calloc(json_object_size(models) + 1, sizeof(json_t *));
    json_object_foreach((json_t *)models, key, value)
    {
        if (rows != NULL) {
            rows[count++] = value;
        }
    }
    if (count > 0) {
        qsort(rows, count, sizeof(json_t *), by_count);
    }
    for (size_t i = 0; i < count; i++) {
        json_array_append(list, rows[i]);
    }
    free(rows);
    return list;
}

static void add_name(json_t *devices, const char *id, const char *name)
{
    json_object_set_new(devices, id, json_string(name[0] != '\0' ? name : id));
}

static void look_at(const struct fleet *fleet, const char *site_id, struct gateway_inventory *out)
{
    const struct fleet_site *site = fleet_find_site(fleet, site_id);
    json_t *models = json_object();
    out->devices = json_object();
    for (uint32_t at = site != NULL ? site->first_nvr : FLEET_NONE; at != FLEET_NONE;
         at = fleet_nvr(fleet, at)->next) {
        out->nvrs++;
        add_name(out->devices, fleet_nvr(fleet, at)->record.id, fleet_nvr(fleet, at)->record.name);
        add_device(models, fleet, fleet_nvr(fleet, at)->device);
    }
    for (uint32_t at = site != NULL ? site->first_camera : FLEET_NONE; at != FLEET_NONE;
         at = fleet_camera(fleet, at)->next) {
        const struct fleet_camera *camera = fleet_camera(fleet, at);
        if (camera->record.retired_at == 0) {
            out->cameras++;
            add_name(out->devices, camera->record.id, camera->record.name);
            add_device(models, fleet, camera->device);
        }
    }
    out->models = sorted(models);
    json_decref(models);
}

/* ---- what became something else ---- */

static void finish(struct inventory *inventory, int rc)
{
    inventory->span.site_id = inventory->site_id;
    gateway_inventoried(inventory->notify->gateway, &inventory->span, rc != 0, &inventory->found,
                        notify_now());
    notify_arm(inventory->notify);
    json_decref(inventory->found.devices);
    json_decref(inventory->found.models);
    json_decref(inventory->found.changes);
    free(inventory);
}

static void add_change(struct inventory *inventory, const struct store_event *event)
{
    json_t *metadata = json_loads(event->metadata_json, 0, NULL);
    const char *subject =
        event->camera_id[0] != '\0' ? event->camera_id : json_text(metadata, "nvr_id");
    inventory->found.changed++;
    if (json_array_size(inventory->found.changes) < CHANGES_SHOWN) {
        json_array_append_new(inventory->found.changes,
                              json_pack("{s:s, s:s, s:s, s:s}", "subject", subject, "type",
                                        strchr(event->type, '.') + 1, "old",
                                        json_text(metadata, "old"), "new",
                                        json_text(metadata, "new")));
    }
    json_decref(metadata);
}

static void ask(struct inventory *inventory);

static void on_changes(void *arg, int rc, const struct store_event *events, size_t count)
{
    struct inventory *inventory = arg;
    for (size_t i = 0; i < count && rc == 0; i++) {
        if (events[i].ts_event < inventory->span.until) {
            add_change(inventory, &events[i]);
        }
    }
    inventory->type++;
    if (rc != 0 || inventory->type == sizeof(types) / sizeof(types[0])) {
        finish(inventory, rc);
    } else {
        ask(inventory);
    }
}

static void ask(struct inventory *inventory)
{
    struct store_event_filter filter = {.site_id = inventory->site_id,
                                        .type = types[inventory->type],
                                        .since = inventory->span.since,
                                        .descending = true};
    if (store_query_events(inventory->notify->daemon->store, &filter, on_changes, inventory) != 0) {
        finish(inventory, VMM_E_STATE);
    }
}

void notify_take_inventory(struct notify *notify, const struct gateway_span *span)
{
    struct inventory *inventory = calloc(1, sizeof(*inventory));
    if (inventory == NULL) {
        return;
    }
    *inventory = (struct inventory){.notify = notify, .span = *span};
    text_format(inventory->site_id, sizeof(inventory->site_id), "%s", span->site_id);
    inventory->found.changes = json_array();
    look_at(notify->daemon->fleet, inventory->site_id, &inventory->found);
    ask(inventory);
}
