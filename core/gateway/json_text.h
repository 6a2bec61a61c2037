/* SPDX-License-Identifier: MIT */
/* Members of stored JSON: what is missing or of another type is nothing. */
#ifndef GATEWAY_JSON_TEXT_H
#define GATEWAY_JSON_TEXT_H

#include <stdint.h>
#include <string.h>

#include <jansson.h>

static inline const char *json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static inline char *json_copy_text(const json_t *object, const char *key)
{
    return strdup(json_text(object, key));
}

static inline int64_t json_number(const json_t *object, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(object, key));
}

static inline uint32_t json_count(const json_t *object, const char *key)
{
    int64_t number = json_number(object, key);
    return number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

#endif
