/* SPDX-License-Identifier: MIT */
/* A new plugin from the template: files copied with the plugin's name in them. */
#ifndef CTL_TEMPLATE_H
#define CTL_TEMPLATE_H

#include <stddef.h>
#include <stdio.h>

#define TEMPLATE_WHY_SIZE 4352

/*
 * Copy the tree `from` to the new folder `to`: in the names of files "plugin" becomes the name and ".in" is
 * dropped; in their texts @name@ and @NAME@ become the name, small and in capitals, @package@ that of its Debian
 * package. Each file is told on `out`, a line each. 0, or VMM_E_EXIST when `to` is there, VMM_E_IO, VMM_E_NOMEM;
 * `why` names the path.
 */
int template_copy(const char *from, const char *to, const char *name, FILE *out,
                  char why[TEMPLATE_WHY_SIZE]);

/* Append `text` with the placeholders filled in. Pure. 0 or VMM_E_NOMEM. */
struct buf;
int template_fill(struct buf *out, const char *text, size_t size, const char *name);

/* Where a file of the template goes: "plugin_parse.c.in" becomes "NAME_parse.c". Pure. 0 or VMM_E_TOOBIG. */
int template_rename(const char *file, const char *name, char *out, size_t size);

#endif
