/* SPDX-License-Identifier: MIT */
#include "chain.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sink that could not write is tried again after pauses that double. */
#define FILE_WAIT_MS 120000

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));
    cr_assert_not_null(text, "an event without %s", name);
    return text;
}

/* "north/camera:cam-01" of "north/camera:cam-01/1700000000/timeout/OK>DOWN/7". */
static void component_of(const json_t *event, char out[160])
{
    const char *key = text_of(event, "dedup_key");
    const char *slash = strchr(strchr(key, '/') + 1, '/');
    snprintf(out, 160, "%.*s", (int)(slash - key), key);
}

static json_int_t number_of(const json_t *event)
{
    return strtoll(strrchr(text_of(event, "dedup_key"), '/') + 1, NULL, 10);
}

static void check_once(json_t *seen, const char *value)
{
    cr_assert_null(json_object_get(seen, value), "%s is there twice", value);
    json_object_set_new(seen, value, json_true());
}

static void check_link(json_t *last, const json_t *event)
{
    char component[160];
    if (json_is_null(json_object_get(event, "from"))) {
        return; /* of the inventory: no verdict */
    }
    component_of(event, component);
    const json_t *before = json_object_get(last, component);
    const char *from = text_of(event, "from");
    const char *expected = before != NULL ? text_of(before, "to") : "UNKNOWN";
    json_int_t number = before != NULL ? number_of(before) + 1 : 1;
    cr_assert_str_eq(from, expected, "%s: %s", component, text_of(event, "dedup_key"));
    cr_assert_eq(number_of(event), number, "%s: after %lld comes %s", component,
                 (long long)number - 1, text_of(event, "dedup_key"));
    json_object_set(last, component, (json_t *)event);
}

void chain_check(const json_t *events)
{
    json_t *last = json_object();
    json_t *ids = json_object();
    json_t *keys = json_object();
    size_t i;
    json_t *event;
    json_array_foreach((json_t *)events, i, event)
    {
        check_once(ids, text_of(event, "id"));
        check_once(keys, text_of(event, "dedup_key"));
        check_link(last, event);
    }
    json_decref(last);
    json_decref(ids);
    json_decref(keys);
}

const json_t *chain_last(const json_t *events, const char *camera)
{
    for (size_t i = json_array_size(events); i > 0; i--) {
        const json_t *event = json_array_get(events, i - 1);
        const char *id = json_string_value(json_object_get(event, "camera_id"));
        if (id != NULL && strcmp(id, camera) == 0) {
            return event;
        }
    }
    return NULL;
}

static bool is_told(const json_t *camera, const json_t *before, const json_t *after)
{
    const char *id = json_string_value(json_object_get(camera, "id"));
    const json_t *event = chain_last(before, id);
    const json_t *later = chain_last(after, id);
    if (event != later && !json_equal(event, later)) {
        return true; /* it has changed meanwhile */
    }
    return strcmp(json_string_value(json_object_get(camera, "health")),
                  event != NULL ? text_of(event, "to") : "UNKNOWN") == 0;
}

/* A change is in memory a moment before it is on disk, so once is no proof; but it must not last. */
static bool are_told(struct rig *rig, const void *arg)
{
    (void)arg;
    json_t *before = rig_events(rig);
    json_t *status = rig_json(rig, "status", "--all", NULL);
    json_t *after = rig_events(rig);
    bool told = true;
    size_t i;
    json_t *camera;
    json_array_foreach(json_object_get(status, "cameras"), i, camera)
    {
        told = told && is_told(camera, before, after);
    }
    json_decref(before);
    json_decref(status);
    json_decref(after);
    return told;
}

void chain_check_status(struct rig *rig)
{
    rig_until(rig, 5000, "each camera to be what its last event says", are_told, NULL);
}

/* What the journal says is in the line, whatever else the line tells. */
static void check_line(const json_t *line, const json_t *event)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)event, name, value)
    {
        cr_assert(json_equal(json_object_get(line, name), value), "%s: %s differs in the file",
                  text_of(event, "id"), name);
    }
}

size_t chain_missing(const json_t *events, const char *path, size_t *repeated)
{
    size_t next = 0;
    size_t again = 0;
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    while (file != NULL && getline(&text, &room, file) > 0) {
        json_t *line = json_loads(text, 0, NULL);
        const json_t *event = json_array_get(events, next);
        bool is_next =
            line != NULL && event != NULL && strcmp(text_of(line, "id"), text_of(event, "id")) == 0;
        if (is_next) {
            check_line(line, event);
        }
        next += is_next;
        again += line != NULL && !is_next;
        json_decref(line);
    }
    free(text);
    if (file != NULL) {
        fclose(file);
    }
    if (repeated != NULL) {
        *repeated = again;
    }
    return json_array_size(events) - next;
}

static bool is_complete(struct rig *rig, const void *path)
{
    json_t *events = rig_events(rig);
    size_t missing = chain_missing(events, path, NULL);
    json_decref(events);
    return missing == 0;
}

/* A line that is not the journal's next one has to be one that was there before. */
static void check_known(const json_t *events, const char *path)
{
    json_t *ids = json_object();
    size_t i;
    json_t *event;
    json_array_foreach((json_t *)events, i, event)
    {
        json_object_set_new(ids, text_of(event, "id"), json_true());
    }
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    while (getline(&text, &room, file) > 0) {
        json_t *line = json_loads(text, 0, NULL);
        cr_assert(line == NULL || json_object_get(ids, text_of(line, "id")) != NULL,
                  "the file holds what no journal has: %s", text);
        json_decref(line);
    }
    free(text);
    fclose(file);
    json_decref(ids);
}

size_t chain_wait_file(struct rig *rig, const char *path)
{
    rig_until(rig, FILE_WAIT_MS, "all events to stand in the file", is_complete, path);
    json_t *events = rig_events(rig);
    chain_check(events);
    check_known(events, path);
    size_t count = json_array_size(events);
    json_decref(events);
    return count;
}
