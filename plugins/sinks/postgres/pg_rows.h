/* SPDX-License-Identifier: MIT */
/* Rows as the core tells them (JSON) on their way into the arrays of a statement. Pure: bytes in, bytes out. */
#ifndef PG_ROWS_H
#define PG_ROWS_H

#include <jansson.h>

#include "pg_array.h"

#define PG_WHY_MAX 160u

/* Rows of one table, a column an array. */
struct pg_rows {
    const struct pg_table *table;
    struct pg_array columns[PG_COLUMNS_MAX];
    uint32_t count;
};

void pg_rows_init(struct pg_rows *rows, const struct pg_table *table);
void pg_rows_finish(struct pg_rows *rows);
void pg_rows_clear(struct pg_rows *rows);

/* Add one row, wholly or not at all. 0; VMM_E_INVAL when it is no row of this table, with one line in `why`;
 * VMM_E_NOMEM. */
int pg_rows_add(struct pg_rows *rows, const json_t *row, char why[PG_WHY_MAX]);

/* Keys of one table, a part an array of texts. */
struct pg_keys {
    struct pg_array parts[2];
    uint32_t count;
};

void pg_keys_init(struct pg_keys *keys);
void pg_keys_finish(struct pg_keys *keys);
void pg_keys_clear(struct pg_keys *keys);

/* Add the key of a row, or of one that is gone. As pg_rows_add(). */
int pg_keys_add(struct pg_keys *keys, const struct pg_table *table, const json_t *row,
                char why[PG_WHY_MAX]);

/* What a RANGE says, borrowed from its JSON. Without "after" the lowest key, without "upto" one above all. */
struct pg_range {
    const char *after[2];
    const char *upto[2];
};

int pg_range_read(struct pg_range *range, const struct pg_table *table, const json_t *json,
                  char why[PG_WHY_MAX]);

/* The site that a row belongs to, NULL when to none, and the epoch that it bears for it. */
const char *pg_row_site(const struct pg_table *table, const json_t *row, int64_t *epoch);

#endif
