/* SPDX-License-Identifier: MIT */
#include "main/fleet_edit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/log.h"
#include "base/text.h"
#include "main/fleet_rows.h"
#include "main/options_check.h"
#include "main/watch.h"

struct edit {
    struct edit *next;
    struct fleet_request *requests;
    char **ids;
    size_t count;
    json_t *list; /* of credentials; NULL: none */
    struct credentials credentials;
    bool dry_run;
    fleet_edited_fn edited;
    void *arg;
    struct fleet_plan *plan;
    struct options_check *check; /* what plugins say of its options */
    struct fleet_edits *edits;
};

struct fleet_edits {
    struct daemon *daemon;
    struct event *start;
    struct edit *first;
    struct edit **last;
    bool busy;                         /* the first one is being written */
    const struct credentials *planned; /* with the change that is being planned; NULL: none */
    struct options_check *check;       /* of that change; NULL: none */
    uint32_t serial;                   /* of the last change */
};

/* ---- checks ---- */

static bool has_credential(void *arg, const char *id, const char *site_id)
{
    const struct daemon *daemon = arg;
    const struct credentials *planned = daemon->edits->planned;
    const struct credential_item *item = planned != NULL ? credentials_find(planned, id) : NULL;
    const struct credential_record *credential = vault_find(daemon->vault, id);
    const char *its_site = item != NULL         ? item->site_id
                           : credential != NULL ? credential->site_id
                                                : NULL;
    return its_site != NULL && (its_site[0] == '\0' || strcmp(its_site, site_id) == 0);
}

/* A site that is there, or comes with the same change: sites stand first in it. */
static bool has_site(void *arg, const char *id)
{
    const struct edit *edit = arg;
    for (size_t i = 0; i < edit->count && edit->requests[i].kind == FLEET_SITE; i++) {
        if (edit->requests[i].verb != FLEET_REMOVE && strcmp(edit->ids[i], id) == 0) {
            return true;
        }
    }
    return fleet_find_site(edit->edits->daemon->fleet, id) != NULL;
}

static bool has_provider(void *arg, const char *name)
{
    const struct daemon *daemon = arg;
    return config_find_plugin(daemon->config, name) != NULL;
}

/* What the plugin itself says, where it has a word in it. */
static int ask_plugin(const struct daemon *daemon, const struct plugin *plugin,
                      const json_t *options, char *why, size_t size)
{
    struct options_check *check = daemon->edits->check;
    bool is_asked = check != NULL && description_offers(plugin_description(plugin), VMM_OPTIONS);
    return is_asked ? options_check_find(check, plugin, options, why, size) : 0;
}

/* Options are checked once their provider has told what it takes; a provider that is off takes any. */
static int check_options(void *arg, const char *provider, const json_t *options, char *why,
                         size_t size)
{
    const struct daemon *daemon = arg;
    const struct plugin *plugin = plugin_set_find(daemon->plugins, provider);
    const struct description *description = plugin != NULL ? plugin_description(plugin) : NULL;
    if (description == NULL || (description->traits & VMM_TRAIT_HANDS_OVER) != 0) {
        return 0;
    }
    json_t *valid = NULL;
    struct config_error error;
    config_error_clear(&error);
    int rc = validate_object(options, description->device_config, "", &valid, &error);
    if (rc != 0) {
        text_format(why, size, "%s%s%s; %s", error.pointer, error.pointer[0] != '\0' ? ": " : "",
                    error.problem, error.remedy);
    } else {
        rc = ask_plugin(daemon, plugin, valid, why, size);
    }
    json_decref(valid);
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

/* The provider that finds out whose a device is: the one that goes by all plugins' signs. */
static const char *finder_of(const struct config *config)
{
    for (size_t i = 0; i < config->plugin_count; i++) {
        if (config->plugins[i].fragment->collects_asks) {
            return config->plugins[i].fragment->name;
        }
    }
    return NULL;
}

void fleet_edit_checks(struct daemon *daemon, struct fleet_checks *checks)
{
    *checks = (struct fleet_checks){.arg = daemon,
                                    .node_id = daemon->config->core.node_id,
                                    .finder = finder_of(daemon->config),
                                    .credential = has_credential,
                                    .provider = has_provider,
                                    .options = check_options,
                                    .timezone = has_timezone};
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
        const struct fleet_device *device =
            write->table != FLEET_TABLE_SITE
                ? fleet_find_device(daemon->fleet, fleet_rows_id(write))
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
    options_check_destroy(edit->check);
    fleet_plan_destroy(edit->plan);
    credentials_finish(&edit->credentials);
    json_decref(edit->list);
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
    struct fleet_edited edited = {rc, edit->plan, edit->list != NULL ? &edit->credentials : NULL,
                                  errors};
    edit->edited(edit->arg, &edited);
    destroy_edit(edit);
}

/* What the plan removes is judged no more from now on, so that nothing of it is written behind its removal. */
static void leave_removed(struct daemon *daemon, const struct fleet_plan *plan, bool leaving)
{
    for (size_t i = 0; i < plan->write_count; i++) {
        const struct fleet_write *write = &plan->writes[i];
        const struct fleet_device *device =
            write->removed && write->table != FLEET_TABLE_SITE
                ? fleet_find_device(daemon->fleet, fleet_rows_id(write))
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
        credentials_take_back(&edit->credentials);
    } else {
        rc = apply(daemon, edit->plan);
        credentials_tell(&edit->credentials);
    }
    end(edit, rc, NULL);
}

/* The fleet's rows, in one transaction; its credentials are written already. */
static void write_fleet(struct edit *edit)
{
    struct daemon *daemon = edit->edits->daemon;
    struct store_batch *batch = store_batch_create();
    if (batch == NULL) {
        credentials_take_back(&edit->credentials);
        end(edit, VMM_E_NOMEM, NULL);
        return;
    }
    fleet_rows_put(daemon, batch, edit->plan);
    leave_removed(daemon, edit->plan, true);
    /* What looks have led to until now goes before it: records of devices among it are older. */
    watch_flush(daemon->watch);
    store_submit(daemon->store, batch, on_written, edit);
}

/* Credentials first: what refers to one finds it, also when vmmd is killed between the two. */
static void write_all(struct edit *edit)
{
    struct store_health health;
    store_health(edit->edits->daemon->store, &health);
    bool has_fleet = edit->plan->write_count > 0;
    /* Whoever asked is told now; it would be done when nobody expects it any more. */
    int rc = has_fleet && !health.working ? VMM_E_IO : credentials_write(&edit->credentials);
    if (rc == 0 && has_fleet) {
        write_fleet(edit);
        return;
    }
    if (rc == 0) {
        credentials_tell(&edit->credentials);
    }
    end(edit, rc, NULL);
}

static int plan_edit(struct edit *edit, struct fleet_errors *errors)
{
    struct fleet_edits *edits = edit->edits;
    struct fleet_checks checks;
    fleet_edit_checks(edits->daemon, &checks);
    int rc =
        credentials_read(&edit->credentials, edits->daemon, edit->list, has_site, edit, errors);
    if (rc != 0) {
        return rc;
    }
    edits->planned = &edit->credentials;
    edits->check = edit->check;
    rc =
        fleet_plan(edits->daemon->fleet, &checks, edit->requests, edit->count, &edit->plan, errors);
    edits->check = NULL;
    edits->planned = NULL;
    return rc;
}

/* Plan it; again once the plugins have said what they think of options that are new to it. */
static void try_edit(void *arg)
{
    struct edit *edit = arg;
    struct fleet_errors *errors = calloc(1, sizeof(*errors));
    int rc = errors != NULL ? plan_edit(edit, errors) : VMM_E_NOMEM;
    if (rc != VMM_E_NOMEM && options_check_ask(edit->check)) {
        fleet_plan_destroy(edit->plan);
        credentials_finish(&edit->credentials);
        edit->plan = NULL;
    } else if (rc == 0 && !edit->dry_run) {
        write_all(edit);
    } else {
        end(edit, rc, rc != 0 ? errors : NULL);
    }
    free(errors);
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
    edit->check = options_check_create(edits->daemon, ++edits->serial, try_edit, edit);
    if (edit->check == NULL) {
        end(edit, VMM_E_NOMEM, NULL);
        return;
    }
    try_edit(edit);
}

static struct edit *make_edit(struct fleet_edits *edits, const struct fleet_order *order)
{
    const struct fleet_request *requests = order->requests;
    size_t count = order->count;
    struct edit *edit = calloc(1, sizeof(*edit));
    if (edit == NULL) {
        return NULL;
    }
    edit->edits = edits;
    edit->list = json_incref(order->credentials);
    edit->dry_run = order->dry_run;
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

void fleet_edit(struct daemon *daemon, const struct fleet_order *order, fleet_edited_fn edited,
                void *arg)
{
    struct fleet_edits *edits = daemon->edits;
    struct edit *edit = make_edit(edits, order);
    if (edit == NULL) {
        edited(arg, &(struct fleet_edited){.rc = VMM_E_NOMEM});
        return;
    }
    edit->edited = edited;
    edit->arg = arg;
    *edits->last = edit;
    edits->last = &edit->next;
    event_active(edits->start, 0, 0);
}

int fleet_edit_checked(struct daemon *daemon, const struct host *host, const struct frame *frame)
{
    struct edit *edit = daemon->edits->first;
    bool is_waiting = daemon->edits->busy && edit->check != NULL;
    return is_waiting ? options_check_answer(edit->check, host, frame) : 0;
}

void fleet_edit_lost(struct daemon *daemon, const struct host *host)
{
    struct edit *edit = daemon->edits->first;
    if (daemon->edits->busy && edit->check != NULL) {
        options_check_lost(edit->check, host);
    }
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
