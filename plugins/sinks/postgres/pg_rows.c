/* SPDX-License-Identifier: MIT */
#include "pg_rows.h"

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

/* Above every key: no text that is a key begins with the last code point. */
#define ABOVE_ALL "\xf4\x8f\xbf\xbf"

/* ---- rows ---- */

void pg_rows_init(struct pg_rows *rows, const struct pg_table *table)
{
    *rows = (struct pg_rows){.table = table};
    for (uint32_t i = 0; table->columns[i].name != NULL; i++) {
        pg_array_init(&rows->columns[i], table->columns[i].type);
    }
}

void pg_rows_finish(struct pg_rows *rows)
{
    for (uint32_t i = 0; i < PG_COLUMNS_MAX; i++) {
        pg_array_finish(&rows->columns[i]);
    }
    rows->count = 0;
}

void pg_rows_clear(struct pg_rows *rows)
{
    for (uint32_t i = 0; i < PG_COLUMNS_MAX; i++) {
        pg_array_clear(&rows->columns[i]);
    }
    rows->count = 0;
}

static bool put_integer(struct pg_array *array, const json_t *value)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value)) {
        return false;
    }
    switch (array->type) {
    case PG_BOOL:
        pg_array_bool(array, number != 0);
        return number == 0 || number == 1;
    case PG_INT:
        pg_array_int(array, (int32_t)number);
        return number >= INT32_MIN && number <= INT32_MAX;
    case PG_TIME:
        return pg_array_time(array, number);
    default:
        pg_array_bigint(array, number);
        return true;
    }
}

/* False when the value is not of the column's type. */
static bool put_value(struct pg_array *array, const json_t *value)
{
    switch (array->type) {
    case PG_REAL:
        pg_array_real(array, json_number_value(value));
        return json_is_number(value);
    case PG_UUID:
        return json_is_string(value) && pg_array_uuid(array, json_string_value(value));
    case PG_TEXT:
    case PG_JSON:
        pg_array_bytes(array, json_is_string(value) ? json_string_value(value) : "",
                       json_string_length(value));
        return json_is_string(value);
    default:
        return put_integer(array, value);
    }
}

static bool put_column(struct pg_array *array, const struct pg_column *column, const json_t *row)
{
    const json_t *value = json_object_get(row, column->name);
    if (column->is_null && (value == NULL || json_is_null(value))) {
        pg_array_null(array);
        return true;
    }
    return value != NULL && put_value(array, value);
}

int pg_rows_add(struct pg_rows *rows, const json_t *row, char why[PG_WHY_MAX])
{
    size_t sizes[PG_COLUMNS_MAX];
    const struct pg_column *columns = rows->table->columns;
    int rc = 0;
    uint32_t i = 0;
    for (; columns[i].name != NULL && rc == 0; i++) {
        sizes[i] = rows->columns[i].size;
        rc = put_column(&rows->columns[i], &columns[i], row) ? 0 : VMM_E_INVAL;
        if (rc != 0) {
            snprintf(why, PG_WHY_MAX, "%s: a row without a good %s", rows->table->name,
                     columns[i].name);
        }
        rc = rows->columns[i].failed ? VMM_E_NOMEM : rc;
    }
    while (rc != 0 && i > 0) {
        i--;
        pg_array_cut(&rows->columns[i], rows->count, sizes[i]);
    }
    rows->count += rc == 0;
    return rc;
}

/* ---- keys ---- */

void pg_keys_init(struct pg_keys *keys)
{
    pg_array_init(&keys->parts[0], PG_TEXT);
    pg_array_init(&keys->parts[1], PG_TEXT);
    keys->count = 0;
}

void pg_keys_finish(struct pg_keys *keys)
{
    pg_array_finish(&keys->parts[0]);
    pg_array_finish(&keys->parts[1]);
    keys->count = 0;
}

void pg_keys_clear(struct pg_keys *keys)
{
    pg_array_clear(&keys->parts[0]);
    pg_array_clear(&keys->parts[1]);
    keys->count = 0;
}

int pg_keys_add(struct pg_keys *keys, const struct pg_table *table, const json_t *row,
                char why[PG_WHY_MAX])
{
    const char *parts[2] = {NULL, NULL};
    uint32_t count = 0;
    for (; count < 2 && table->keys[count] != NULL; count++) {
        parts[count] = json_string_value(json_object_get(row, table->keys[count]));
        if (parts[count] == NULL) {
            snprintf(why, PG_WHY_MAX, "%s: a row without a good %s", table->name,
                     table->keys[count]);
            return VMM_E_INVAL;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        pg_array_bytes(&keys->parts[i], parts[i], strlen(parts[i]));
    }
    keys->count++;
    return keys->parts[0].failed || keys->parts[1].failed ? VMM_E_NOMEM : 0;
}

/* ---- ranges ---- */

static bool read_bound(const char *bound[2], uint32_t parts, const json_t *list)
{
    if (list == NULL) {
        return true;
    }
    for (uint32_t i = 0; i < parts; i++) {
        bound[i] = json_string_value(json_array_get(list, i));
        if (bound[i] == NULL) {
            return false;
        }
    }
    return json_array_size(list) == parts;
}

int pg_range_read(struct pg_range *range, const struct pg_table *table, const json_t *json,
                  char why[PG_WHY_MAX])
{
    uint32_t parts = (table->keys[0] != NULL) + (table->keys[1] != NULL);
    *range = (struct pg_range){{"", ""}, {ABOVE_ALL, ""}};
    if (!json_is_object(json) || !read_bound(range->after, parts, json_object_get(json, "after")) ||
        !read_bound(range->upto, parts, json_object_get(json, "upto"))) {
        snprintf(why, PG_WHY_MAX, "%s: a range that is none", table->name);
        return VMM_E_INVAL;
    }
    return 0;
}

/* ---- epochs ---- */

const char *pg_row_site(const struct pg_table *table, const json_t *row, int64_t *epoch)
{
    const char *column = table == &pg_tables[PG_TABLE_SITE] ? "id" : "site_id";
    const char *site = table == &pg_tables[PG_TABLE_TENANT]
                           ? NULL
                           : json_string_value(json_object_get(row, column));
    const json_t *value = json_object_get(row, "epoch");
    *epoch = json_integer_value(value);
    return json_is_integer(value) ? site : NULL;
}
