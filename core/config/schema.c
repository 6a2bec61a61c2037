/* SPDX-License-Identifier: MIT */
#include "config/schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/duration.h"
#include "config/fragment.h"
#include "config/pattern.h"

/* Put a value that was just made; remembers the first failure in *failed. */
static void put(json_t *object, const char *key, json_t *value, bool *failed)
{
    if (object == NULL || json_object_set_new(object, key, value) != 0) {
        *failed = true;
    }
}

static json_t *done(json_t *schema, bool failed)
{
    if (failed) {
        json_decref(schema);
        return NULL;
    }
    return schema;
}

static json_t *typed(const char *type, bool *failed)
{
    json_t *schema = json_object();
    put(schema, "type", json_string(type), failed);
    return schema;
}

static json_t *text_schema(int64_t min, int64_t max, const char *pattern)
{
    bool failed = false;
    json_t *schema = typed("string", &failed);
    if (min > 0) {
        put(schema, "minLength", json_integer(min), &failed);
    }
    put(schema, "maxLength", json_integer(max), &failed);
    if (pattern != NULL) {
        put(schema, "pattern", json_string(pattern), &failed);
    }
    return done(schema, failed);
}

static json_t *number_schema(const char *type, int64_t min, int64_t max)
{
    bool failed = false;
    json_t *schema = typed(type, &failed);
    if (min != INT64_MIN) {
        put(schema, "minimum", json_integer(min), &failed);
    }
    if (max != INT64_MAX) {
        put(schema, "maximum", json_integer(max), &failed);
    }
    return done(schema, failed);
}

static json_t *word_schema(const char *words)
{
    bool failed = false;
    json_t *schema = json_object();
    json_t *list = json_array();
    for (const char *p = words; *p != '\0'; p += *p == '|' ? 1 : 0) {
        size_t length = strcspn(p, "|");
        if (json_array_append_new(list, json_stringn(p, length)) != 0) {
            failed = true;
        }
        p += length;
    }
    put(schema, "enum", list, &failed);
    return done(schema, failed);
}

static json_t *duration_schema(int64_t min, int64_t max)
{
    struct buf pattern;
    buf_init(&pattern);
    duration_pattern(&pattern, min, max);
    json_t *schema = text_schema(0, DURATION_TEXT_MAX, buf_cstr(&pattern));
    buf_finish(&pattern);
    return schema;
}

static json_t *secret_schema(void)
{
    bool failed = false;
    json_t *schema = typed("object", &failed);
    json_t *properties = json_object();
    put(properties, "file", text_schema(1, 4095, NULL), &failed);
    put(properties, "env", text_schema(1, 4095, PATTERN_ENV), &failed);
    put(properties, "credential", text_schema(1, 64, PATTERN_ID), &failed);
    put(schema, "properties", properties, &failed);
    put(schema, "additionalProperties", json_false(), &failed);
    put(schema, "minProperties", json_integer(1), &failed);
    put(schema, "maxProperties", json_integer(1), &failed);
    return done(schema, failed);
}

static json_t *list_schema(const struct vmm_config_item *item, int64_t min, int64_t max)
{
    bool failed = false;
    json_t *schema = typed("array", &failed);
    put(schema, "items",
        item->items != NULL ? schema_object(item->items) : text_schema(0, VALIDATE_TEXT_MAX, NULL),
        &failed);
    if (min > 0) {
        put(schema, "minItems", json_integer(min), &failed);
    }
    put(schema, "maxItems", json_integer(max), &failed);
    return done(schema, failed);
}

static json_t *type_schema(const struct vmm_config_item *item)
{
    int64_t min = 0;
    int64_t max = 0;
    bool failed = false;
    validate_limits(item, &min, &max);
    switch (item->type) {
    case VMM_CONFIG_BOOL:
        return typed("boolean", &failed);
    case VMM_CONFIG_INT:
        return number_schema("integer", min, max);
    case VMM_CONFIG_NUMBER:
        return number_schema("number", min, max);
    case VMM_CONFIG_WORD:
        return word_schema(item->words);
    case VMM_CONFIG_URL:
        return text_schema(min, max, PATTERN_URL);
    case VMM_CONFIG_LISTEN:
        return text_schema(min, max, PATTERN_LISTEN);
    case VMM_CONFIG_SECRET:
        return secret_schema();
    case VMM_CONFIG_DURATION:
        return duration_schema(min, max);
    case VMM_CONFIG_OBJECT:
        return schema_object(item->items);
    case VMM_CONFIG_LIST:
        return list_schema(item, min, max);
    default:
        return text_schema(min, max, NULL);
    }
}

static json_t *item_schema(const struct vmm_config_item *item)
{
    bool failed = false;
    json_t *schema = type_schema(item);
    put(schema, "description", json_string(item->summary), &failed);
    if (item->default_json != NULL) {
        put(schema, "default", json_loads(item->default_json, JSON_DECODE_ANY, NULL), &failed);
    }
    return done(schema, failed);
}

json_t *schema_object(config_items items)
{
    bool failed = false;
    json_t *schema = typed("object", &failed);
    json_t *properties = json_object();
    json_t *required = json_array();
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        put(properties, items[i]->name, item_schema(items[i]), &failed);
        if ((items[i]->flags & VMM_CONFIG_REQUIRED) != 0 &&
            json_array_append_new(required, json_string(items[i]->name)) != 0) {
            failed = true;
        }
    }
    put(schema, "properties", properties, &failed);
    if (json_array_size(required) > 0) {
        put(schema, "required", required, &failed);
    } else {
        json_decref(required);
    }
    put(schema, "additionalProperties", json_false(), &failed);
    return done(schema, failed);
}

/* ---- The whole file ---- */

static json_t *map_schema(const char *summary, const char *key_pattern, json_t *value)
{
    bool failed = false;
    json_t *schema = typed("object", &failed);
    json_t *patterns = json_object();
    put(schema, "description", json_string(summary), &failed);
    put(patterns, key_pattern, value, &failed);
    put(schema, "patternProperties", patterns, &failed);
    put(schema, "additionalProperties", json_false(), &failed);
    return done(schema, failed);
}

static json_t *flag_schema(void)
{
    bool failed = false;
    json_t *schema = json_object();
    json_t *list = typed("array", &failed);
    json_t *either = json_array();
    put(list, "items", text_schema(1, 64, PATTERN_ID), &failed);
    put(list, "minItems", json_integer(1), &failed);
    if (json_array_append_new(either, typed("boolean", &failed)) != 0 ||
        json_array_append_new(either, list) != 0) {
        failed = true;
    }
    put(schema, "anyOf", either, &failed);
    return done(schema, failed);
}

json_t *schema_config(config_items core)
{
    bool failed = false;
    json_t *schema = schema_object(core);
    json_t *properties = json_object_get(schema, "properties");
    put(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"), &failed);
    put(schema, "title", json_string("Configuration of vmmd"), &failed);
    put(properties, "$schema", text_schema(0, VALIDATE_TEXT_MAX, NULL), &failed);
    put(properties, "flags",
        map_schema("Feature flags: true, false or the ids of the sites", PATTERN_FLAG,
                   flag_schema()),
        &failed);
    put(properties, "plugins",
        map_schema("Settings of plugins by their names", PATTERN_PLUGIN,
                   schema_object(fragment_settings())),
        &failed);
    json_t *plugin = json_object_get(
        json_object_get(json_object_get(properties, "plugins"), "patternProperties"),
        PATTERN_PLUGIN);
    json_t *config = typed("object", &failed);
    put(config, "description", json_string("The plugin's own settings; its README has them"),
        &failed);
    put(json_object_get(plugin, "properties"), "config", config, &failed);
    return done(schema, failed);
}

int schema_write(const json_t *schema, struct buf *out)
{
    char *text = json_dumps(schema, JSON_INDENT(2));
    if (text == NULL) {
        return VMM_E_NOMEM;
    }
    buf_text(out, text);
    buf_char(out, '\n');
    free(text);
    return buf_failed(out) ? VMM_E_NOMEM : 0;
}
