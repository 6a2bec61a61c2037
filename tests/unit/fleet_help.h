/* SPDX-License-Identifier: MIT */
/* Changing a fleet in tests, and a shadow of the store that holds its constraints at every step. */
#ifndef TESTS_FLEET_HELP_H
#define TESTS_FLEET_HELP_H

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/fleet_change.h"
#include "fleet/fleet_export.h"
#include "fleet/fleet_load.h"

/* ---- Checks ---- */

static bool help_credential(void *arg, const char *id, const char *site)
{
    (void)arg;
    return strcmp(id, "cred1") == 0 && strcmp(site, "tpe1") == 0;
}

static bool help_provider(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "vivotek") == 0 || strcmp(name, "generic") == 0;
}

static int help_options(void *arg, const char *provider, const json_t *options, char *why,
                        size_t size)
{
    (void)arg;
    (void)provider;
    text_format(why, size, "no such option");
    return json_object_get(options, "bad") != NULL ? VMM_E_INVAL : 0;
}

static bool help_timezone(void *arg, const char *name)
{
    (void)arg;
    return strncmp(name, "Mars/", 5) != 0;
}

static const struct fleet_checks help_checks = {
    .credential = help_credential,
    .provider = help_provider,
    .options = help_options,
    .timezone = help_timezone,
    .node_id = "node-a",
};

/* ---- Changes ---- */

/* "a=1 b=2" as the values of a request. */
__attribute__((unused)) static json_t *help_values(const char *arguments)
{
    char *list[16] = {NULL};
    char *copy = strdup(arguments);
    char *rest = copy;
    size_t count = 0;
    json_t *values = NULL;
    struct fleet_error error;
    for (char *word = strsep(&rest, " "); word != NULL && count < 16; word = strsep(&rest, " ")) {
        if (word[0] != '\0') {
            list[count++] = word;
        }
    }
    cr_assert_eq(fleet_arguments(list, count, &values, &error), 0, "%s", error.problem);
    free(copy);
    return values;
}

__attribute__((unused)) static int help_plan(struct fleet *fleet,
                                             const struct fleet_request *request, bool apply,
                                             char *line, size_t size)
{
    static struct fleet_errors errors;
    struct fleet_plan *plan = NULL;
    line[0] = '\0';
    int rc = fleet_plan(fleet, &help_checks, request, 1, &plan, &errors);
    if (rc != 0) {
        fleet_error_text(&errors.items[0], line, size);
        return rc;
    }
    rc = apply ? fleet_apply(fleet, plan) : 0;
    fleet_plan_destroy(plan);
    return rc;
}

__attribute__((unused)) static int help_change(struct fleet *fleet, unsigned verb, unsigned kind,
                                               const char *id, const char *arguments, bool apply,
                                               char *line, size_t size)
{
    json_t *values = help_values(arguments);
    const struct fleet_request request = {
        .verb = verb, .kind = kind, .id = id, .values = values, .from_text = true, .index = -1};
    int rc = help_plan(fleet, &request, apply, line, size);
    json_decref(values);
    return rc;
}

__attribute__((unused)) static int help_cascade(struct fleet *fleet, unsigned kind, const char *id,
                                                char *line, size_t size)
{
    const struct fleet_request request = {
        .verb = FLEET_REMOVE, .kind = kind, .id = id, .cascade = true, .index = -1};
    return help_plan(fleet, &request, true, line, size);
}

__attribute__((unused)) static void help_load(struct fleet *fleet, const char *json)
{
    static struct fleet_errors errors;
    struct fleet_plan *plan = NULL;
    char line[1024] = "";
    int rc = fleet_load(fleet, &help_checks, json, strlen(json), &plan, &errors);
    if (rc == VMM_E_INVAL) {
        fleet_error_text(&errors.items[0], line, sizeof(line));
    }
    cr_assert_eq(rc, 0, "%s", line);
    cr_assert_eq(fleet_apply(fleet, plan), 0);
    fleet_plan_destroy(plan);
}

/* ---- The shadow ---- */

/* A second fleet that gets the writes one by one, as the store does: it refuses each that clashes. */
struct shadow {
    struct fleet *fleet;
};

__attribute__((unused)) static struct shadow *shadow_create(void)
{
    struct shadow *shadow = calloc(1, sizeof(*shadow));
    shadow->fleet = fleet_create();
    return shadow;
}

__attribute__((unused)) static void shadow_destroy(struct shadow *shadow)
{
    fleet_destroy(shadow->fleet);
    free(shadow);
}

static int shadow_write(struct fleet *fleet, const struct fleet_write *write)
{
    switch (write->table) {
    case FLEET_TABLE_SITE:
        return write->removed ? fleet_remove_site(fleet, write->record.site.id)
                              : fleet_put_site(fleet, &write->record.site);
    case FLEET_TABLE_NVR:
        /* A device refers to its NVR; it has to be gone before. */
        if (write->removed) {
            cr_assert_null(fleet_find_device(fleet, write->record.nvr.id));
        }
        return write->removed ? fleet_remove_nvr(fleet, write->record.nvr.id)
                              : fleet_put_nvr(fleet, &write->record.nvr);
    case FLEET_TABLE_CAMERA:
        if (write->removed) {
            cr_assert_null(fleet_find_device(fleet, write->record.camera.id));
        }
        return write->removed ? fleet_remove_camera(fleet, write->record.camera.id)
                              : fleet_put_camera(fleet, &write->record.camera);
    default:
        return write->removed ? fleet_remove_device(fleet, write->record.device.id)
                              : fleet_put_device(fleet, &write->record.device);
    }
}

__attribute__((unused)) static void shadow_apply(struct shadow *shadow,
                                                 const struct fleet_plan *plan)
{
    for (size_t i = 0; i < plan->write_count; i++) {
        int rc = shadow_write(shadow->fleet, &plan->writes[i]);
        cr_assert_eq(rc, 0, "write %zu of %zu, table %u: %d", i, plan->write_count,
                     plan->writes[i].table, rc);
    }
}

/* Both are the same, and every list and reference holds together. */
__attribute__((unused)) static void shadow_expect(const struct shadow *shadow,
                                                  const struct fleet *fleet)
{
    struct buf a;
    struct buf b;
    buf_init(&a);
    buf_init(&b);
    cr_assert_eq(fleet_export(shadow->fleet, NULL, &a), 0);
    cr_assert_eq(fleet_export(fleet, NULL, &b), 0);
    cr_assert_str_eq(buf_cstr(&a), buf_cstr(&b));
    buf_finish(&a);
    buf_finish(&b);
    uint32_t cameras = 0;
    uint32_t nvrs = 0;
    for (uint32_t s = 0; s < fleet_site_end(fleet); s++) {
        const struct fleet_site *site = fleet_site(fleet, s);
        uint32_t counted = 0;
        for (uint32_t at = site != NULL ? site->first_camera : FLEET_NONE; at != FLEET_NONE;
             at = fleet_camera(fleet, at)->next) {
            const struct fleet_camera *camera = fleet_camera(fleet, at);
            const struct fleet_nvr *nvr = fleet_nvr(fleet, camera->nvr);
            const struct fleet_device *device = fleet_device(fleet, camera->device);
            cr_assert_str_eq(camera->record.site_id, site->record.id);
            cr_assert_eq(nvr != NULL, camera->record.nvr_id[0] != '\0');
            cr_assert(nvr == NULL || nvr->site == s);
            cr_assert(nvr == NULL ||
                      fleet_channel(fleet, nvr->handle, camera->record.nvr_channel) == camera);
            cr_assert(nvr != NULL || device != NULL);
            cr_assert(device == NULL || (device->site == s && device->owner == at));
            cr_assert(device == NULL || strcmp(device->record.site_id, site->record.id) == 0);
            counted++;
        }
        cr_assert(site == NULL || counted == site->camera_count);
        cameras += counted;
        nvrs += site != NULL ? site->nvr_count : 0;
    }
    cr_assert_eq(cameras, fleet_camera_count(fleet));
    cr_assert_eq(nvrs, fleet_nvr_count(fleet));
}

#endif
