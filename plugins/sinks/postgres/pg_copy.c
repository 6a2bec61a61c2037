/* SPDX-License-Identifier: MIT */
#include "pg_copy.h"

#include <stdio.h>

#include <vmm/errors.h>

/* Signature, no flags, no extension. */
const char pg_copy_head[PG_COPY_HEAD_SIZE] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
const char pg_copy_tail[PG_COPY_TAIL_SIZE] = {'\377', '\377'};

void pg_copy_init(struct pg_copy *copy, const struct pg_table *table)
{
    copy->table = table;
    pg_array_init(&copy->bytes, PG_TEXT);
}

void pg_copy_finish(struct pg_copy *copy)
{
    pg_array_finish(&copy->bytes);
}

void pg_copy_clear(struct pg_copy *copy)
{
    pg_array_clear(&copy->bytes);
}

int pg_copy_add(struct pg_copy *copy, const struct pg_row *row, char why[PG_WHY_MAX])
{
    struct pg_array *bytes = &copy->bytes;
    const struct pg_column *columns = copy->table->columns;
    uint32_t count = bytes->count;
    size_t size = bytes->size;
    int rc = 0;
    pg_array_row(bytes, (uint16_t)pg_table_columns(copy->table));
    for (uint32_t i = 0; columns[i].name != NULL && rc == 0; i++) {
        bytes->type = columns[i].type;
        if (!pg_value_put(bytes, &columns[i], &row->values[i])) {
            snprintf(why, PG_WHY_MAX, "%s: a row without a good %s", copy->table->name,
                     columns[i].name);
            rc = VMM_E_INVAL;
        }
    }
    rc = bytes->failed ? VMM_E_NOMEM : rc;
    if (rc != 0) {
        pg_array_cut(bytes, count, size);
    }
    return rc;
}

const char *pg_copy_rows(const struct pg_copy *copy, size_t *size)
{
    const struct pg_array *bytes = &copy->bytes;
    *size = bytes->size > PG_ARRAY_HEAD ? bytes->size - PG_ARRAY_HEAD : 0;
    return *size > 0 ? bytes->bytes + PG_ARRAY_HEAD : "";
}
