/* SPDX-License-Identifier: MIT */
#include "pg_rows.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

/* Above every key: no text that is a key begins with the last code point. */
#define ABOVE_ALL "\xf4\x8f\xbf\xbf"

/* ---- reading ---- */

static bool is_named(const char *column, const char *name, size_t size)
{
    return strncmp(column, name, size) == 0 && column[size] == '\0';
}

/* Columns come in the order of the table, so that the first guess is nearly always right. */
static void on_member(void *arg, const char *name, size_t size, const struct pg_value *value)
{
    struct pg_row *row = arg;
    const struct pg_column *columns = row->table->columns;
    uint32_t i = row->next;
    if (columns[i].name == NULL || !is_named(columns[i].name, name, size)) {
        for (i = 0; columns[i].name != NULL && !is_named(columns[i].name, name, size); i++) {
        }
    }
    if (columns[i].name != NULL) {
        row->values[i] = *value;
        row->next = i + 1;
    }
    if (is_named("epoch", name, size)) {
        row->epoch = *value;
    }
}

int pg_row_read(struct pg_row *row, const struct pg_table *table, const char *json, size_t size,
                struct pg_scratch *scratch, char why[PG_WHY_MAX])
{
    *row = (struct pg_row){.table = table};
    int rc = pg_json_read(json, size, scratch, on_member, row);
    if (rc == VMM_E_INVAL) {
        snprintf(why, PG_WHY_MAX, "%s: its JSON is no row", table->name);
    }
    return rc;
}

const struct pg_value *pg_row_value(const struct pg_row *row, const char *column)
{
    const struct pg_column *columns = row->table->columns;
    for (uint32_t i = 0; columns[i].name != NULL; i++) {
        if (strcmp(columns[i].name, column) == 0) {
            return &row->values[i];
        }
    }
    return NULL;
}

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

static bool put_integer(struct pg_array *array, int64_t number)
{
    switch (array->type) {
    case PG_BOOL:
        pg_array_bool(array, number != 0);
        return number == 0 || number == 1;
    case PG_INT:
        pg_array_int(array, (int32_t)number);
        return number >= INT32_MIN && number <= INT32_MAX;
    case PG_TIME:
        return pg_array_time(array, number);
    case PG_REAL:
        pg_array_real(array, (double)number);
        return true;
    default:
        pg_array_bigint(array, number);
        return array->type == PG_BIGINT;
    }
}

static bool put_text(struct pg_array *array, const struct pg_value *value)
{
    if (array->type == PG_UUID) {
        return pg_array_uuid(array, value->text, value->size);
    }
    pg_array_bytes(array, value->text, value->size);
    return array->type == PG_TEXT || array->type == PG_JSON;
}

bool pg_value_put(struct pg_array *array, const struct pg_column *column,
                  const struct pg_value *value)
{
    switch (value->kind) {
    case PG_KIND_INT:
        return put_integer(array, value->number);
    case PG_KIND_REAL:
        pg_array_real(array, value->real);
        return array->type == PG_REAL;
    case PG_KIND_TEXT:
        return put_text(array, value);
    default:
        pg_array_null(array);
        return column->is_null;
    }
}

int pg_rows_add(struct pg_rows *rows, const struct pg_row *row, char why[PG_WHY_MAX])
{
    size_t sizes[PG_COLUMNS_MAX];
    const struct pg_column *columns = rows->table->columns;
    int rc = 0;
    uint32_t i = 0;
    for (; columns[i].name != NULL && rc == 0; i++) {
        sizes[i] = rows->columns[i].size;
        if (!pg_value_put(&rows->columns[i], &columns[i], &row->values[i])) {
            snprintf(why, PG_WHY_MAX, "%s: a row without a good %s", rows->table->name,
                     columns[i].name);
            rc = VMM_E_INVAL;
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

int pg_keys_add(struct pg_keys *keys, const struct pg_row *row, char why[PG_WHY_MAX])
{
    const struct pg_value *parts[2] = {NULL, NULL};
    uint32_t count = 0;
    for (; count < 2 && row->table->keys[count] != NULL; count++) {
        parts[count] = pg_row_value(row, row->table->keys[count]);
        if (parts[count]->kind != PG_KIND_TEXT) {
            snprintf(why, PG_WHY_MAX, "%s: a row without a good %s", row->table->name,
                     row->table->keys[count]);
            return VMM_E_INVAL;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        pg_array_bytes(&keys->parts[i], parts[i]->text, parts[i]->size);
    }
    keys->count++;
    return keys->parts[0].failed || keys->parts[1].failed ? VMM_E_NOMEM : 0;
}

/* ---- ranges ---- */

static bool read_bound(char bound[2][PG_KEY_MAX], uint32_t parts, const json_t *list)
{
    if (list == NULL) {
        return true;
    }
    for (uint32_t i = 0; i < parts; i++) {
        const json_t *part = json_array_get(list, i);
        if (!json_is_string(part) || json_string_length(part) >= PG_KEY_MAX) {
            return false;
        }
        memcpy(bound[i], json_string_value(part), json_string_length(part) + 1);
    }
    return json_array_size(list) == parts;
}

int pg_range_read(struct pg_range *range, const struct pg_table *table, const char *json,
                  size_t size, char why[PG_WHY_MAX])
{
    uint32_t parts = (table->keys[0] != NULL) + (table->keys[1] != NULL);
    json_t *object = json_loadb(json, size, 0, NULL);
    *range = (struct pg_range){{"", ""}, {ABOVE_ALL, ""}};
    bool is_range = json_is_object(object) &&
                    read_bound(range->after, parts, json_object_get(object, "after")) &&
                    read_bound(range->upto, parts, json_object_get(object, "upto"));
    json_decref(object);
    if (!is_range) {
        snprintf(why, PG_WHY_MAX, "%s: a range that is none", table->name);
        return VMM_E_INVAL;
    }
    return 0;
}
