/* SPDX-License-Identifier: MIT */
#include "fleet/fleet_load.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"

/* The requests that a text makes. */
struct loading {
    json_t *root;
    struct fleet_request *requests;
    size_t count;
    struct fleet_errors *errors;
};

static const struct {
    const char *key;
    unsigned kind;
} lists[] = {{"sites", FLEET_SITE}, {"nvrs", FLEET_NVR}, {"cameras", FLEET_CAMERA}};

#define LISTS (sizeof(lists) / sizeof(lists[0]))

static int refuse(struct loading *loading, unsigned kind, long index, const char *field,
                  const char *problem, const char *remedy)
{
    struct fleet_errors *errors = loading->errors;
    if (errors->count < FLEET_ERRORS_MAX) {
        struct fleet_error *error = &errors->items[errors->count];
        *error = (struct fleet_error){.kind = kind, .index = index};
        text_format(error->field, sizeof(error->field), "%s", field);
        text_format(error->problem, sizeof(error->problem), "%s", problem);
        text_format(error->remedy, sizeof(error->remedy), "%s", remedy);
    }
    errors->count++;
    return VMM_E_INVAL;
}

static int parse(struct loading *loading, const char *json, size_t size)
{
    json_error_t where;
    char problem[256];
    loading->root = json_loadb(json, size, JSON_REJECT_DUPLICATES, &where);
    if (loading->root == NULL) {
        text_format(problem, sizeof(problem), "line %d, column %d: %s", where.line, where.column,
                    where.text);
        return refuse(loading, 0, -1, "", problem, "write one JSON object");
    }
    if (!json_is_object(loading->root)) {
        return refuse(loading, 0, -1, "", "this is no object",
                      "write {\"sites\": […], \"nvrs\": […], \"cameras\": […]}");
    }
    return 0;
}

static int check_keys(struct loading *loading)
{
    for (void *i = json_object_iter(loading->root); i != NULL;
         i = json_object_iter_next(loading->root, i)) {
        size_t known = 0;
        while (known < LISTS && strcmp(lists[known].key, json_object_iter_key(i)) != 0) {
            known++;
        }
        char clean[TEXT_MAX + 1];
        text_clean(json_object_iter_key(i), strlen(json_object_iter_key(i)), clean);
        if (known == LISTS) {
            refuse(loading, 0, -1, clean, "there is no such list", "write sites, nvrs or cameras");
        } else if (!json_is_array(json_object_iter_value(i))) {
            refuse(loading, 0, -1, clean, "this is no list", "write [ … ]");
        }
    }
    return loading->errors->count > 0 ? VMM_E_INVAL : 0;
}

static void take_item(struct loading *loading, unsigned kind, json_t *item, long index)
{
    json_t *id = json_object_get(item, "id");
    if (!json_is_object(item)) {
        refuse(loading, kind, index, "", "this is no object", "write {\"id\": \"…\", …}");
    } else if (!json_is_string(id)) {
        refuse(loading, kind, index, "id", "the id is missing", "write \"id\": \"…\"");
    } else {
        loading->requests[loading->count++] = (struct fleet_request){.verb = FLEET_PUT,
                                                                     .kind = kind,
                                                                     .id = json_string_value(id),
                                                                     .values = item,
                                                                     .index = index};
    }
}

static int take_items(struct loading *loading)
{
    size_t total = 0;
    for (size_t i = 0; i < LISTS; i++) {
        total += json_array_size(json_object_get(loading->root, lists[i].key));
    }
    loading->requests = calloc(total + 1, sizeof(*loading->requests));
    if (loading->requests == NULL) {
        return VMM_E_NOMEM;
    }
    for (size_t i = 0; i < LISTS; i++) {
        json_t *list = json_object_get(loading->root, lists[i].key);
        for (size_t k = 0; k < json_array_size(list); k++) {
            take_item(loading, lists[i].kind, json_array_get(list, k), (long)k);
        }
    }
    return loading->errors->count > 0 ? VMM_E_INVAL : 0;
}

int fleet_load(const struct fleet *fleet, const struct fleet_checks *checks, const char *json,
               size_t size, struct fleet_plan **out, struct fleet_errors *errors)
{
    struct loading loading = {.errors = errors};
    errors->count = 0;
    int rc = parse(&loading, json, size);
    if (rc == 0) {
        rc = check_keys(&loading);
    }
    if (rc == 0) {
        rc = take_items(&loading);
    }
    if (rc == 0) {
        rc = fleet_plan(fleet, checks, loading.requests, loading.count, out, errors);
    }
    free(loading.requests);
    json_decref(loading.root);
    return rc;
}
