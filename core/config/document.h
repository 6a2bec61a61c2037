/* SPDX-License-Identifier: MIT */
/* One JSON file: its value, and where everything in it stands. */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include <stdbool.h>

#include <jansson.h>

#include "config/error.h"
#include "config/scan.h"

struct document {
    char *path;
    json_t *root; /* an object */
    struct scan *scan;
};

/* Read a file that holds one object. VMM_E_INVAL with the error, its place filled in; VMM_E_NOMEM. */
int document_read(const char *path, struct document **out, struct config_error *error);

/* NULL is allowed. */
void document_destroy(struct document *document);

/* Fill in file, line and column when the pointer stands in this document. */
bool document_locate(const struct document *document, const char *pointer,
                     struct config_error *error);

/* The *.SUFFIX names of a folder in order, as an allocated list ended by NULL; free it by
 * document_names_free(). An empty list for a folder that is not there; VMM_E_IO, VMM_E_NOMEM. */
int document_names(const char *folder, const char *suffix, char ***out);
void document_names_free(char **names);

#endif
