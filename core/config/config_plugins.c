/* SPDX-License-Identifier: MIT */
/* What the configuration says of each plugin. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/loader.h"
#include "config/scan.h"
#include "config/suggest.h"

/* The package's settings with the operator's over them, key by key. */
static json_t *merge_given(const json_t *package, const json_t *operator_)
{
    json_t *given = package != NULL ? json_deep_copy(package) : json_object();
    if (given != NULL && operator_ != NULL &&
        json_object_update_recursive(given, (json_t *)operator_) != 0) {
        json_decref(given);
        return NULL;
    }
    return given;
}

/* What stands under plugins.NAME, less "config", which only the plugin's declaration can judge. */
static int check_section(struct loader *loader, const char *name, const json_t *section,
                         json_t **checked)
{
    char pointer[128];
    text_format(pointer, sizeof(pointer), "/plugins/%s", name);
    json_t *copy = json_is_object(section) ? json_copy((json_t *)section) : json_object();
    if (copy == NULL) {
        return VMM_E_NOMEM;
    }
    const json_t *config = json_object_get(section, "config");
    int rc = 0;
    if (section != NULL && !json_is_object(section)) {
        rc = loader_refuse_kind(loader, pointer);
    } else if (config != NULL && !json_is_object(config)) {
        text_format(pointer, sizeof(pointer), "/plugins/%s/config", name);
        rc = loader_refuse_kind(loader, pointer);
    }
    json_object_del(copy, "config");
    if (rc == 0) {
        rc = loader_located(
            loader, validate_object(copy, fragment_settings(), pointer, checked, loader->error));
    }
    json_decref(copy);
    return rc;
}

/* The pages that plugins which are installed, on or off, ask for, for the one that collects them. */
static int collect_asks(const struct loader *loader, json_t *given)
{
    const struct fragment_list *list = &loader->config->fragments;
    json_t *asks = json_array();
    int rc = asks != NULL ? 0 : VMM_E_NOMEM;
    for (size_t i = 0; rc == 0 && i < list->count; i++) {
        rc = list->items[i].asks == NULL || json_array_extend(asks, list->items[i].asks) == 0
                 ? 0
                 : VMM_E_NOMEM;
    }
    if (rc != 0) {
        json_decref(asks);
        return rc;
    }
    return json_object_set_new(given, "asks", asks) == 0 ? 0 : VMM_E_NOMEM;
}

static int add_plugin(struct loader *loader, const struct fragment *fragment)
{
    const json_t *section = json_object_get(loader->plugins, fragment->name);
    json_t *checked = NULL;
    int rc = check_section(loader, fragment->name, section, &checked);
    if (rc != 0) {
        return rc;
    }
    json_int_t hosts = json_integer_value(json_object_get(checked, "hosts"));
    json_t *given = merge_given(fragment->config, json_object_get(section, "config"));
    struct config_plugin *plugin = &loader->config->plugins[loader->config->plugin_count];
    *plugin = (struct config_plugin){
        .fragment = fragment,
        .hosts = hosts > 0 ? (uint32_t)hosts : fragment->hosts,
        .own_sockets = json_is_true(json_object_get(checked, "own_sockets")),
        .given = given,
    };
    json_decref(checked);
    if (given == NULL) {
        return VMM_E_NOMEM;
    }
    loader->config->plugin_count++;
    return fragment->collects_asks ? collect_asks(loader, given) : 0;
}

static int warn_unknown(struct loader *loader, const char *name)
{
    const struct fragment_list *list = &loader->config->fragments;
    char origin[320];
    char pointer[sizeof(loader->error->pointer)];
    struct suggest suggest;
    scan_pointer(pointer, sizeof(pointer), "/plugins", name);
    layers_origin(loader->config->layers, pointer, origin, sizeof(origin));
    suggest_init(&suggest, name);
    for (size_t i = 0; i < list->count; i++) {
        suggest_offer(&suggest, list->items[i].name);
    }
    char clean[TEXT_MAX + 1];
    text_clean(name, strlen(name), clean);
    return loader_warn(loader->config, "%s: no plugin %.64s is installed%s%s%s", origin, clean,
                       suggest.best != NULL ? "; did you mean \"" : "",
                       suggest.best != NULL ? suggest.best : "", suggest.best != NULL ? "\"?" : "");
}

int loader_read_plugins(struct loader *loader)
{
    struct config *config = loader->config;
    const struct fragment_list *list = &config->fragments;
    int rc = 0;
    config->plugins = calloc(list->count + 1, sizeof(*config->plugins));
    if (config->plugins == NULL) {
        return VMM_E_NOMEM;
    }
    for (size_t i = 0; rc == 0 && i < list->count; i++) {
        rc = add_plugin(loader, &list->items[i]);
    }
    for (void *i = json_object_iter(loader->plugins); rc == 0 && i != NULL;
         i = json_object_iter_next(loader->plugins, i)) {
        if (fragment_find(list, json_object_iter_key(i)) == NULL) {
            rc = warn_unknown(loader, json_object_iter_key(i));
        }
    }
    return rc;
}
