/* SPDX-License-Identifier: MIT */
#include "config/override.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "config/environment.h"
#include "config/scan.h"

#define NAME_SIZE 128

struct override {
    char *const *environment;
    json_t *forced;
};

static json_t *truth_of(const char *text)
{
    static const char *const yes[] = {"true", "on", "1"};
    static const char *const no[] = {"false", "off", "0"};
    for (size_t i = 0; i < 3; i++) {
        if (strcasecmp(yes[i], text) == 0) {
            return json_true();
        }
        if (strcasecmp(no[i], text) == 0) {
            return json_false();
        }
    }
    return json_string(text);
}

/* The value as it would stand in the file; one that is wrong stays a text for the validator to refuse. */
static json_t *value_of(const struct vmm_config_item *item, const char *text)
{
    if (item->type == VMM_CONFIG_BOOL) {
        return truth_of(text);
    }
    if (item->type == VMM_CONFIG_INT || item->type == VMM_CONFIG_NUMBER) {
        json_t *number = json_loads(text, JSON_DECODE_ANY, NULL);
        if (json_is_number(number)) {
            return number;
        }
        json_decref(number);
    }
    return json_string(text);
}

static void variable_of(const char *prefix, const char *key, char out[NAME_SIZE])
{
    text_format(out, NAME_SIZE, "%s_%s", prefix, key);
    for (char *p = out; *p != '\0'; p++) {
        *p = (char)toupper((unsigned char)*p);
    }
}

static int apply_one(const struct override *over, json_t *object,
                     const struct vmm_config_item *item, const char *variable, const char *pointer)
{
    const char *text = environment_find(over->environment, variable);
    if (text == NULL) {
        return 0;
    }
    json_t *value = value_of(item, text);
    if (value == NULL || json_object_set_new(object, item->name, value) != 0) {
        return VMM_E_NOMEM;
    }
    json_t *name = json_string(variable);
    return name != NULL && json_object_set_new(over->forced, pointer, name) == 0 ? 0 : VMM_E_NOMEM;
}

static int apply(const struct override *over, json_t *object, config_items items,
                 const char *prefix, const char *at);

/* A group that no file mentions is made, and taken away again when the environment adds nothing. */
static int apply_group(const struct override *over, json_t *object,
                       const struct vmm_config_item *item, const char *prefix, const char *at)
{
    json_t *present = json_object_get(object, item->name);
    if (present != NULL) {
        return json_is_object(present) ? apply(over, present, item->items, prefix, at) : 0;
    }
    json_t *group = json_object();
    int rc = group != NULL ? apply(over, group, item->items, prefix, at) : VMM_E_NOMEM;
    if (rc == 0 && json_object_size(group) > 0) {
        return json_object_set_new(object, item->name, group) == 0 ? 0 : VMM_E_NOMEM;
    }
    json_decref(group);
    return rc;
}

static int apply(const struct override *over, json_t *object, config_items items,
                 const char *prefix, const char *at)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && items != NULL && items[i] != NULL; i++) {
        const struct vmm_config_item *item = items[i];
        char variable[NAME_SIZE];
        char pointer[NAME_SIZE];
        variable_of(prefix, item->name, variable);
        scan_pointer(pointer, sizeof(pointer), at, item->name);
        if (item->type == VMM_CONFIG_OBJECT) {
            rc = apply_group(over, object, item, variable, pointer);
        } else if (item->type != VMM_CONFIG_LIST && item->type != VMM_CONFIG_SECRET) {
            rc = apply_one(over, object, item, variable, pointer);
        }
    }
    return rc;
}

int override_apply(json_t *settings, config_items items, char *const *environment, json_t *forced)
{
    struct override over = {.environment = environment, .forced = forced};
    return apply(&over, settings, items, "VMM", "");
}
