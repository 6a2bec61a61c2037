/* SPDX-License-Identifier: MIT */
/*
 * vmm-docs FILE: write the tables of docs/health.md anew, between their markers. The text around
 * them is written by people and stays. A test fails when the file and the code differ.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/doc.h"

#define FILE_MAX (1024u * 1024u)

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(FILE_MAX + 1, 1);
    if (text != NULL && fread(text, 1, FILE_MAX, file) == FILE_MAX) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static bool write_all(const char *path, const char *text, const char *begin, const char *end)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return false;
    }
    fwrite(text, 1, (size_t)(begin - text), file);
    health_doc_write(file);
    fputs(end, file);
    bool good = ferror(file) == 0;
    return fclose(file) == 0 && good;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: vmm-docs docs/health.md\n", stderr);
        return 2;
    }
    char *text = read_all(argv[1]);
    char *begin = text != NULL ? strstr(text, HEALTH_DOC_BEGIN) : NULL;
    char *end = begin != NULL ? strstr(begin, HEALTH_DOC_END) : NULL;
    if (end == NULL) {
        fprintf(stderr, "vmm-docs: %s: cannot be read, or has no markers\n", argv[1]);
        free(text);
        return 1;
    }
    bool good = write_all(argv[1], text, begin + strlen(HEALTH_DOC_BEGIN), end);
    free(text);
    if (!good) {
        fprintf(stderr, "vmm-docs: %s: cannot be written\n", argv[1]);
        return 1;
    }
    return 0;
}
