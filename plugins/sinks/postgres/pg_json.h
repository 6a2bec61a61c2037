/* SPDX-License-Identifier: MIT */
/*
 * A row's JSON, read member by member: an object of texts, numbers, truth values and nulls, nothing within. Most of a
 * batch is spent here, so values are not built but pointed at.
 */
#ifndef PG_JSON_H
#define PG_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pg_kind { PG_KIND_ABSENT, PG_KIND_NULL, PG_KIND_INT, PG_KIND_REAL, PG_KIND_TEXT };

/* A text is `size` bytes without a NUL at its end; none is within. */
struct pg_value {
    enum pg_kind kind;
    int64_t number; /* also of true (1) and false (0) */
    double real;
    const char *text;
    size_t size;
};

/* Memory for texts with escapes; it grows to the largest row. */
struct pg_scratch {
    char *bytes;
    size_t used;
    size_t capacity;
};

void pg_scratch_finish(struct pg_scratch *scratch);

/* A member: its name and its value, valid until the next pg_json_read(). */
typedef void (*pg_member_fn)(void *arg, const char *name, size_t size,
                             const struct pg_value *value);

/* Call `member` for each in order. 0; VMM_E_INVAL when it is no such object, some members may have been told;
 * VMM_E_NOMEM. */
int pg_json_read(const char *text, size_t size, struct pg_scratch *scratch, pg_member_fn member,
                 void *arg);

#endif
