/* SPDX-License-Identifier: MIT */
/* The tokens of a JSON text with their places; used by scan.c alone. */
#ifndef CONFIG_SCAN_TOKEN_H
#define CONFIG_SCAN_TOKEN_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/scan.h"

#define SCAN_END (-1)

struct scan_cursor {
    const char *at;
    const char *end;
    struct scan_place place;
    const char *problem; /* why the last token was refused */
    struct config_error *error;
};

/* The next byte, or SCAN_END. */
int scan_peek(const struct scan_cursor *cursor);

/* Go past the next byte if it is `c`. */
bool scan_take(struct scan_cursor *cursor, char c);

/* Go past white space. */
void scan_blank(struct scan_cursor *cursor);

/* Go past a string and put its decoded text into `out`. VMM_E_PROTO with the problem; VMM_E_NOMEM. */
int scan_string(struct scan_cursor *cursor, struct buf *out);

/* Go past a number, true, false or null. VMM_E_PROTO with the problem. */
int scan_plain(struct scan_cursor *cursor);

/* Fill in the error with the present place. Returns VMM_E_PROTO. */
int scan_refuse(struct scan_cursor *cursor, const char *pointer, const char *problem,
                const char *remedy);

#endif
