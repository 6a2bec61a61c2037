/* SPDX-License-Identifier: MIT */
/*
 * Text from outside. It is cleaned once, where it enters the core, and escaped again for each place where
 * it is shown.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_MAX 255

/*
 * Copy `size` bytes into `out` (at least TEXT_MAX + 1 bytes) as valid UTF-8 without control or
 * bidirectional-override characters; what is invalid becomes U+FFFD, what is longer than TEXT_MAX bytes is
 * cut at a whole character. Returns the length written, NUL not counted.
 */
size_t text_clean(const char *bytes, size_t size, char out[TEXT_MAX + 1]);

/* The length of the UTF-8 character at p (1 to 4) with `left` bytes, or 0 where it is not valid. */
size_t text_utf8_length(const unsigned char *p, size_t left, unsigned *code);

/* snprintf that always ends in NUL and says whether everything fitted. */
bool text_format(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define TEXT_NUMBER_SIZE 21 /* of the longest number, with its NUL */

/* A number in decimal. */
void text_number(uint64_t number, char out[TEXT_NUMBER_SIZE]);

/* Texts one behind the other, up to a NULL. Always ends in NUL; says whether everything fitted. For what is made so often
 * that a format would be felt. */
bool text_join(char *out, size_t size, const char *const *parts);

/* An id as people give it: 1 to 64 of [A-Za-z0-9._-], not starting with '.' or '-'. */
bool text_is_id(const char *text);

/* True when `text` matches the shell pattern of * and ?. */
bool text_matches(const char *pattern, const char *text);

#endif
