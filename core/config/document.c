/* SPDX-License-Identifier: MIT */
#include "config/document.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "base/text.h"

static int refuse_file(const char *path, const char *problem, struct config_error *error)
{
    text_format(error->file, sizeof(error->file), "%s", path);
    config_error_set(error, "", "", "%s", problem);
    return VMM_E_INVAL;
}

static int read_text(const char *path, struct buf *out, struct config_error *error)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return refuse_file(path, strerror(errno), error);
    }
    int rc = 0;
    while (rc == 0 && feof(file) == 0 && out->size <= SCAN_SIZE_MAX) {
        uint8_t *room = buf_reserve(out, 16384);
        if (room == NULL) {
            rc = VMM_E_NOMEM;
        } else {
            buf_grow(out, fread(room, 1, 16384, file));
            rc = ferror(file) != 0 ? refuse_file(path, strerror(errno), error) : 0;
        }
    }
    fclose(file);
    return rc;
}

static int parse(struct document *document, const struct buf *text, struct config_error *error)
{
    const char *bytes = text->data != NULL ? (const char *)text->data : "";
    int rc = scan_create(bytes, text->size, &document->scan, error);
    if (rc != 0) {
        text_format(error->file, sizeof(error->file), "%s", document->path);
        return rc == VMM_E_NOMEM ? rc : VMM_E_INVAL;
    }
    json_error_t where;
    document->root = json_loadb(bytes, text->size, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(document->root)) {
        return refuse_file(document->path, "the file holds no object", error);
    }
    return 0;
}

int document_read(const char *path, struct document **out, struct config_error *error)
{
    struct document *document = calloc(1, sizeof(*document));
    struct buf text;
    buf_init(&text);
    if (document == NULL) {
        return VMM_E_NOMEM;
    }
    document->path = strdup(path);
    int rc = document->path != NULL ? read_text(path, &text, error) : VMM_E_NOMEM;
    if (rc == 0) {
        rc = parse(document, &text, error);
    }
    buf_finish(&text);
    if (rc != 0) {
        document_destroy(document);
        return rc;
    }
    *out = document;
    return 0;
}

void document_destroy(struct document *document)
{
    if (document == NULL) {
        return;
    }
    free(document->path);
    json_decref(document->root);
    scan_destroy(document->scan);
    free(document);
}

bool document_locate(const struct document *document, const char *pointer,
                     struct config_error *error)
{
    struct scan_place place = {0};
    if (scan_find_key(document->scan, pointer, &place) != 0 &&
        scan_find(document->scan, pointer, &place) != 0) {
        return false;
    }
    text_format(error->file, sizeof(error->file), "%s", document->path);
    error->line = place.line;
    error->column = place.column;
    return true;
}

/* ---- Folders ---- */

static bool has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name);
    size_t end = strlen(suffix);
    return name[0] != '.' && length > end && strcmp(name + length - end, suffix) == 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int append(char ***names, size_t *count, const char *name)
{
    char **grown = realloc(*names, (*count + 2) * sizeof(**names));
    if (grown == NULL) {
        return VMM_E_NOMEM;
    }
    *names = grown;
    grown[*count] = strdup(name);
    grown[*count + 1] = NULL;
    if (grown[*count] == NULL) {
        return VMM_E_NOMEM;
    }
    (*count)++;
    return 0;
}

static int list_names(DIR *dir, const char *suffix, char ***names)
{
    size_t count = 0;
    int rc = 0;
    for (struct dirent *entry = readdir(dir); rc == 0 && entry != NULL; entry = readdir(dir)) {
        if (has_suffix(entry->d_name, suffix)) {
            rc = append(names, &count, entry->d_name);
        }
    }
    if (rc == 0) {
        qsort(*names, count, sizeof(**names), compare);
    }
    return rc;
}

int document_names(const char *folder, const char *suffix, char ***out)
{
    char **names = calloc(1, sizeof(*names));
    DIR *dir = opendir(folder);
    int rc = 0;
    if (names == NULL) {
        rc = VMM_E_NOMEM;
    } else if (dir == NULL) {
        rc = errno == ENOENT ? 0 : VMM_E_IO;
    } else {
        rc = list_names(dir, suffix, &names);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    if (rc != 0) {
        document_names_free(names);
        return rc;
    }
    *out = names;
    return 0;
}

void document_names_free(char **names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        free(names[i]);
    }
    free(names);
}
