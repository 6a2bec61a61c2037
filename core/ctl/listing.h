/* SPDX-License-Identifier: MIT */
/* A list of rows in the three formats: a table for people, {"KEY":[…]}, or an object a line. */
#ifndef CTL_LISTING_H
#define CTL_LISTING_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl/ctl.h"
#include "ctl/show.h"
#include "ctl/table.h"

struct listing_column {
    const char *title;
    const char *key;
    bool right;
    /* The text of the cell when the value alone is not it; returns `out` or a text within the row.
     */
    const char *(*cell)(const json_t *row, char out[SHOW_SIZE]);
};

struct listing_spec {
    const char *key;           /* of the list in JSON */
    const char *const *fields; /* of a row in JSON, in this order, NULL-ended; NULL: as they come */
    const struct listing_column *columns; /* ended by a title of NULL */
    const char *empty;                    /* what a person reads when there is no row */
};

struct listing {
    struct ctl *ctl;
    const struct listing_spec *spec;
    struct table table;
    size_t count;
};

void listing_init(struct listing *listing, struct ctl *ctl, const struct listing_spec *spec);
void listing_finish(struct listing *listing);

/* Takes a row of an answer: as on_row of a call, `arg` is the listing. Only a table is gathered, whose widths hang on
 * all rows; JSON goes out as it comes. */
int listing_row(void *arg, json_t *row);

/* Write what was gathered, and the end. The members of `more` (borrowed, may be NULL) follow the list in JSON. */
void listing_write(struct listing *listing, json_t *more);

/* The whole of it for a verb that only lists: `args` is taken over. Returns the exit code. */
int listing_call(struct ctl *ctl, const struct listing_spec *spec, const char *verb, json_t *args);

#endif
