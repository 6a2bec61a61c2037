/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/environment.h"
#include "config/loader.h"
#include "config/override.h"
#include "config/scan.h"
#include "config/secret.h"

int loader_located(const struct loader *loader, int rc)
{
    struct config_error *error = loader->error;
    if (rc != VMM_E_INVAL || error->file[0] != '\0') {
        return rc;
    }
    const char *variable =
        json_string_value(json_object_get(loader->config->forced, error->pointer));
    if (variable != NULL) {
        text_format(error->file, sizeof(error->file), "environment %s", variable);
    } else {
        layers_locate(loader->config->layers, error);
    }
    return rc;
}

int loader_warn(struct config *config, const char *format, ...)
{
    char line[CONFIG_ERROR_LINE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    size_t count = 0;
    while (config->warnings != NULL && config->warnings[count] != NULL) {
        count++;
    }
    char **warnings = realloc(config->warnings, (count + 2) * sizeof(*warnings));
    if (warnings == NULL) {
        return VMM_E_NOMEM;
    }
    config->warnings = warnings;
    warnings[count] = strdup(line);
    warnings[count + 1] = NULL;
    return warnings[count] != NULL ? 0 : VMM_E_NOMEM;
}

/* ---- Files ---- */

static int add_folder(struct loader *loader)
{
    char folder[4096];
    const char *file = loader->sources->file;
    if (loader->sources->folder != NULL) {
        text_format(folder, sizeof(folder), "%s", loader->sources->folder);
    } else if (file != NULL) {
        const char *slash = strrchr(file, '/');
        size_t length = slash != NULL ? (size_t)(slash - file) + 1 : 0;
        text_format(folder, sizeof(folder), "%.*sconf.d", (int)length, file);
    } else {
        return 0;
    }
    return layers_add_folder(loader->config->layers, folder, loader->error);
}

int loader_refuse_kind(struct loader *loader, const char *pointer)
{
    config_error_set(loader->error, pointer, "write { \"name\": value, … }", "this is no object");
    return loader_located(loader, VMM_E_INVAL);
}

/* Take the parts out of the root that no declared item describes. */
static int split(struct loader *loader)
{
    loader->root = json_deep_copy(layers_root(loader->config->layers));
    if (loader->root == NULL) {
        return VMM_E_NOMEM;
    }
    loader->flags = json_object_get(layers_root(loader->config->layers), "flags");
    loader->plugins = json_object_get(layers_root(loader->config->layers), "plugins");
    json_object_del(loader->root, "$schema");
    json_object_del(loader->root, "flags");
    json_object_del(loader->root, "plugins");
    if (loader->flags != NULL && !json_is_object(loader->flags)) {
        return loader_refuse_kind(loader, "/flags");
    }
    if (loader->plugins != NULL && !json_is_object(loader->plugins)) {
        return loader_refuse_kind(loader, "/plugins");
    }
    return 0;
}

static int read_files(struct loader *loader)
{
    int rc = 0;
    if (loader->sources->file != NULL) {
        rc = layers_add_file(loader->config->layers, loader->sources->file, loader->error);
    }
    if (rc == 0) {
        rc = add_folder(loader);
    }
    return rc == 0 ? split(loader) : rc;
}

/* ---- Settings ---- */

static size_t count_items(config_items items)
{
    size_t count = 0;
    while (items != NULL && items[count] != NULL) {
        count++;
    }
    return count;
}

/* One list of the core's items and those of the other modules. */
static int collect_items(struct loader *loader)
{
    const config_items *modules = loader->sources->modules;
    size_t count = count_items(core_config_items());
    for (size_t i = 0; modules != NULL && modules[i] != NULL; i++) {
        count += count_items(modules[i]);
    }
    loader->items = calloc(count + 1, sizeof(*loader->items));
    if (loader->items == NULL) {
        return VMM_E_NOMEM;
    }
    size_t used = count_items(core_config_items());
    memcpy(loader->items, core_config_items(), used * sizeof(*loader->items));
    for (size_t i = 0; modules != NULL && modules[i] != NULL; i++) {
        size_t more = count_items(modules[i]);
        memcpy(loader->items + used, modules[i], more * sizeof(*loader->items));
        used += more;
    }
    return 0;
}

static int set_if_absent(json_t *settings, const char *key, const char *value)
{
    if (json_object_get(settings, key) != NULL) {
        return 0;
    }
    json_t *text = json_string(value);
    return text != NULL && json_object_set_new(settings, key, text) == 0 ? 0 : VMM_E_NOMEM;
}

static int complete_settings(struct loader *loader)
{
    const struct config_sources *sources = loader->sources;
    json_t *settings = loader->config->settings;
    int rc = set_if_absent(settings, "node_id",
                           sources->host_name != NULL ? sources->host_name : "node");
    if (rc == 0) {
        rc = set_if_absent(settings, "plugin_dir",
                           sources->plugin_dir != NULL ? sources->plugin_dir : "plugins");
    }
    if (rc == 0) {
        rc = core_config_derive(settings);
    }
    if (rc == 0) {
        rc = loader_located(loader, core_config_check(settings, loader->error));
    }
    if (rc == 0) {
        core_config_read(settings, &loader->config->core);
    }
    return rc;
}

static int read_settings(struct loader *loader)
{
    struct config *config = loader->config;
    int rc = collect_items(loader);
    if (rc == 0) {
        rc = override_apply(loader->root, loader->items, config->environment, config->forced);
    }
    if (rc == 0) {
        rc = loader_located(loader, validate_object(loader->root, loader->items, "",
                                                    &config->settings, loader->error));
    }
    return rc == 0 ? complete_settings(loader) : rc;
}

/* ---- Flags ---- */

static int declare_flags(struct loader *loader)
{
    const struct fragment_list *list = &loader->config->fragments;
    for (size_t i = 0; i < list->count; i++) {
        const struct fragment *fragment = &list->items[i];
        int rc = flags_declare(loader->config->flags, fragment->flag, fragment->summary);
        if (rc == VMM_E_EXIST) {
            text_format(loader->error->file, sizeof(loader->error->file), "%s", fragment->path);
            config_error_set(loader->error, "", "give the plugin a flag of its own",
                             "%s is the flag of something else", fragment->flag);
            return VMM_E_INVAL;
        }
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int read_flags(struct loader *loader)
{
    struct config *config = loader->config;
    int rc = declare_flags(loader);
    for (void *i = json_object_iter(loader->flags); rc == 0 && i != NULL;
         i = json_object_iter_next(loader->flags, i)) {
        const char *name = json_object_iter_key(i);
        char pointer[sizeof(loader->error->pointer)];
        char origin[320];
        scan_pointer(pointer, sizeof(pointer), "/flags", name);
        layers_origin(config->layers, pointer, origin, sizeof(origin));
        rc = loader_located(loader, flags_set(config->flags, name, json_object_iter_value(i),
                                              origin, loader->error));
        if (rc == VMM_E_NOENT) {
            rc = loader_warn(config, "%s: %s: nothing that reads this flag is installed", origin,
                             name);
        }
    }
    return rc == 0 ? flags_force(config->flags, config->environment, loader->error) : rc;
}

/* ---- All of it ---- */

static int prepare(struct loader *loader)
{
    struct config *config = loader->config;
    config->layers = layers_create();
    config->flags = flags_create();
    config->forced = json_object();
    config->warnings = calloc(1, sizeof(*config->warnings));
    config->environment = environment_copy(loader->sources->environment);
    bool good = config->layers != NULL && config->flags != NULL && config->forced != NULL &&
                config->warnings != NULL && config->environment != NULL;
    return good ? 0 : VMM_E_NOMEM;
}

static int load(struct loader *loader)
{
    int rc = prepare(loader);
    if (rc == 0) {
        rc = read_files(loader);
    }
    if (rc == 0) {
        rc = read_settings(loader);
    }
    if (rc == 0) {
        rc = fragment_scan(loader->config->core.plugin_dir, &loader->config->fragments,
                           loader->error);
    }
    if (rc == 0) {
        rc = read_flags(loader);
    }
    return rc == 0 ? loader_read_plugins(loader) : rc;
}

int config_load(const struct config_sources *sources, struct config **out,
                struct config_error *error)
{
    struct loader loader = {.sources = sources, .error = error};
    config_error_clear(error);
    loader.config = calloc(1, sizeof(*loader.config));
    if (loader.config == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = load(&loader);
    json_decref(loader.root);
    free(loader.items);
    if (rc != 0) {
        config_destroy(loader.config);
        return rc;
    }
    *out = loader.config;
    return 0;
}

void config_destroy(struct config *config)
{
    if (config == NULL) {
        return;
    }
    for (size_t i = 0; i < config->plugin_count; i++) {
        json_decref((json_t *)config->plugins[i].given);
    }
    free(config->plugins);
    fragment_list_finish(&config->fragments);
    flags_destroy(config->flags);
    json_decref(config->settings);
    json_decref(config->forced);
    for (size_t i = 0; config->warnings != NULL && config->warnings[i] != NULL; i++) {
        free(config->warnings[i]);
    }
    free(config->warnings);
    environment_destroy(config->environment);
    layers_destroy(config->layers);
    free(config);
}

const struct config_plugin *config_find_plugin(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->plugin_count; i++) {
        if (strcmp(config->plugins[i].fragment->name, name) == 0) {
            return &config->plugins[i];
        }
    }
    return NULL;
}

/* A setting of a plugin stands in the operator's files or in the package's fragment. */
static void locate_plugin(const struct config *config, const struct config_plugin *plugin,
                          struct config_error *error)
{
    char origin[320];
    const char *within = strstr(error->pointer, "/config");
    layers_origin(config->layers, error->pointer, origin, sizeof(origin));
    bool in_fragment = origin[0] == '\0' && plugin->fragment->document != NULL && within != NULL &&
                       document_locate(plugin->fragment->document, within, error);
    if (!in_fragment) {
        layers_locate(config->layers, error);
    }
}

int config_plugin_settings(const struct config *config, const struct config_plugin *plugin,
                           config_items items, struct buf *out, struct config_error *error)
{
    char at[64];
    json_t *checked = NULL;
    config_error_clear(error);
    text_format(at, sizeof(at), "/plugins/%s/config", plugin->fragment->name);
    int rc = validate_object(plugin->given, items, at, &checked, error);
    if (rc == 0) {
        rc = secret_fill(checked, items, config->environment, at, error);
    }
    if (rc == VMM_E_INVAL) {
        locate_plugin(config, plugin, error);
    }
    char *text = rc == 0 ? json_dumps(checked, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(checked);
    if (text == NULL) {
        return rc != 0 ? rc : VMM_E_NOMEM;
    }
    buf_text(out, text);
    explicit_bzero(text, strlen(text));
    free(text);
    return buf_failed(out) ? VMM_E_NOMEM : 0;
}

const char *config_origin(const struct config *config, const char *pointer, char *out, size_t size)
{
    if (json_object_get(config->forced, pointer) != NULL) {
        text_format(out, size, "environment");
        return out;
    }
    layers_origin(config->layers, pointer, out, size);
    if (out[0] == '\0') {
        text_format(out, size, "default");
    }
    return out;
}
