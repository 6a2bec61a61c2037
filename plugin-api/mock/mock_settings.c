/* SPDX-License-Identifier: MIT */
/* Settings and options as a host hands them out: known names only, defaults in place. */
#include "mock/mock.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void fill_object(struct vmm_mock *mock, const struct vmm_config_item *const *items,
                        json_t *object, const char *what);

static const struct vmm_config_item *item_of(const struct vmm_config_item *const *items,
                                             const char *name)
{
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        if (strcmp(items[i]->name, name) == 0) {
            return items[i];
        }
    }
    return NULL;
}

/* "30s" as milliseconds. */
static json_t *duration(struct vmm_mock *mock, const char *name, const char *text)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *unit = NULL;
    double number = strtod(text, &unit);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (unit != text && strcmp(unit, units[i].unit) == 0) {
            return json_integer((json_int_t)(number * units[i].ms));
        }
    }
    mock_complain(mock, "%s: \"%s\" is no duration", name, text);
    return json_integer(0);
}

static void fill_value(struct vmm_mock *mock, const struct vmm_config_item *item, json_t *object,
                       const char *what)
{
    json_t *value = json_object_get(object, item->name);
    if (item->type == VMM_CONFIG_DURATION && json_is_string(value)) {
        json_object_set_new(object, item->name,
                            duration(mock, item->name, json_string_value(value)));
    } else if (item->type == VMM_CONFIG_OBJECT && json_is_object(value)) {
        fill_object(mock, item->items, value, what);
    } else if (item->type == VMM_CONFIG_LIST && item->items != NULL) {
        size_t at = 0;
        json_t *member = NULL;
        json_array_foreach(value, at, member)
        {
            fill_object(mock, item->items, member, what);
        }
    }
}

static void fill_default(struct vmm_mock *mock, const struct vmm_config_item *item, json_t *object,
                         const char *what)
{
    if (json_object_get(object, item->name) != NULL) {
        return;
    }
    if (item->default_json == NULL) {
        if ((item->flags & VMM_CONFIG_REQUIRED) != 0) {
            mock_complain(mock, "%s %s is missing", what, item->name);
        }
        return;
    }
    json_t *value = json_loads(item->default_json, JSON_DECODE_ANY, NULL);
    if (value == NULL) {
        mock_complain(mock, "%s %s: the default is no JSON", what, item->name);
        return;
    }
    json_object_set_new(object, item->name, value);
}

static void fill_object(struct vmm_mock *mock, const struct vmm_config_item *const *items,
                        json_t *object, const char *what)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        if (item_of(items, name) == NULL) {
            mock_complain(mock, "%s %s is not declared", what, name);
        }
    }
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        fill_default(mock, items[i], object, what);
        fill_value(mock, items[i], object, what);
    }
}

char *mock_settings(struct vmm_mock *mock, const struct vmm_config_item *const *items,
                    const char *json, const char *what)
{
    json_error_t error;
    json_t *object = json_loads(json, 0, &error);
    if (!json_is_object(object)) {
        mock_complain(mock, "%s: no JSON object: %s", what, error.text);
        json_decref(object);
        return mock_string("{}");
    }
    fill_object(mock, items, object, what);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}
