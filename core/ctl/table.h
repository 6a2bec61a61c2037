/* SPDX-License-Identifier: MIT */
/* A table for people: columns as wide as what stands in them. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 16

struct table {
    size_t columns;
    size_t rows; /* the titles are none */
    struct table_column {
        const char *title;
        bool right; /* numbers */
        size_t width;
    } column[TABLE_COLUMNS_MAX];
    char **cells; /* escaped; rows × columns */
    size_t capacity;
    bool failed; /* some row found no memory */
};

void table_init(struct table *table);
void table_finish(struct table *table);

/* Add a column; before the first row. The title is borrowed. */
void table_column(struct table *table, const char *title, bool right);

/* Add a row of as many texts as there are columns. They are copied and escaped; "" shows as "-". */
void table_row(struct table *table, const char *const *texts);

/* Write it, each line behind `indent`, words of health and severity in colour if wished. Nothing
 * when it has no rows. */
void table_write(const struct table *table, FILE *out, const char *indent, bool colour);

#endif
