/* SPDX-License-Identifier: MIT */
#include "config/validate.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/scan.h"
#include "config/suggest.h"
#include "config/validate_value.h"

#define POINTER_SIZE sizeof(((struct config_error *)NULL)->pointer)

static int check(const json_t *value, const struct vmm_config_item *item, const char *at,
                 json_t **out, struct config_error *error);

static const struct vmm_config_item *find_item(config_items items, const char *name)
{
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        if (strcmp(items[i]->name, name) == 0) {
            return items[i];
        }
    }
    return NULL;
}

static void put_names(config_items items, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        const char *name = items[i]->name;
        bool more = items[i + 1] != NULL;
        if (used + strlen(name) + 12 > size) {
            text_format(out + used, size - used, "…");
            return;
        }
        text_format(out + used, size - used, "%s%s", name, more ? ", " : "");
        used += strlen(out + used);
    }
}

static int refuse_key(const char *key, config_items items, const char *at,
                      struct config_error *error)
{
    char clean[TEXT_MAX + 1];
    char remedy[256];
    char names[200];
    struct suggest suggest;
    suggest_init(&suggest, key);
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        suggest_offer(&suggest, items[i]->name);
    }
    put_names(items, names, sizeof(names));
    if (suggest.best != NULL) {
        text_format(remedy, sizeof(remedy), "did you mean \"%s\"?", suggest.best);
    } else if (names[0] != '\0') {
        text_format(remedy, sizeof(remedy), "what can stand here: %s", names);
    } else {
        text_format(remedy, sizeof(remedy), "nothing can be set here");
    }
    text_clean(key, strlen(key), clean);
    text_format(error->found, sizeof(error->found), "\"%s\"", clean);
    config_error_set(error, at, remedy, "no such setting");
    return VMM_E_INVAL;
}

static int refuse_unknown(const json_t *value, config_items items, const char *at,
                          struct config_error *error)
{
    for (void *i = json_object_iter((json_t *)value); i != NULL;
         i = json_object_iter_next((json_t *)value, i)) {
        const char *key = json_object_iter_key(i);
        if (find_item(items, key) == NULL) {
            char pointer[POINTER_SIZE];
            scan_pointer(pointer, sizeof(pointer), at, key);
            return refuse_key(key, items, pointer, error);
        }
    }
    return 0;
}

/* ---- What is not given ---- */

static bool needs_something(config_items items)
{
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        if ((items[i]->flags & VMM_CONFIG_REQUIRED) != 0) {
            return true;
        }
    }
    return false;
}

static int refuse_missing(const struct vmm_config_item *item, const char *at,
                          struct config_error *error)
{
    char remedy[256];
    text_format(remedy, sizeof(remedy), "add it: %s",
                item->summary != NULL ? item->summary : item->name);
    text_format(error->found, sizeof(error->found), "nothing");
    config_error_set(error, at, remedy, "this setting is missing");
    return VMM_E_INVAL;
}

static int fill_default(const struct vmm_config_item *item, const char *at, json_t **out,
                        struct config_error *error)
{
    *out = NULL;
    if ((item->flags & VMM_CONFIG_REQUIRED) != 0) {
        return refuse_missing(item, at, error);
    }
    if (item->default_json == NULL) {
        bool whole = item->type == VMM_CONFIG_OBJECT && !needs_something(item->items);
        return whole ? validate_object(NULL, item->items, at, out, error) : 0;
    }
    json_t *value = json_loads(item->default_json, JSON_DECODE_ANY, NULL);
    if (value == NULL) {
        config_error_set(error, at, "write it as it would stand in the file",
                         "the declared default is no JSON");
        return VMM_E_INVAL;
    }
    int rc = check(value, item, at, out, error);
    json_decref(value);
    return rc;
}

/* ---- Objects and lists ---- */

static int check_member(const json_t *value, const struct vmm_config_item *item, const char *at,
                        json_t *object, struct config_error *error)
{
    char pointer[POINTER_SIZE];
    scan_pointer(pointer, sizeof(pointer), at, item->name);
    const json_t *given = json_object_get(value, item->name);
    json_t *made = NULL;
    int rc = given != NULL ? check(given, item, pointer, &made, error)
                           : fill_default(item, pointer, &made, error);
    if (rc != 0 || made == NULL) {
        return rc;
    }
    return json_object_set_new(object, item->name, made) == 0 ? 0 : VMM_E_NOMEM;
}

int validate_object(const json_t *value, config_items items, const char *at, json_t **out,
                    struct config_error *error)
{
    if (value != NULL && !json_is_object(value)) {
        return validate_refuse(value, at, "object", "write { \"key\": value, … }", error);
    }
    int rc = refuse_unknown(value, items, at, error);
    if (rc != 0) {
        return rc;
    }
    json_t *object = json_object();
    if (object == NULL) {
        return VMM_E_NOMEM;
    }
    for (size_t i = 0; rc == 0 && items != NULL && items[i] != NULL; i++) {
        rc = check_member(value, items[i], at, object, error);
    }
    if (rc != 0) {
        json_decref(object);
        return rc;
    }
    *out = object;
    return 0;
}

static int check_entry(const json_t *value, config_items items, const char *at, json_t **out,
                       struct config_error *error)
{
    static const struct vmm_config_item text = {.struct_size = sizeof(text),
                                                .type = VMM_CONFIG_TEXT};
    return items != NULL ? validate_object(value, items, at, out, error)
                         : validate_value(value, &text, at, out, error);
}

static int check_entries(const json_t *value, config_items items, const char *at, json_t *list,
                         struct config_error *error)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        char pointer[POINTER_SIZE];
        json_t *made = NULL;
        text_format(pointer, sizeof(pointer), "%s/%zu", at, i);
        int rc = check_entry(json_array_get(value, i), items, pointer, &made, error);
        if (rc != 0) {
            return rc;
        }
        if (json_array_append_new(list, made) != 0) {
            return VMM_E_NOMEM;
        }
    }
    return 0;
}

static int check_list(const json_t *value, const struct vmm_config_item *item, const char *at,
                      json_t **out, struct config_error *error)
{
    int64_t min = 0;
    int64_t max = 0;
    validate_limits(item, &min, &max);
    if (!json_is_array(value)) {
        return validate_refuse(value, at, "list", "write [ … ]", error);
    }
    int64_t count = (int64_t)json_array_size(value);
    if (count < min || count > max) {
        char remedy[96];
        text_format(remedy, sizeof(remedy), "write %lld to %lld of them", (long long)min,
                    (long long)max);
        config_error_set(error, at, remedy, "the list has %lld entries", (long long)count);
        return VMM_E_INVAL;
    }
    json_t *list = json_array();
    if (list == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = check_entries(value, item->items, at, list, error);
    if (rc != 0) {
        json_decref(list);
        return rc;
    }
    *out = list;
    return 0;
}

static int check(const json_t *value, const struct vmm_config_item *item, const char *at,
                 json_t **out, struct config_error *error)
{
    if (item->type == VMM_CONFIG_OBJECT) {
        return validate_object(value, item->items, at, out, error);
    }
    if (item->type == VMM_CONFIG_LIST) {
        return check_list(value, item, at, out, error);
    }
    return validate_value(value, item, at, out, error);
}

int validate_text(const char *json, config_items items, const char *at, struct buf *out,
                  struct config_error *error)
{
    json_error_t where;
    json_t *value = json_loads(json, JSON_REJECT_DUPLICATES, &where);
    if (value == NULL) {
        config_error_set(error, at, "write { \"key\": value, … }", "this is no JSON: %s",
                         where.text);
        return VMM_E_INVAL;
    }
    json_t *checked = NULL;
    int rc = validate_object(value, items, at, &checked, error);
    json_decref(value);
    if (rc != 0) {
        return rc;
    }
    char *text = json_dumps(checked, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(checked);
    if (text == NULL) {
        return VMM_E_NOMEM;
    }
    buf_text(out, text);
    free(text);
    return buf_failed(out) ? VMM_E_NOMEM : 0;
}
