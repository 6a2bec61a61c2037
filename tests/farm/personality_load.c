/* SPDX-License-Identifier: MIT */
/* Finding a personality's JSON, following "extends", merging. */
#include "farm/personality.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXTENDS_MAX 8

/* RFC 7386, but an object keeps the order of its keys: answers are tried in that order. */
static void merge(json_t *target, const json_t *patch)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)patch, key, value)
    {
        json_t *old = json_object_get(target, key);
        if (json_is_null(value)) {
            /* Kept as null where it hides a header; readers take null as absent. */
            json_object_del(target, key);
        } else if (json_is_object(value) && json_is_object(old)) {
            merge(old, value);
        } else {
            json_object_set_new(target, key, json_deep_copy(value));
        }
    }
}

static json_t *find_file(const struct personality_source *source, const char *name, char *directory,
                         size_t size, struct problem *problem)
{
    for (size_t i = 0; i < source->directory_count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s.json", source->directories[i], name);
        if (access(path, R_OK) != 0) {
            continue;
        }
        json_error_t error;
        json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
        if (json == NULL) {
            problem_note(problem, "%s:%d: %s", path, error.line, error.text);
        }
        snprintf(directory, size, "%s", source->directories[i]);
        return json;
    }
    problem_note(problem, "no personality \"%s\"", name);
    return NULL;
}

static json_t *find(const struct personality_source *source, const char *name, char *directory,
                    size_t size, struct problem *problem)
{
    const json_t *own = json_object_get(source->inline_set, name);
    if (own == NULL) {
        return find_file(source, name, directory, size, problem);
    }
    if (!json_is_object(own)) {
        problem_note(problem, "personality \"%s\" must be an object", name);
        return NULL;
    }
    snprintf(directory, size, "%s", source->directory_count > 0 ? source->directories[0] : ".");
    return json_deep_copy(own);
}

static json_t *load_chain(const struct personality_source *source, const char *name, int depth,
                          char *directory, size_t size, struct problem *problem)
{
    json_t *json = find(source, name, directory, size, problem);
    const char *parent = json_string_value(json_object_get(json, "extends"));
    if (json == NULL || parent == NULL) {
        return json;
    }
    if (depth >= EXTENDS_MAX) {
        problem_note(problem, "personality \"%s\" extends too deeply", name);
        json_decref(json);
        return NULL;
    }
    char base_directory[4096];
    json_t *base =
        load_chain(source, parent, depth + 1, base_directory, sizeof base_directory, problem);
    if (base != NULL) {
        json_object_del(json, "extends");
        merge(base, json);
        /* Body files lie beside the personality at the root of the chain. */
        snprintf(directory, size, "%s", base_directory);
    }
    json_decref(json);
    return base;
}

json_t *personality_load(const struct personality_source *source, const char *name,
                         const json_t *overrides, char *directory, size_t size,
                         struct problem *problem)
{
    json_t *json = load_chain(source, name, 0, directory, size, problem);
    if (json != NULL && overrides != NULL) {
        merge(json, overrides);
    }
    return json;
}
