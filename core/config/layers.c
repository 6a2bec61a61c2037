/* SPDX-License-Identifier: MIT */
#include "config/layers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "config/document.h"
#include "config/scan.h"

struct layers {
    struct document **documents;
    size_t count;
    json_t *root;
};

struct layers *layers_create(void)
{
    struct layers *layers = calloc(1, sizeof(*layers));
    if (layers == NULL) {
        return NULL;
    }
    layers->root = json_object();
    if (layers->root == NULL) {
        free(layers);
        return NULL;
    }
    return layers;
}

void layers_destroy(struct layers *layers)
{
    if (layers == NULL) {
        return;
    }
    for (size_t i = 0; i < layers->count; i++) {
        document_destroy(layers->documents[i]);
    }
    free(layers->documents);
    json_decref(layers->root);
    free(layers);
}

/* ---- Merging ---- */

static int refuse_twice(const struct layers *layers, const struct document *document,
                        const char *pointer, struct config_error *error)
{
    char first[300];
    layers_origin(layers, pointer, first, sizeof(first));
    config_error_set(error, pointer, "keep one of them", "this is set already in %s", first);
    document_locate(document, pointer, error);
    return VMM_E_INVAL;
}

static int merge(const struct layers *layers, const struct document *document, json_t *into,
                 const json_t *from, const char *at, struct config_error *error)
{
    for (void *i = json_object_iter((json_t *)from); i != NULL;
         i = json_object_iter_next((json_t *)from, i)) {
        const char *key = json_object_iter_key(i);
        const json_t *value = json_object_iter_value(i);
        json_t *present = json_object_get(into, key);
        char pointer[sizeof(error->pointer)];
        int rc = 0;
        scan_pointer(pointer, sizeof(pointer), at, key);
        if (present == NULL) {
            json_t *copy = json_deep_copy(value);
            rc = copy != NULL && json_object_set_new(into, key, copy) == 0 ? 0 : VMM_E_NOMEM;
        } else if (json_is_object(present) && json_is_object(value)) {
            rc = merge(layers, document, present, value, pointer, error);
        } else {
            rc = refuse_twice(layers, document, pointer, error);
        }
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int keep(struct layers *layers, struct document *document)
{
    struct document **documents =
        realloc(layers->documents, (layers->count + 1) * sizeof(struct document *));
    if (documents == NULL) {
        return VMM_E_NOMEM;
    }
    layers->documents = documents;
    documents[layers->count++] = document;
    return 0;
}

int layers_add_file(struct layers *layers, const char *path, struct config_error *error)
{
    struct document *document = NULL;
    int rc = document_read(path, &document, error);
    if (rc != 0) {
        return rc;
    }
    rc = merge(layers, document, layers->root, document->root, "", error);
    if (rc == 0) {
        rc = keep(layers, document);
    }
    if (rc != 0) {
        document_destroy(document);
    }
    return rc;
}

int layers_add_folder(struct layers *layers, const char *folder, struct config_error *error)
{
    char **names = NULL;
    int rc = document_names(folder, ".json", &names);
    if (rc == VMM_E_IO) {
        text_format(error->file, sizeof(error->file), "%s", folder);
        config_error_set(error, "", "", "%s", strerror(errno));
        return VMM_E_INVAL;
    }
    for (size_t i = 0; rc == 0 && names[i] != NULL; i++) {
        char path[4096];
        text_format(path, sizeof(path), "%s/%s", folder, names[i]);
        rc = layers_add_file(layers, path, error);
    }
    document_names_free(names);
    return rc;
}

json_t *layers_root(const struct layers *layers)
{
    return layers->root;
}

/* ---- Places ---- */

static bool locate(const struct layers *layers, const char *pointer, struct config_error *error)
{
    for (size_t i = 0; i < layers->count; i++) {
        if (document_locate(layers->documents[i], pointer, error)) {
            return true;
        }
    }
    return false;
}

void layers_locate(const struct layers *layers, struct config_error *error)
{
    char pointer[sizeof(error->pointer)];
    text_format(pointer, sizeof(pointer), "%s", error->pointer);
    while (!locate(layers, pointer, error)) {
        char *last = strrchr(pointer, '/');
        if (last == NULL) {
            return;
        }
        *last = '\0';
    }
}

const char *layers_origin(const struct layers *layers, const char *pointer, char *out, size_t size)
{
    struct config_error place = {0};
    if (locate(layers, pointer, &place)) {
        text_format(out, size, "%s:%u", place.file, place.line);
    } else {
        out[0] = '\0';
    }
    return out;
}
