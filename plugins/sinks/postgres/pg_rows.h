/* SPDX-License-Identifier: MIT */
/* Rows as the core tells them (JSON) on their way into the arrays of a statement. Pure: bytes in, bytes out. */
#ifndef PG_ROWS_H
#define PG_ROWS_H

#include "pg_array.h"
#include "pg_json.h"

#define PG_WHY_MAX 160u

/* One row as it was read: a value for each column of its table, and its epoch. Valid until the next is read with the
 * same scratch. */
struct pg_row {
    const struct pg_table *table;
    struct pg_value values[PG_COLUMNS_MAX];
    struct pg_value epoch; /* of its site; absent when it belongs to none */
    uint32_t next;         /* the column that is expected next */
};

/* Read the JSON of a row, or of the key of one that is gone. 0; VMM_E_INVAL with one line in `why`; VMM_E_NOMEM. */
int pg_row_read(struct pg_row *row, const struct pg_table *table, const char *json, size_t size,
                struct pg_scratch *scratch, char why[PG_WHY_MAX]);

/* The value of a column by name; NULL when the table has none of that name. */
const struct pg_value *pg_row_value(const struct pg_row *row, const char *column);

/* Add a value to an array of the column's type. False when it is not of that type; a part of it may have been added. */
bool pg_value_put(struct pg_array *array, const struct pg_column *column,
                  const struct pg_value *value);

/* Rows of one table, a column an array. */
struct pg_rows {
    const struct pg_table *table;
    struct pg_array columns[PG_COLUMNS_MAX];
    uint32_t count;
};

void pg_rows_init(struct pg_rows *rows, const struct pg_table *table);
void pg_rows_finish(struct pg_rows *rows);
void pg_rows_clear(struct pg_rows *rows);

/* Add one row, wholly or not at all. 0; VMM_E_INVAL when a value is not of its column, with one line in `why`;
 * VMM_E_NOMEM. */
int pg_rows_add(struct pg_rows *rows, const struct pg_row *row, char why[PG_WHY_MAX]);

/* Keys of one table, a part an array of texts. */
struct pg_keys {
    struct pg_array parts[2];
    uint32_t count;
};

void pg_keys_init(struct pg_keys *keys);
void pg_keys_finish(struct pg_keys *keys);
void pg_keys_clear(struct pg_keys *keys);

/* Add the key of a row. As pg_rows_add(). */
int pg_keys_add(struct pg_keys *keys, const struct pg_row *row, char why[PG_WHY_MAX]);

/* What a RANGE says. Without "after" the lowest key, without "upto" one above all. */
#define PG_KEY_MAX 256u
struct pg_range {
    char after[2][PG_KEY_MAX];
    char upto[2][PG_KEY_MAX];
};

int pg_range_read(struct pg_range *range, const struct pg_table *table, const char *json,
                  size_t size, char why[PG_WHY_MAX]);

#endif
