/* SPDX-License-Identifier: MIT */
#include "main/fleet_edit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "base/text.h"
#include "main/watch.h"

struct edit {
    struct edit *next;
    struct fleet_request *requests;
    char **ids;
    size_t count;
    bool dry_run;
    fleet_edited_fn edited;
    void *arg;
    struct fleet_plan *plan;
    struct fleet_edits *edits;
};

struct fleet_edits {
    struct daemon *daemon;
    struct event *start;
    struct edit *first;
    struct edit **last;
    bool busy; /* the first one is being written */
};

/* ---- checks ---- */

static bool has_credential(void *arg, const char *id, const char *site_id)
{
    const struct daemon *daemon = arg;
    const struct credential_record *credential = vault_find(daemon->vault, id);
    return credential != NULL &&
           (credential->site_id[0] == '\0' || strcmp(credential->site_id, site_id) == 0);
}

static bool has_provider(void *arg, const char *name)
{
    const struct daemon *daemon = arg;
    return config_find_plugin(daemon->config, name) != NULL;
}

/* Options are checked once their provider has told what it takes; a provider that is off takes any. */
static int check_options(void *arg, const char *provider, const json_t *options, char *why,
                         size_t size)
{
    const struct daemon *daemon = arg;
    const struct plugin *plugin = plugin_set_find(daemon->plugins, provider);
    const struct description *description = plugin != NULL ? plugin_description(plugin) : NULL;
    if (description == NULL) {
        return 0;
    }
    json_t *valid = NULL;
    struct config_error error;
    config_error_clear(&error);
    int rc = validate_object(options, description->device_config, "", &valid, &error);
    json_decref(valid);
    if (rc != 0) {
        text_format(why, size, "%s%s%s; %s", error.pointer, error.pointer[0] != '\0' ? ": " : "",
                    error.problem, error.remedy);
    }
    return rc;
}

/* A zone of the system's time zone database. */
static bool has_timezone(void *arg, const char *name)
{
    (void)arg;
    char path[300];
    return strstr(name, "..") == NULL && name[0] != '/' &&
           text_format(path, sizeof(path), "/usr/share/zoneinfo/%s", name) &&
           access(path, R_OK) == 0;
}

void fleet_edit_checks(struct daemon *daemon, struct fleet_checks *checks)
{
    *checks = (struct fleet_checks){.arg = daemon,
                                    .node_id = daemon->config->core.node_id,
                                    .credential = has_credential,
                                    .provider = has_provider,
                                    .options = check_options,
                                    .timezone = has_timezone};
}

/* ---- to the store ---- */

/* The id a write is of; sites have no state. */
static const char *id_of(const struct fleet_write *write)
{
    return write->table == FLEET_TABLE_NVR      ? write->record.nvr.id
           : write->table == FLEET_TABLE_CAMERA ? write->record.camera.id
                                                : write->record.device.id;
}

static const char *site_of(const struct daemon *daemon, const struct fleet_write *write)
{
    const char *id = id_of(write);
    const struct fleet_camera *camera = fleet_find_camera(daemon->fleet, id);
    const struct fleet_nvr *nvr = fleet_find_nvr(daemon->fleet, id);
    return camera != NULL ? camera->record.site_id : nvr != NULL ? nvr->record.site_id : "";
}

static void put_write(const struct daemon *daemon, struct store_batch *batch,
                      const struct fleet_write *write)
{
    switch (write->table) {
    case FLEET_TABLE_SITE:
        if (write->removed) {
            store_del_site(batch, write->record.site.id);
        } else {
            store_put_site(batch, &write->record.site);
        }
        break;
    case FLEET_TABLE_NVR:
        if (write->removed) {
            store_del_nvr(batch, site_of(daemon, write), write->record.nvr.id);
        } else {
            store_put_nvr(batch, &write->record.nvr);
        }
        break;
    case FLEET_TABLE_CAMERA:
        if (write->removed) {
            store_del_camera(batch, site_of(daemon, write), write->record.camera.id);
        } else {
            store_put_camera(batch, &write->record.camera);
        }
        break;
    default:
        if (write->removed) {
            store_del_device(batch, site_of(daemon, write), write->record.device.id);
        } else {
            store_put_device(batch, &write->record.device);
        }
    }
}

/* A camera or NVR that moves to another site leaves no state behind at the old one. */
static void take_state_along(const struct daemon *daemon, struct store_batch *batch,
                             const struct fleet_write *write)
{
    bool is_nvr = write->table == FLEET_TABLE_NVR;
    if (write->removed || (!is_nvr && write->table != FLEET_TABLE_CAMERA)) {
        return;
    }
    const char *to = is_nvr ? write->record.nvr.site_id : write->record.camera.site_id;
    const char *from = site_of(daemon, write);
    if (from[0] == '\0' || strcmp(from, to) == 0) {
        return;
    }
    char name[JOURNAL_COMPONENT_MAX];
    text_format(name, sizeof(name), "%s:%s", is_nvr ? "nvr" : "camera", id_of(write));
    store_del_component(batch, from, name);
    text_format(name, sizeof(name), "device:%s", id_of(write));
    store_del_breaker(batch, from, name);
}

/* ---- into memory ---- */

/* Before the plan is applied: the watch lets go of what will be removed. */
static void forget_removed(struct daemon *daemon, const struct fleet_plan *plan, uint32_t *handles)
{
    for (size_t i = 0; i < plan->write_count; i++) {
        const struct fleet_write *write = &plan->writes[i];
        handles[i] = FLEET_NONE;
        if (!write->removed) {
            continue;
        }
        if (write->table == FLEET_TABLE_CAMERA) {
            const struct fleet_camera *camera =
                fleet_find_camera(daemon->fleet, write->record.camera.id);
            handles[i] = camera != NULL ? camera->handle : FLEET_NONE;
            watch_remove_channel(daemon->watch, handles[i]);
        }
        const struct fleet_device *device = write->table != FLEET_TABLE_SITE
                                                ? fleet_find_device(daemon->fleet, id_of(write))
                                                : NULL;
        if (device != NULL && write->table == FLEET_TABLE_DEVICE &&
            device->record.kind == DEVICE_CAMERA) {
            watch_keep_as_channel(daemon->watch, device->handle, device->owner);
        }
        if (device != NULL) {
            watch_remove(daemon->watch, device->handle);
        }
        if (write->table == FLEET_TABLE_DEVICE && device != NULL) {
            handles[i] = device->handle;
        }
    }
}

static void release_removed(struct daemon *daemon, const struct fleet_plan *plan,
                            const uint32_t *handles)
{
    for (size_t i = 0; i < plan->write_count; i++) {
        if (handles[i] != FLEET_NONE && plan->writes[i].table == FLEET_TABLE_CAMERA) {
            fleet_release_camera(daemon->fleet, handles[i]);
        } else if (handles[i] != FLEET_NONE) {
            fleet_release_device(daemon->fleet, handles[i]);
        }
    }
}

/* Cameras that have lost their own address and go on as a channel. */
static void watch_channels_left(struct daemon *daemon, const struct fleet_plan *plan)
{
    for (size_t i = 0; i < plan->write_count; i++) {
        const struct fleet_write *write = &plan->writes[i];
        bool lost = write->removed && write->table == FLEET_TABLE_DEVICE;
        const struct fleet_camera *camera =
            lost ? fleet_find_camera(daemon->fleet, write->record.device.id) : NULL;
        if (camera != NULL && camera->device == FLEET_NONE) {
            struct health_input input = {.kind = HEALTH_INPUT_AFRESH};
            verdict_step_channel(daemon->watch, camera->handle, &input, NULL);
            verdict_settings_channel(daemon->watch, camera->handle);
            verdict_write_channel(daemon->watch, camera->handle);
        }
    }
}

static void watch_written(struct daemon *daemon, const struct fleet_plan *plan)
{
    bool site_changed = false;
    for (size_t i = 0; i < plan->write_count; i++) {
        const struct fleet_write *write = &plan->writes[i];
        if (write->removed) {
            continue;
        }
        site_changed = site_changed || write->table == FLEET_TABLE_SITE;
        if (write->table == FLEET_TABLE_CAMERA) {
            const struct fleet_camera *camera =
                fleet_find_camera(daemon->fleet, write->record.camera.id);
            watch_add_channel(daemon->watch, camera->handle);
            if (camera->device == FLEET_NONE) {
                verdict_settings_channel(daemon->watch, camera->handle);
                verdict_write_channel(daemon->watch, camera->handle);
            }
        } else if (write->table == FLEET_TABLE_DEVICE) {
            const struct fleet_device *device =
                fleet_find_device(daemon->fleet, write->record.device.id);
            watch_add(daemon->watch, device->handle);
            verdict_write(daemon->watch, device->handle);
        }
    }
    if (site_changed) {
        watch_refresh(daemon->watch);
    }
}

static int apply(struct daemon *daemon, const struct fleet_plan *plan)
{
    uint32_t *handles = calloc(plan->write_count + 1, sizeof(*handles));
    if (handles == NULL) {
        return VMM_E_NOMEM;
    }
    forget_removed(daemon, plan, handles);
    int rc = fleet_apply(daemon->fleet, plan);
    if (rc == 0) {
        release_removed(daemon, plan, handles);
        watch_channels_left(daemon, plan);
        watch_written(daemon, plan);
    }
    free(handles);
    return rc;
}

/* ---- one after another ---- */

static void destroy_edit(struct edit *edit)
{
    fleet_plan_destroy(edit->plan);
    for (size_t i = 0; i < edit->count; i++) {
        json_decref((json_t *)(uintptr_t)edit->requests[i].values);
        free(edit->ids[i]);
    }
    free(edit->requests);
    free(edit->ids);
    free(edit);
}

static void end(struct edit *edit, int rc, const struct fleet_errors *errors)
{
    struct fleet_edits *edits = edit->edits;
    edits->busy = false;
    edits->first = edit->next;
    if (edits->first == NULL) {
        edits->last = &edits->first;
    } else {
        event_active(edits->start, 0, 0);
    }
    edit->edited(edit->arg, rc, edit->plan, errors);
    destroy_edit(edit);
}

/* What the plan removes is judged no more from now on, so that nothing of it is written behind its removal. */
static void leave_removed(struct daemon *daemon, const struct fleet_plan *plan, bool leaving)
{
    for (size_t i = 0; i < plan->write_count; i++) {
        const struct fleet_write *write = &plan->writes[i];
        const struct fleet_device *device = write->removed && write->table != FLEET_TABLE_SITE
                                                ? fleet_find_device(daemon->fleet, id_of(write))
                                                : NULL;
        if (device != NULL) {
            watch_leave(daemon->watch, device->handle, leaving);
        }
    }
}

static void on_written(void *arg, int rc)
{
    struct edit *edit = arg;
    struct daemon *daemon = edit->edits->daemon;
    watch_pulse(daemon->watch);
    edit->edits->busy = false;
    if (rc != 0) {
        leave_removed(daemon, edit->plan, false);
    } else {
        rc = apply(daemon, edit->plan);
    }
    end(edit, rc, NULL);
}

static void write_plan(struct edit *edit)
{
    struct daemon *daemon = edit->edits->daemon;
    struct store_health health;
    store_health(daemon->store, &health);
    if (!health.working) {
        /* Whoever asked is told now; it would be done when nobody expects it any more. */
        end(edit, VMM_E_IO, NULL);
        return;
    }
    struct store_batch *batch = store_batch_create();
    if (batch == NULL) {
        end(edit, VMM_E_NOMEM, NULL);
        return;
    }
    for (size_t i = 0; i < edit->plan->write_count; i++) {
        take_state_along(daemon, batch, &edit->plan->writes[i]);
        put_write(daemon, batch, &edit->plan->writes[i]);
    }
    leave_removed(daemon, edit->plan, true);
    /* What looks have led to until now goes before it: records of devices among it are older. */
    watch_flush(daemon->watch);
    store_submit(daemon->store, batch, on_written, edit);
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct fleet_edits *edits = arg;
    struct edit *edit = edits->first;
    if (edits->busy || edit == NULL) {
        return;
    }
    edits->busy = true;
    struct fleet_checks checks;
    fleet_edit_checks(edits->daemon, &checks);
    struct fleet_errors *errors = calloc(1, sizeof(*errors));
    int rc = errors != NULL ? fleet_plan(edits->daemon->fleet, &checks, edit->requests, edit->count,
                                         &edit->plan, errors)
                            : VMM_E_NOMEM;
    if (rc == 0 && edit->plan->write_count > 0 && !edit->dry_run) {
        write_plan(edit);
    } else {
        end(edit, rc, rc != 0 ? errors : NULL);
    }
    free(errors);
}

static struct edit *make_edit(struct fleet_edits *edits, const struct fleet_request *requests,
                              size_t count)
{
    struct edit *edit = calloc(1, sizeof(*edit));
    if (edit == NULL) {
        return NULL;
    }
    edit->edits = edits;
    edit->requests = calloc(count + 1, sizeof(*edit->requests));
    edit->ids = calloc(count + 1, sizeof(*edit->ids));
    for (size_t i = 0; edit->requests != NULL && edit->ids != NULL && i < count; i++) {
        edit->requests[i] = requests[i];
        edit->ids[i] = strdup(requests[i].id);
        edit->requests[i].id = edit->ids[i];
        json_incref((json_t *)(uintptr_t)requests[i].values);
        edit->count++;
        if (edit->ids[i] == NULL) {
            break;
        }
    }
    if (edit->count != count || (count > 0 && edit->ids[count - 1] == NULL)) {
        destroy_edit(edit);
        return NULL;
    }
    return edit;
}

void fleet_edit(struct daemon *daemon, const struct fleet_request *requests, size_t count,
                bool dry_run, fleet_edited_fn edited, void *arg)
{
    struct fleet_edits *edits = daemon->edits;
    struct edit *edit = make_edit(edits, requests, count);
    if (edit == NULL) {
        edited(arg, VMM_E_NOMEM, NULL, NULL);
        return;
    }
    edit->dry_run = dry_run;
    edit->edited = edited;
    edit->arg = arg;
    *edits->last = edit;
    edits->last = &edit->next;
    event_active(edits->start, 0, 0);
}

bool fleet_edit_under_way(const struct daemon *daemon)
{
    return daemon->edits->busy;
}

struct fleet_edits *fleet_edits_create(struct daemon *daemon)
{
    struct fleet_edits *edits = calloc(1, sizeof(*edits));
    if (edits == NULL) {
        return NULL;
    }
    edits->daemon = daemon;
    edits->last = &edits->first;
    edits->start = event_new(daemon->base, -1, 0, on_start, edits);
    if (edits->start == NULL) {
        free(edits);
        return NULL;
    }
    return edits;
}

void fleet_edits_destroy(struct fleet_edits *edits)
{
    if (edits == NULL) {
        return;
    }
    while (edits->first != NULL) {
        end(edits->first, VMM_E_STATE, NULL);
    }
    event_free(edits->start);
    free(edits);
}

/* ---- credentials ---- */

static bool uses(const struct fleet_device *device, const char *id)
{
    return device != NULL && strcmp(device->record.credential_id, id) == 0;
}

void fleet_credential_changed(struct daemon *daemon, const char *id)
{
    for (uint32_t i = 0; i < fleet_device_end(daemon->fleet); i++) {
        if (uses(fleet_device(daemon->fleet, i), id)) {
            struct health_input input = {.kind = HEALTH_INPUT_CREDENTIAL};
            watch_add(daemon->watch, i);
            verdict_step(daemon->watch, i, &input);
        }
    }
}

uint32_t fleet_credential_uses(const struct daemon *daemon, const char *id)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < fleet_device_end(daemon->fleet); i++) {
        count += uses(fleet_device(daemon->fleet, i), id);
    }
    return count;
}
