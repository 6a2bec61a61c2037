/* SPDX-License-Identifier: MIT */
#include "ctl/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/terminal.h"

#define GAP 2 /* blanks between columns */

void table_init(struct table *table)
{
    *table = (struct table){0};
}

void table_finish(struct table *table)
{
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    table_init(table);
}

void table_column(struct table *table, const char *title, bool right)
{
    if (table->columns < TABLE_COLUMNS_MAX && table->rows == 0) {
        table->column[table->columns++] =
            (struct table_column){.title = title, .right = right, .width = terminal_width(title)};
    }
}

static bool make_room(struct table *table)
{
    size_t needed = (table->rows + 1) * table->columns;
    if (needed <= table->capacity) {
        return true;
    }
    size_t capacity = table->capacity > 0 ? table->capacity * 2 : 256;
    char **cells = realloc(table->cells, capacity * sizeof(*cells));
    if (cells == NULL) {
        return false;
    }
    table->cells = cells;
    table->capacity = capacity;
    return true;
}

static char *escaped_copy(const char *text)
{
    struct buf escaped;
    buf_init(&escaped);
    terminal_escape(&escaped, text[0] != '\0' ? text : "-");
    char *copy = buf_failed(&escaped) ? NULL : strdup(buf_cstr(&escaped));
    buf_finish(&escaped);
    return copy;
}

void table_row(struct table *table, const char *const *texts)
{
    if (!make_room(table)) {
        table->failed = true;
        return;
    }
    char **row = table->cells + table->rows * table->columns;
    for (size_t i = 0; i < table->columns; i++) {
        row[i] = escaped_copy(texts[i]);
        if (row[i] == NULL) {
            while (i > 0) {
                free(row[--i]);
            }
            table->failed = true;
            return;
        }
    }
    for (size_t i = 0; i < table->columns; i++) {
        size_t width = terminal_width(row[i]);
        if (width > table->column[i].width) {
            table->column[i].width = width;
        }
    }
    table->rows++;
}

static void write_blanks(FILE *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputc(' ', out);
    }
}

/* The last column is not filled up: no line ends in blanks. */
static void write_cell(const struct table *table, FILE *out, size_t column, const char *text,
                       const char *colour)
{
    const struct table_column *at = &table->column[column];
    size_t blanks = at->width - terminal_width(text);
    if (at->right) {
        write_blanks(out, blanks);
    }
    fprintf(out, "%s%s%s", colour, text, colour[0] != '\0' ? TERMINAL_PLAIN : "");
    if (column + 1 < table->columns) {
        write_blanks(out, GAP + (at->right ? 0 : blanks));
    }
}

void table_write(const struct table *table, FILE *out, const char *indent, bool colour)
{
    if (table->rows == 0) {
        return;
    }
    fputs(indent, out);
    for (size_t i = 0; i < table->columns; i++) {
        write_cell(table, out, i, table->column[i].title, colour ? TERMINAL_BOLD : "");
    }
    fputc('\n', out);
    for (size_t row = 0; row < table->rows; row++) {
        fputs(indent, out);
        for (size_t i = 0; i < table->columns; i++) {
            const char *text = table->cells[row * table->columns + i];
            write_cell(table, out, i, text, colour ? terminal_colour(text) : "");
        }
        fputc('\n', out);
    }
    if (table->failed) {
        fprintf(out, "%s(no memory for all rows)\n", indent);
    }
}
