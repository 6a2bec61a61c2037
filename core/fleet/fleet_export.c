/* SPDX-License-Identifier: MIT */
#include "fleet/fleet_export.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

static void take_device(const struct fleet *fleet, uint32_t handle, struct fleet_thing *thing)
{
    const struct fleet_device *device = fleet_device(fleet, handle);
    if (device != NULL) {
        thing->device = device->record;
    }
}

int fleet_thing(const struct fleet *fleet, unsigned kind, const char *id, struct fleet_thing *thing)
{
    const struct fleet_site *site = kind == FLEET_SITE ? fleet_find_site(fleet, id) : NULL;
    const struct fleet_nvr *nvr = kind == FLEET_NVR ? fleet_find_nvr(fleet, id) : NULL;
    const struct fleet_camera *camera = kind == FLEET_CAMERA ? fleet_find_camera(fleet, id) : NULL;
    fields_defaults(kind, thing);
    if (site != NULL) {
        thing->site = site->record;
    } else if (nvr != NULL) {
        thing->nvr = nvr->record;
        thing->device.id = nvr->record.id;
        take_device(fleet, nvr->device, thing);
    } else if (camera != NULL) {
        thing->camera = camera->record;
        thing->device.id = camera->record.id;
        take_device(fleet, camera->device, thing);
    } else {
        return VMM_E_NOENT;
    }
    return 0;
}

/* A channel's camera has no device, and none of the device's fields. */
static bool is_written(const struct field *field, const struct fleet_thing *thing)
{
    return fields_has_device(thing) || field->offset < offsetof(struct fleet_thing, device);
}

json_t *fleet_export_thing(const struct fleet_thing *thing)
{
    json_t *object = json_pack("{s:s}", "id", fields_id(thing));
    bool failed = object == NULL;
    for (size_t i = 0; !failed && fields_at(thing->kind, i) != NULL; i++) {
        const struct field *field = fields_at(thing->kind, i);
        if (is_written(field, thing)) {
            failed = json_object_set_new(object, field->name, fields_write(field, thing)) != 0;
        }
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* ---- All ---- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The id of what lives under a handle, when it belongs to the site (NULL: any). */
static const char *id_at(const struct fleet *fleet, unsigned kind, uint32_t handle,
                         const char *only)
{
    const struct fleet_site *site = kind == FLEET_SITE ? fleet_site(fleet, handle) : NULL;
    const struct fleet_nvr *nvr = kind == FLEET_NVR ? fleet_nvr(fleet, handle) : NULL;
    const struct fleet_camera *camera = kind == FLEET_CAMERA ? fleet_camera(fleet, handle) : NULL;
    const char *id = site != NULL     ? site->record.id
                     : nvr != NULL    ? nvr->record.id
                     : camera != NULL ? camera->record.id
                                      : NULL;
    const char *owner = site != NULL     ? site->record.id
                        : nvr != NULL    ? nvr->record.site_id
                        : camera != NULL ? camera->record.site_id
                                         : "";
    return id != NULL && (only == NULL || strcmp(only, owner) == 0) ? id : NULL;
}

static uint32_t end_of(const struct fleet *fleet, unsigned kind)
{
    return kind == FLEET_SITE  ? fleet_site_end(fleet)
           : kind == FLEET_NVR ? fleet_nvr_end(fleet)
                               : fleet_camera_end(fleet);
}

static int put_thing(const struct fleet *fleet, unsigned kind, const char *id, struct buf *out)
{
    struct fleet_thing thing;
    int rc = fleet_thing(fleet, kind, id, &thing);
    json_t *object = rc == 0 ? fleet_export_thing(&thing) : NULL;
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    if (text == NULL) {
        return VMM_E_NOMEM;
    }
    buf_text(out, text);
    free(text);
    return 0;
}

static int put_kind(const struct fleet *fleet, unsigned kind, const char *only, struct buf *out)
{
    uint32_t end = end_of(fleet, kind);
    const char **ids = calloc((size_t)end + 1, sizeof(*ids));
    size_t count = 0;
    if (ids == NULL) {
        return VMM_E_NOMEM;
    }
    for (uint32_t handle = 0; handle < end; handle++) {
        const char *id = id_at(fleet, kind, handle, only);
        if (id != NULL) {
            ids[count++] = id;
        }
    }
    qsort(ids, count, sizeof(*ids), compare);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        buf_text(out, i > 0 ? ",\n    " : "\n    ");
        rc = put_thing(fleet, kind, ids[i], out);
    }
    free(ids);
    buf_text(out, count > 0 ? "\n  ]" : "]");
    return rc;
}

int fleet_export(const struct fleet *fleet, const char *site, struct buf *out)
{
    if (site != NULL && fleet_find_site(fleet, site) == NULL) {
        return VMM_E_NOENT;
    }
    buf_text(out, "{\n  \"sites\": [");
    int rc = put_kind(fleet, FLEET_SITE, site, out);
    buf_text(out, ",\n  \"nvrs\": [");
    if (rc == 0) {
        rc = put_kind(fleet, FLEET_NVR, site, out);
    }
    buf_text(out, ",\n  \"cameras\": [");
    if (rc == 0) {
        rc = put_kind(fleet, FLEET_CAMERA, site, out);
    }
    buf_text(out, "\n}\n");
    return rc != 0 || buf_failed(out) ? VMM_E_NOMEM : 0;
}
