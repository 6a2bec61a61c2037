/* SPDX-License-Identifier: MIT */
/* Pieces of text that are not copied (slice), and text that is being put together (out). */
#ifndef FARM_TEXT_H
#define FARM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LEN bytes at AT, owned by somebody else, not NUL-terminated. */
struct slice {
    const char *at;
    size_t len;
};

#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

/* The slice of a NUL-terminated TEXT; NULL gives the empty slice. */
struct slice slice_of(const char *text);

/* Equal bytes; the second form ignores the case of ASCII letters. */
bool slice_equal(struct slice a, struct slice b);
bool slice_equal_nocase(struct slice a, struct slice b);

/* Without blanks and tabs at both ends. */
struct slice slice_trim(struct slice text);

/* Cuts what stands before the first SEPARATOR off *REST and returns it; without a separator the
 * whole of *REST, which is then empty. */
struct slice slice_cut(struct slice *rest, char separator);

/* A decimal number without sign, 1 to 18 digits and nothing else. False leaves *VALUE alone. */
bool slice_number(struct slice text, uint64_t *value);

/* A hexadecimal number of 1 to 16 digits and nothing else. False leaves *VALUE alone. */
bool slice_hex(struct slice text, uint64_t *value);

/* Growing text. All zero is empty. The bytes belong to the out. */
struct out {
    char *data;
    size_t len;
    size_t cap;
};

/* Makes room for MORE further bytes; ends the process when memory is out. */
void out_reserve(struct out *out, size_t more);

/* Appends bytes, a slice, a NUL-terminated text, or a number. */
void out_bytes(struct out *out, const void *bytes, size_t length);
void out_slice(struct out *out, struct slice text);
void out_text(struct out *out, const char *text);
void out_number(struct out *out, int64_t value);

/* Gives the memory back. */
void out_finish(struct out *out);

#endif
