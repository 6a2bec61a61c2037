/* SPDX-License-Identifier: MIT */
/*
 * The forms of texts, as regular expressions that POSIX (extended) and ECMA-262 read alike: the validator
 * and the generated JSON Schema use the same ones, so that they cannot differ.
 */
#ifndef CONFIG_PATTERN_H
#define CONFIG_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define PATTERN_URL                                                                                \
    "^https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:" PATTERN_PORT ")?([/?#][!-~]*)?$"
#define PATTERN_LISTEN "^(/[!-~]+|(\\*|[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):" PATTERN_PORT ")$"
#define PATTERN_ENV    "^[A-Za-z_][A-Za-z0-9_]*$"
#define PATTERN_ID     "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$"
#define PATTERN_FLAG   "^FEATURE_[A-Z0-9_]+$"
#define PATTERN_PLUGIN "^[a-z][a-z0-9_]{0,31}$"
#define PATTERN_PORT                                                                               \
    "(0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"

/* True when the text has the form. A pattern that cannot be compiled matches nothing. */
bool pattern_matches(const char *pattern, const char *text);

/* Append an expression for the whole numbers from `low` to `high` (0 <= low <= high) without leading zeros. */
void pattern_range(struct buf *out, uint64_t low, uint64_t high);

#endif
