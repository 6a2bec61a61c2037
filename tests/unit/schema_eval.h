/* SPDX-License-Identifier: MIT */
/* The keywords of JSON Schema 2020-12 that the generator uses, read literally; lengths in characters. */
#ifndef TESTS_SCHEMA_EVAL_H
#define TESTS_SCHEMA_EVAL_H

#include <math.h>
#include <string.h>

#include <jansson.h>

#include "config/pattern.h"

static bool eval(const json_t *schema, const json_t *value);

static size_t characters(const char *text)
{
    size_t count = 0;
    for (const char *p = text; *p != '\0'; p++) {
        count += ((unsigned char)*p & 0xc0) != 0x80 ? 1 : 0;
    }
    return count;
}

static bool eval_type(const char *type, const json_t *value)
{
    double number = json_number_value(value);
    return strcmp(type, "object") == 0    ? json_is_object(value)
           : strcmp(type, "array") == 0   ? json_is_array(value)
           : strcmp(type, "string") == 0  ? json_is_string(value)
           : strcmp(type, "boolean") == 0 ? json_is_boolean(value)
           : strcmp(type, "number") == 0  ? json_is_number(value)
           : strcmp(type, "integer") == 0 ? json_is_number(value) && floor(number) == number
                                          : false;
}

static bool at_least(const json_t *schema, const char *key, double value)
{
    const json_t *limit = json_object_get(schema, key);
    return limit == NULL || value >= json_number_value(limit);
}

static bool at_most(const json_t *schema, const char *key, double value)
{
    const json_t *limit = json_object_get(schema, key);
    return limit == NULL || value <= json_number_value(limit);
}

static bool eval_string(const json_t *schema, const json_t *value)
{
    const char *text = json_string_value(value);
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    double length = (double)characters(text);
    return at_least(schema, "minLength", length) && at_most(schema, "maxLength", length) &&
           (pattern == NULL || pattern_matches(pattern, text));
}

static bool eval_array(const json_t *schema, const json_t *value)
{
    const json_t *items = json_object_get(schema, "items");
    double size = (double)json_array_size(value);
    bool good = at_least(schema, "minItems", size) && at_most(schema, "maxItems", size);
    for (size_t i = 0; good && items != NULL && i < json_array_size(value); i++) {
        good = eval(items, json_array_get(value, i));
    }
    return good;
}

static bool eval_member(const json_t *schema, const char *key, const json_t *value)
{
    bool known = false;
    const json_t *property = json_object_get(json_object_get(schema, "properties"), key);
    if (property != NULL) {
        known = true;
        if (!eval(property, value)) {
            return false;
        }
    }
    json_t *patterns = json_object_get(schema, "patternProperties");
    for (void *i = json_object_iter(patterns); i != NULL; i = json_object_iter_next(patterns, i)) {
        if (pattern_matches(json_object_iter_key(i), key)) {
            known = true;
            if (!eval(json_object_iter_value(i), value)) {
                return false;
            }
        }
    }
    return known || !json_is_false(json_object_get(schema, "additionalProperties"));
}

static bool eval_object(const json_t *schema, const json_t *value)
{
    double size = (double)json_object_size(value);
    const json_t *required = json_object_get(schema, "required");
    bool good = at_least(schema, "minProperties", size) && at_most(schema, "maxProperties", size);
    for (size_t i = 0; good && i < json_array_size(required); i++) {
        good = json_object_get(value, json_string_value(json_array_get(required, i))) != NULL;
    }
    for (void *i = json_object_iter((json_t *)value); good && i != NULL;
         i = json_object_iter_next((json_t *)value, i)) {
        good = eval_member(schema, json_object_iter_key(i), json_object_iter_value(i));
    }
    return good;
}

static bool eval_choice(const json_t *schema, const json_t *value)
{
    const json_t *words = json_object_get(schema, "enum");
    const json_t *any = json_object_get(schema, "anyOf");
    bool good = words == NULL && any == NULL;
    for (size_t i = 0; !good && i < json_array_size(words); i++) {
        good = json_equal(json_array_get(words, i), value);
    }
    for (size_t i = 0; !good && i < json_array_size(any); i++) {
        good = eval(json_array_get(any, i), value);
    }
    return good;
}

static bool eval(const json_t *schema, const json_t *value)
{
    const char *type = json_string_value(json_object_get(schema, "type"));
    if ((type != NULL && !eval_type(type, value)) || !eval_choice(schema, value)) {
        return false;
    }
    double number = json_number_value(value);
    if (json_is_number(value)) {
        return at_least(schema, "minimum", number) && at_most(schema, "maximum", number);
    }
    return json_is_string(value)   ? eval_string(schema, value)
           : json_is_array(value)  ? eval_array(schema, value)
           : json_is_object(value) ? eval_object(schema, value)
                                   : true;
}

#endif
