/* SPDX-License-Identifier: MIT */
/*
 * Where the values of a JSON text stand: jansson keeps no positions, so this scanner reads the text once
 * and maps each JSON pointer (RFC 6901) to line and column. It refuses what RFC 8259 refuses, duplicate
 * keys, and more than SCAN_DEPTH_MAX levels.
 */
#ifndef CONFIG_SCAN_H
#define CONFIG_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "config/error.h"

#define SCAN_DEPTH_MAX 32u
#define SCAN_SIZE_MAX  (4u << 20) /* bytes of a text */

struct scan;

/* A place in the text, counted from 1; columns count characters. */
struct scan_place {
    uint32_t line;
    uint32_t column;
};

/*
 * Read the whole text. 0; VMM_E_PROTO with line, column, pointer, problem and remedy in `error`;
 * VMM_E_TOOBIG likewise; VMM_E_NOMEM. The text is not needed afterwards.
 */
int scan_create(const char *text, size_t size, struct scan **out, struct config_error *error);

/* NULL is allowed. */
void scan_destroy(struct scan *scan);

/* Where the value of a pointer begins. VMM_E_NOENT when there is none. */
int scan_find(const struct scan *scan, const char *pointer, struct scan_place *place);

/* Where the key of a member stands. VMM_E_NOENT when the pointer is no member of an object. */
int scan_find_key(const struct scan *scan, const char *pointer, struct scan_place *place);

/* Append one token to a pointer, escaped ("~" "~0", "/" "~1"). The result is cut to `size`. */
void scan_pointer(char *out, size_t size, const char *parent, const char *token);

#endif
