/* SPDX-License-Identifier: MIT */
/* An array parameter of a statement, in PostgreSQL's binary form, member by member. */
#ifndef PG_ARRAY_H
#define PG_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pg_table.h"

#define PG_ARRAY_HEAD 20u /* dimensions, flags, type; size and lower bound of the one dimension */

struct pg_array {
    enum pg_type type;
    char *bytes;
    size_t size;
    size_t capacity;
    uint32_t count;
    bool has_null;
    bool failed; /* a member found no memory */
};

/* Empty, without memory of its own. */
void pg_array_init(struct pg_array *array, enum pg_type type);
void pg_array_finish(struct pg_array *array);

/* Empty again, keeping its memory. */
void pg_array_clear(struct pg_array *array);

void pg_array_null(struct pg_array *array);
void pg_array_bytes(struct pg_array *array, const char *bytes, size_t size);
void pg_array_bool(struct pg_array *array, bool value);
void pg_array_int(struct pg_array *array, int32_t value);
void pg_array_bigint(struct pg_array *array, int64_t value);
void pg_array_real(struct pg_array *array, double value);

/* Microseconds since 1970 UTC. False, and nothing is added, for a time that PostgreSQL has not. */
bool pg_array_time(struct pg_array *array, int64_t wall_us);

/* A UUID as text of 36 characters. False, and nothing is added, when it is none. */
bool pg_array_uuid(struct pg_array *array, const char *text, size_t size);

/* Not a member of an array: how many values the row has that follows, for COPY. */
void pg_array_row(struct pg_array *array, uint16_t values);

/* Take the last members away so that `count` are left, which end at `size`. */
void pg_array_cut(struct pg_array *array, uint32_t count, size_t size);

/* The parameter's value, for as long as the array does not change; NULL when `failed`. */
const char *pg_array_value(struct pg_array *array, int *size);

#endif
