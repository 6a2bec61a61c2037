/* SPDX-License-Identifier: MIT */
#include "document.h"

#include <stdlib.h>
#include <string.h>

char *document_read_file(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    if (getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static void path_of(const struct document *document, const char *root, char path[DOCUMENT_PATH])
{
    snprintf(path, DOCUMENT_PATH, "%s/%s", root, document->name);
}

static char *print_to_memory(const struct document *document)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out != NULL) {
        document->print(out);
        fclose(out);
    }
    return text;
}

bool document_is_current(const struct document *document, const char *root)
{
    char path[DOCUMENT_PATH];
    path_of(document, root, path);
    char *kept = document_read_file(path);
    char *now = print_to_memory(document);
    bool same = kept != NULL && now != NULL && strcmp(now, kept) == 0;
    if (!same) {
        fprintf(stderr, "%s is not what the plugins say: ./vmm support\n", document->name);
    }
    free(now);
    free(kept);
    return same;
}

bool document_write(const struct document *document, const char *root)
{
    char path[DOCUMENT_PATH];
    path_of(document, root, path);
    FILE *out = fopen(path, "wb");
    if (out == NULL) {
        perror(path);
        return false;
    }
    document->print(out);
    return fclose(out) == 0;
}
