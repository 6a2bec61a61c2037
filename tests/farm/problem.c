/* SPDX-License-Identifier: MIT */
#include "farm/problem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool problem_is(const struct problem *problem)
{
    return problem->text[0] != '\0';
}

bool problem_note(struct problem *problem, const char *format, ...)
{
    if (problem_is(problem)) {
        return false;
    }
    int used = 0;
    if (problem->where[0] != '\0') {
        used = snprintf(problem->text, sizeof problem->text, "%s: ", problem->where);
    }
    va_list args;
    va_start(args, format);
    vsnprintf(problem->text + used, sizeof problem->text - (size_t)used, format, args);
    va_end(args);
    return false;
}

void problem_where(struct problem *problem, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(problem->where, sizeof problem->where, format, args);
    va_end(args);
}

static bool is_listed(const char *keys, const char *key)
{
    size_t length = strlen(key);
    for (const char *at = keys; at != NULL && *at != '\0';) {
        const char *end = strchr(at, ' ');
        size_t word = end != NULL ? (size_t)(end - at) : strlen(at);
        if (word == length && memcmp(at, key, length) == 0) {
            return true;
        }
        at = end != NULL ? end + 1 : NULL;
    }
    return false;
}

bool problem_keys(struct problem *problem, const json_t *object, const char *keys)
{
    if (!json_is_object(object)) {
        return problem_note(problem, "an object is expected (keys: %s)", keys);
    }
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!is_listed(keys, key)) {
            return problem_note(problem, "unknown key \"%s\" (known: %s)", key, keys);
        }
    }
    return true;
}

const char *problem_text(struct problem *problem, const json_t *object, const char *key,
                         const char *fallback)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value)) {
        return fallback;
    }
    if (!json_is_string(value)) {
        problem_note(problem, "\"%s\" must be text", key);
        return fallback;
    }
    return json_string_value(value);
}

int64_t problem_int(struct problem *problem, const json_t *object, const char *key,
                    int64_t fallback, int64_t min, int64_t max)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL) {
        return fallback;
    }
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max) {
        problem_note(problem, "\"%s\" must be a whole number from %" PRId64 " to %" PRId64, key,
                     min, max);
        return fallback;
    }
    return json_integer_value(value);
}

double problem_real(struct problem *problem, const json_t *object, const char *key, double fallback,
                    double min, double max)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL) {
        return fallback;
    }
    double number = json_number_value(value);
    if (!json_is_number(value) || number < min || number > max) {
        problem_note(problem, "\"%s\" must be a number from %g to %g", key, min, max);
        return fallback;
    }
    return number;
}

bool problem_flag(struct problem *problem, const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL) {
        return fallback;
    }
    if (!json_is_boolean(value)) {
        problem_note(problem, "\"%s\" must be true or false", key);
        return fallback;
    }
    return json_is_true(value);
}

json_t *problem_object(struct problem *problem, const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_object(value)) {
        problem_note(problem, "\"%s\" must be an object", key);
        return NULL;
    }
    return value;
}

json_t *problem_array(struct problem *problem, const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_array(value)) {
        problem_note(problem, "\"%s\" must be a list", key);
        return NULL;
    }
    return value;
}
