/* SPDX-License-Identifier: MIT */
/*
 * The JSON of rows as pg_json reads it, against jansson: what one takes for an object of plain values the other does
 * too, with the same values. And no bytes at all make a row of any table overrun its arrays.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "pg_copy.h"

static struct pg_scratch scratch;

static void keep(void *arg, const char *name, size_t size, const struct pg_value *value)
{
    json_t *made = value->kind == PG_KIND_NULL   ? json_null()
                   : value->kind == PG_KIND_INT  ? json_integer(value->number)
                   : value->kind == PG_KIND_REAL ? json_real(value->real)
                                                 : json_stringn_nocheck(value->text, value->size);
    json_object_setn_new_nocheck(arg, name, size, made);
}

/* Truth values are numbers here, and what is not plain is not read. */
static json_t *plain(json_t *object)
{
    json_t *out = json_object();
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (json_is_array(value) || json_is_object(value)) {
            json_decref(out);
            return NULL;
        }
        json_object_set_new_nocheck(out, name,
                                    json_is_boolean(value) ? json_integer(json_is_true(value))
                                                           : json_incref(value));
    }
    return out;
}

static bool is_utf8(const char *text, size_t size)
{
    json_t *string = json_stringn(text, size);
    json_decref(string);
    return string != NULL;
}

/* A number that is longer than any column's is not read; jansson reads it. A name of a member may come twice. */
static bool has_long_number(const char *text, size_t size)
{
    size_t run = 0;
    for (size_t i = 0; i < size && run < 60; i++) {
        run = strchr("0123456789.eE+-", text[i]) != NULL && text[i] != '\0' ? run + 1 : 0;
    }
    return run >= 60;
}

static void compare(const char *text, size_t size)
{
    json_t *mine = json_object();
    json_t *theirs = json_loadb(text, size, 0, NULL);
    int rc = pg_json_read(text, size, &scratch, keep, mine);
    json_t *expected = json_is_object(theirs) ? plain(theirs) : NULL;
    bool must_equal = expected != NULL && !has_long_number(text, size);
    if (must_equal && (rc != 0 || !json_equal(mine, expected))) {
        abort();
    }
    if (rc == 0 && expected == NULL && is_utf8(text, size)) {
        abort();
    }
    json_decref(expected);
    json_decref(theirs);
    json_decref(mine);
}

static void add_to_tables(const char *text, size_t size)
{
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        char why[PG_WHY_MAX];
        struct pg_row row;
        struct pg_rows rows;
        struct pg_keys keys;
        struct pg_range range;
        struct pg_copy copy;
        int length = 0;
        int added = VMM_E_INVAL;
        int copied = VMM_E_INVAL;
        size_t copied_size = 0;
        pg_copy_init(&copy, &pg_tables[id]);
        pg_rows_init(&rows, &pg_tables[id]);
        pg_keys_init(&keys);
        if (pg_row_read(&row, &pg_tables[id], text, size, &scratch, why) == 0) {
            added = pg_rows_add(&rows, &row, why);
            copied = pg_copy_add(&copy, &row, why);
            (void)pg_keys_add(&keys, &row, why);
        }
        (void)pg_range_read(&range, &pg_tables[id], text, size, why);
        for (uint32_t i = 0; i < pg_table_columns(&pg_tables[id]); i++) {
            if (rows.columns[i].count != rows.count ||
                pg_array_value(&rows.columns[i], &length) == NULL) {
                abort();
            }
        }
        (void)pg_copy_rows(&copy, &copied_size);
        if (added != copied || (copied_size > 0) != (copied == 0)) {
            abort();
        }
        pg_copy_finish(&copy);
        pg_rows_finish(&rows);
        pg_keys_finish(&keys);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Exactly as long as it says, so that a read behind its end is seen. */
    char *text = malloc(size > 0 ? size : 1);
    memcpy(text, data, size);
    if (memchr(text, '\0', size) == NULL) { /* jansson skips it wherever it stands */
        compare(text, size);
    }
    add_to_tables(text, size);
    free(text);
    return 0;
}
