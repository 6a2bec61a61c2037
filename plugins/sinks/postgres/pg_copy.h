/* SPDX-License-Identifier: MIT */
/* Rows of one table as COPY takes them in its binary form, one after the other. Pure: bytes in, bytes out. */
#ifndef PG_COPY_H
#define PG_COPY_H

#include "pg_rows.h"

struct pg_copy {
    const struct pg_table *table;
    struct pg_array bytes; /* counts values; its own head is not sent */
};

void pg_copy_init(struct pg_copy *copy, const struct pg_table *table);
void pg_copy_finish(struct pg_copy *copy);
void pg_copy_clear(struct pg_copy *copy);

/* Add one row, wholly or not at all. As pg_rows_add(). */
int pg_copy_add(struct pg_copy *copy, const struct pg_row *row, char why[PG_WHY_MAX]);

/* The rows that were added since it was cleared; `*size` 0 when there are none. */
const char *pg_copy_rows(const struct pg_copy *copy, size_t *size);

/* What comes before the first row, and after the last. */
#define PG_COPY_HEAD_SIZE 19u
#define PG_COPY_TAIL_SIZE 2u
extern const char pg_copy_head[PG_COPY_HEAD_SIZE];
extern const char pg_copy_tail[PG_COPY_TAIL_SIZE];

#endif
