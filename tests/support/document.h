/* SPDX-License-Identifier: MIT */
/* A document that is made from what the plugins' folders say: written anew, or held against the one that is kept. */
#ifndef SUPPORT_DOCUMENT_H
#define SUPPORT_DOCUMENT_H

#include <stdbool.h>
#include <stdio.h>

#define DOCUMENT_PATH 512

struct document {
    const char *name; /* below the root: "docs/support.md" */
    void (*print)(FILE *out);
};

/* The whole of a file, to be freed; NULL when it cannot be read. */
char *document_read_file(const char *path);

/* Whether the kept one is what would be printed; says so on standard error when it is not. */
bool document_is_current(const struct document *document, const char *root);

/* Write it; false and a word on standard error when that fails. */
bool document_write(const struct document *document, const char *root);

#endif
