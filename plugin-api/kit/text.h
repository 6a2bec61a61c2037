/* SPDX-License-Identifier: MIT */
/*
 * Views of text that somebody else owns: bounded, never ended by NUL, never copied.
 *
 * What a device sends is read through these. No function here reads past the view, allocates, or
 * looks at the locale.
 */
#ifndef VMM_KIT_TEXT_H
#define VMM_KIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmm/errors.h>

/* `size` bytes at `data`, borrowed. An empty view may have any `data`. */
struct vmm_text {
    const char *data;
    size_t size;
};

/* The view of a string ended by NUL; NULL gives an empty view. */
struct vmm_text vmm_text_of(const char *string);

/* The view of `size` bytes. */
struct vmm_text vmm_text_bytes(const void *bytes, size_t size);

/* Equal byte by byte. */
bool vmm_text_equal(struct vmm_text text, const char *string);

/* Equal but for the case of ASCII letters. */
bool vmm_text_same(struct vmm_text text, const char *string);

/* Begins with `prefix`, but for the case of ASCII letters. */
bool vmm_text_begins(struct vmm_text text, const char *prefix);

/* Without spaces, tabs and line ends at both ends. */
struct vmm_text vmm_text_trim(struct vmm_text text);

/* Take the first line off `rest`, without its CR LF or LF. False when nothing is left. */
bool vmm_text_line(struct vmm_text *rest, struct vmm_text *line);

/* Take what stands before the first `separator` off `rest`, and the separator with it; all of it
 * when there is none. False when nothing is left. An empty part between two separators is a part.
 */
bool vmm_text_part(struct vmm_text *rest, char separator, struct vmm_text *part);

/* A decimal number with an optional sign and nothing else around it but spaces.
 * 0; VMM_E_INVAL when it is no number; VMM_E_RANGE outside [min, max]. `*number` is set on 0 only.
 */
int vmm_text_int(struct vmm_text text, int64_t min, int64_t max, int64_t *number);

/* 1, true, yes, on, enable, enabled: true. 0, false, no, off, disable, disabled: false. In any case
 * of letters. VMM_E_INVAL for any other word. */
int vmm_text_bool(struct vmm_text text, bool *truth);

/* Whether the text is UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing past
 * U+10FFFF. */
bool vmm_text_is_utf8(struct vmm_text text);

/* Copy into `out` as valid UTF-8 ended by NUL: what is not UTF-8 becomes U+FFFD. Cut at a whole
 * character when `out_size` is too small; `out_size` is at least 1. Answers the bytes written
 * without the NUL. */
size_t vmm_text_to_utf8(struct vmm_text text, char *out, size_t out_size);

/* Copy ISO-8859-1 into `out` as UTF-8 ended by NUL, cut at a whole character. Answers like
 * vmm_text_to_utf8. */
size_t vmm_text_from_latin1(struct vmm_text text, char *out, size_t out_size);

/* Copy into `out`, ended by NUL: as it is when it is UTF-8, else taken for ISO-8859-1, which is
 * what web servers of devices send that name no charset. Answers like vmm_text_to_utf8. */
size_t vmm_text_repair(struct vmm_text text, char *out, size_t out_size);

/* Find the first header of this name (any case) in a block of header lines; `*value` is trimmed.
 * 0 or VMM_E_NOENT. A line that continues another (obsolete folding) ends the value. */
int vmm_text_header(struct vmm_text headers, const char *name, struct vmm_text *value);

#endif
